/**
 * Like `Promise.all`, but waits for every promise to settle before it throws the first error. With `Promise.all` the others
 * would still be running when the caller reports the error and ends the process.
 */
export async function waitForAll<T>(promises: Iterable<Promise<T>>): Promise<T[]> {
  const settled = await Promise.allSettled(promises)
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
}
