import { Failure } from '../errors.ts'

/** The cause of a failure: a response with a status that a retry will not change. */
export class StatusError extends Error {
  constructor(
    readonly url: string,
    readonly status: number,
  ) {
    super(`${url} answers ${status}`)
  }
}

/** Returns the cause of a failure if it is a response with status 404 or 410. */
export function notFoundCause(error: unknown): StatusError | undefined {
  const cause = error instanceof Failure ? error.cause : undefined
  return cause instanceof StatusError && (cause.status === 404 || cause.status === 410) ? cause : undefined
}
