import { LRUCache } from 'lru-cache'
import type { Body } from './body.ts'

const CACHE_BYTES = 48 * 2 ** 20

/** A body with the headers that go with it. */
export interface CachedBody {
  readonly body: Body
  readonly headers: Readonly<Record<string, string>>
}

interface Entry {
  readonly inputs: readonly unknown[]
  readonly made: CachedBody
}

/** Keeps bodies for as long as what they were made from stays the same. */
export interface BodyCache {
  /**
   * Returns the body of a key. Simultaneous requests make it once.
   *
   * @param inputs what the body is made from; when one of them is another object than before, the body is made again
   */
  get(key: string, inputs: readonly unknown[], make: () => CachedBody | Promise<CachedBody>): Promise<CachedBody>
}

/** Creates an empty cache. */
export function createBodyCache(): BodyCache {
  const entries = new LRUCache<string, Entry>({
    maxSize: CACHE_BYTES,
    // The factor reserves room for the compressed bytes, which are added on demand.
    sizeCalculation: ({ made: { body } }) => Math.ceil(1.5 * body.plain.length) + 1_000,
  })
  const pending = new Map<string, { readonly inputs: readonly unknown[]; readonly made: Promise<CachedBody> }>()
  const isFrom = (inputs: readonly unknown[], other: readonly unknown[]) =>
    inputs.length === other.length && inputs.every((input, index) => input === other[index])

  return {
    get: async (key, inputs, make) => {
      const entry = entries.get(key) ?? pending.get(key)
      if (entry !== undefined && isFrom(inputs, entry.inputs)) return entry.made
      const made = Promise.resolve(make())
      const job = { inputs, made }
      pending.set(key, job)
      try {
        entries.set(key, { inputs, made: await made })
        return await made
      } finally {
        if (pending.get(key) === job) pending.delete(key)
      }
    },
  }
}
