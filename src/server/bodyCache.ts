import { LRUCache } from 'lru-cache'
import type { Body } from './body.ts'

const CACHE_BYTES = 48 * 2 ** 20

/** A body with the headers that go with it. */
export interface CachedBody {
  readonly body: Body
  readonly headers: Readonly<Record<string, string>>
}

interface Entry<T> {
  readonly inputs: readonly unknown[]
  readonly cached: T
}

/** Creates a cache of bodies, which keeps each until one of its inputs is another object. */
export function createBodyCache() {
  const entries = new LRUCache<string, Entry<CachedBody>>({
    maxSize: CACHE_BYTES,
    // The factor reserves room for the compressed bytes, which are added on demand. A key has the whole address.
    sizeCalculation: ({ cached: { body } }, key) => Math.ceil(1.5 * body.plain.length) + 2 * key.length + 1_000,
  })
  const pending = new Map<string, Entry<Promise<CachedBody>>>()
  const areSame = (inputs: readonly unknown[], others: readonly unknown[]) =>
    inputs.length === others.length && inputs.every((input, index) => input === others[index])

  return {
    /**
     * Returns the body of a key. Simultaneous requests make it once.
     *
     * @param inputs what the body is made from; when one of them is another object than before, the body is made again
     */
    get: async (
      key: string,
      inputs: readonly unknown[],
      make: () => CachedBody | Promise<CachedBody>,
    ): Promise<CachedBody> => {
      const entry = entries.get(key) ?? pending.get(key)
      if (entry !== undefined && areSame(inputs, entry.inputs)) return entry.cached
      const cached = Promise.resolve(make())
      const job = { inputs, cached }
      pending.set(key, job)
      try {
        entries.set(key, { inputs, cached: await cached })
        return await cached
      } finally {
        if (pending.get(key) === job) pending.delete(key)
      }
    },
  }
}

export type BodyCache = ReturnType<typeof createBodyCache>
