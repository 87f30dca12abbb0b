import type { StoreFacts } from './facts.ts'

/**
 * Where documents go: an embedded SQLite file, or MongoDB. A document is plain JSON with a string `_id`. Every
 * implementation passes `test/contracts/documents.ts`.
 *
 * A problem of the store itself is a `Failure('store')` that names the store and says what to check.
 */
export interface Documents {
  /** The address as configured, without any secret: `sqlite:./data/datagouv.db`, `mongodb://host:27017/datagouv`. */
  readonly address: string

  /** Whether anything was ever stored there. Reading creates nothing, so a misspelled address looks like an empty store. */
  exists(): Promise<boolean>

  /** Does not validate the document: `editions/read.ts` and `runs/read.ts` do that. */
  find<T extends Document>(collection: Collection, id: string): Promise<T | undefined>

  /** Lists the documents whose `_id` begins with `prefix`, by `_id` ascending or descending, at most `limit` of them. */
  list<T extends Document>(collection: Collection, query?: ListQuery): Promise<T[]>

  /** Lists only their `_id`s. */
  ids(collection: Collection, query?: ListQuery): Promise<string[]>

  /** Replaces the document with this `_id`, or adds it. It is durable when the promise resolves. */
  replace(collection: Collection, document: Document): Promise<void>

  /**
   * Replaces `expected` with `replacement`, in one atomic step, if the stored document is still `expected`. Undefined means no
   * document. Compares only the plain values (texts, numbers). For an edition these include the run that published it.
   *
   * @returns false if the stored document is a different one, which is then left unchanged
   */
  compareAndSwap(
    collection: Collection,
    id: string,
    expected: Document | undefined,
    replacement: Document | undefined,
  ): Promise<boolean>

  /** Removes the document if it exists. */
  remove(collection: Collection, id: string): Promise<void>

  /**
   * Acquires the lease `id` for `holder`, in one atomic step by the store's own clock, if it is free, has expired, or is held
   * by the run `deadRun`. Otherwise returns the lease of its holder.
   */
  acquire(id: string, holder: Holder, ttl: number, deadRun?: string): Promise<{ granted: boolean; lease: Lease }>

  /** Renews a lease that `run` still holds until `ttl` ms from now; false when another run holds it, or none. */
  renew(id: string, run: string, ttl: number): Promise<boolean>

  /** Releases the lease if `run` still holds it. */
  release(id: string, run: string): Promise<void>

  facts(): Promise<StoreFacts>

  close(): Promise<void>
}

export type Collection = 'tops' | 'runs' | 'leases'

export interface Document {
  readonly _id: string
}

/**
 * Represents a stored text that is not a document: it is not JSON, not an object, or has another `_id` than its row. No
 * schema accepts it. `compareAndSwap` compares the text, so it can be replaced safely.
 */
export interface UnreadableDocument extends Document {
  readonly unreadable: string
}

export interface ListQuery {
  readonly prefix?: string
  readonly descending?: boolean
  readonly limit?: number
}

/** The run and process that acquire a lease. */
export interface Holder {
  /** The run's id. */
  readonly run: string
  readonly host: string
  readonly pid: number
  /** The PID namespace (Linux). Containers can share a host name, and each counts its processes from 1. */
  readonly pid_namespace?: string
  /** Linux only, and not stored by version 0.1: the boot of the machine, and the start of the process within that boot. */
  readonly boot_id?: string
  readonly start_ticks?: number
}

/** A lease as stored in the collection `leases`. */
export interface Lease extends Document, Holder {
  /** ISO 8601, UTC, by the store's clock. */
  readonly since: string
  readonly expires: string
}

/** The fields that `compareAndSwap` compares. */
export function plainValues(document: Document): Record<string, unknown> {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => typeof value !== 'object'))
}
