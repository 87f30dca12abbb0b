/**
 * As `Promise.all`, but waits until every promise has settled before it throws the first error. `Promise.all` would leave
 * the others running, so that a caller who reports the error ends the process in the middle of their work.
 */
export async function waitForAll<T>(promises: Iterable<Promise<T>>): Promise<T[]> {
  const settled = await Promise.allSettled(promises)
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
}
