/**
 * Wraps the `fetchMethod` of a cache: while a store fails, the cache keeps the value that it has. Without such a value, the read fails.
 *
 * The option `allowStaleOnFetchRejection` of lru-cache hides the failure instead, and returns undefined: editions then seem not to exist.
 */
export function keepStale<K, V>(read: (key: K, before: V | undefined) => Promise<V | undefined>) {
  return async (key: K, before: V | undefined): Promise<V | undefined> => {
    try {
      return await read(key, before)
    } catch (error) {
      if (before === undefined) throw error
      return before
    }
  }
}
