/** Returns the error with which work fails; undefined if it succeeds. */
export const failureOf = (work: Promise<unknown>) => work.then(() => undefined).catch((error) => error)
