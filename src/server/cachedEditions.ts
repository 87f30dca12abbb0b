import { LRUCache } from 'lru-cache'
import { findWatch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { csvOf } from '../editions/csv.ts'
import type { Edition } from '../editions/edition.ts'
import { datesOf, missingEdition } from '../editions/find.ts'
import { editionId, watchAndDate } from '../editions/layout.ts'
import { readEdition } from '../editions/read.ts'
import type { Documents } from '../stores/documents.ts'
import { type Body, CSV_CONTENT_TYPE, createBody } from './body.ts'
import { keepStale } from './keepStale.ts'

/** How long the server caches a read. Clients may cache a response for longer (see caching.ts). */
const FRESH_MS = 1_000
/** How many watches have their dates cached. The name of a watch comes from the address, and need not exist. */
const MAX_WATCHES = 1_000
const CACHE_BYTES = 64 * 2 ** 20
/** Memory of a cached edition per byte of its JSON: the parsed edition, and its JSON, CSV and compressed bodies. */
const BYTES_PER_JSON_BYTE = 4

interface CachedEdition {
  readonly edition: Edition
  readonly json: Body
  readonly csv: Body
}

/** Reads editions by watch and date, and caches them. Simultaneous requests share one read. */
export interface CachedEditions {
  /** Returns the dates of a watch's editions, latest first. */
  dates(watch: string): Promise<readonly string[]>
  /** Returns the edition of a date; by default the latest. @throws NotFound */
  find(watch: string, date?: string): Promise<CachedEdition>
}

/** Creates the cached reader of editions. */
export function createCachedEditions({ config, documents }: Context): CachedEditions {
  const dateCache = createDateCache(documents)
  const editionCache = createEditionCache(documents)
  const dates = (watch: string) => dateCache.forceFetch(watch)
  return {
    dates,
    find: async (watch, date) => {
      const actual = date ?? (await dates(watch))[0]
      const found = actual === undefined ? undefined : await editionCache.fetch(editionId(watch, actual))
      if (found !== undefined) return found
      // Reports an unknown watch before a missing edition.
      if ((await dates(watch)).length === 0) findWatch(watch, config)
      throw await missingEdition(documents, watch, date)
    },
  }
}

function createDateCache(documents: Documents) {
  return new LRUCache<string, readonly string[]>({
    max: MAX_WATCHES,
    ttl: FRESH_MS,
    // Return the same array while the dates are unchanged, so results cached for it stay valid.
    fetchMethod: keepStale(async (watch, before) => {
      const found = await datesOf(documents, watch)
      return found.join() === before?.join() ? before : found
    }),
  })
}

function createEditionCache(documents: Documents) {
  return new LRUCache<string, CachedEdition>({
    maxSize: CACHE_BYTES,
    sizeCalculation: ({ json }) => BYTES_PER_JSON_BYTE * json.plain.length,
    ttl: FRESH_MS,
    ignoreFetchAbort: true,
    fetchMethod: keepStale(async (id, before) => {
      // Keep an unchanged edition, so it is not validated again every second.
      if (before !== undefined && isSame(await documents.find<Edition>('tops', id), before.edition)) return before
      const edition = await readEdition(documents, ...watchAndDate(id))
      return edition && toCached(edition)
    }),
  })
}

function isSame(stored: Edition | undefined, known: Edition): boolean {
  return stored?.run_id === known.run_id && stored.generated_at === known.generated_at
}

function toCached(edition: Edition): CachedEdition {
  return {
    edition,
    json: createBody(JSON.stringify(edition), 'application/json'),
    csv: createBody(csvOf(edition.datasets), CSV_CONTENT_TYPE),
  }
}
