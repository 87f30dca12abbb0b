import type { StoreFacts } from './facts.ts'

/**
 * Where documents go: an embedded SQLite file, or MongoDB. A document is plain JSON with a string `_id`. Every
 * implementation passes `test/contracts/documents.ts`.
 *
 * Any trouble with the store itself is a `Failure('store')` that names the store and what to check.
 */
export interface Documents {
  /** The address as configured, without any secret: `sqlite:./data/datagouv.db`, `mongodb://host:27017/datagouv`. */
  readonly address: string

  /** What is stored is not validated here: `editions/read.ts` and `runs/read.ts` do that. */
  find<T extends Document>(collection: Collection, id: string): Promise<T | undefined>

  /** The documents whose `_id` begins with `prefix`, by `_id` ascending, or descending; at most `limit` of them. */
  list<T extends Document>(collection: Collection, query?: ListQuery): Promise<T[]>

  /** As `list`, of their `_id`s alone. */
  ids(collection: Collection, query?: ListQuery): Promise<string[]>

  /** Puts the document in the place of the one with its `_id`, or adds it; durable when it resolves. */
  replace(collection: Collection, document: Document): Promise<void>

  /**
   * Puts `now` in the place of `was`, in one atomic step, if that is still there; undefined is none. What is there is
   * compared by the plain values of `was` (texts, numbers), which for an edition name the run that published it.
   *
   * @returns false when something else is there by now; nothing has changed then
   */
  swap(collection: Collection, id: string, was: Document | undefined, now: Document | undefined): Promise<boolean>

  /** Removes the document; one that is not there is no error. */
  remove(collection: Collection, id: string): Promise<void>

  /**
   * Takes the lease `id` for `holder`, in one atomic step by the store's own clock, when it is free, has expired, or is
   * held by the run `succeeds` (a holder known to be dead). Otherwise says who holds it.
   */
  acquire(id: string, holder: Holder, ttl: number, succeeds?: string): Promise<{ granted: boolean; lease: Lease }>

  /** Prolongs a lease that `run` still holds by `ttl` ms from now; false when another run has it or none. */
  renew(id: string, run: string, ttl: number): Promise<boolean>

  /** Gives the lease up, when `run` still holds it. */
  release(id: string, run: string): Promise<void>

  facts(): Promise<StoreFacts>

  close(): Promise<void>
}

export type Collection = 'tops' | 'runs' | 'leases'

export interface Document {
  readonly _id: string
}

/**
 * Stands for a stored text that is no document: it is not JSON, not an object, or has another `_id` than its row. No
 * schema accepts it. `swap` compares the text, so it can be replaced safely.
 */
export interface UnreadableDocument extends Document {
  readonly unreadable: string
}

export interface ListQuery {
  readonly prefix?: string
  readonly descending?: boolean
  readonly limit?: number
}

/** Who asks for a lease. */
export interface Holder {
  /** The run's id. */
  readonly run: string
  readonly host: string
  readonly pid: number
  /** Where that number means something (Linux): containers can share a host's name, and each count from 1. */
  readonly pid_namespace?: string
  /** Linux only, and unknown to version 0.1: which boot of which machine, and when the process started in that boot. */
  readonly boot_id?: string
  readonly start_ticks?: number
}

/** A lease as it stands in the collection `leases`. */
export interface Lease extends Document, Holder {
  /** ISO 8601, UTC, by the store's clock. */
  readonly since: string
  readonly expires: string
}

/** The fields by which `swap` tells one document from another. */
export function plainValues(document: Document): Record<string, unknown> {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => typeof value !== 'object'))
}
