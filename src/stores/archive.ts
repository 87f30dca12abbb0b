import { Failure, quoted } from '../errors.ts'
import type { StoreFacts } from './facts.ts'

/**
 * Where files go: a local folder, or a bucket of an S3-compatible store. Keys are relative, `/`-separated, and the same
 * in both (`2026-11-18/mobilite-transport.csv`). Every implementation passes `test/contracts/archive.ts`.
 *
 * Any trouble with the store itself is a `Failure('store')` that names the store, the key and what to check.
 */
export interface Archive {
  /** The address as configured, without any secret: `file:./data/datagouv`, `s3://datagouv`. */
  readonly address: string

  /**
   * Begins to write an object. Until `commit` nothing is visible under the key and an earlier object stays readable;
   * `commit` replaces it in one step.
   *
   * **Fencing.** Whoever takes a key over sweeps it first. An object that was complete when it was swept can never be
   * committed, so a writer that slept through its lease cannot put its object in the place of its successor's.
   */
  create(key: string, facts: ObjectFacts): Promise<PendingObject>

  /** The object's size and facts, or undefined when there is none. */
  stat(key: string): Promise<StoredObject | undefined>

  /** The object's bytes, from `range.start` up to and including `range.end` when given. Missing: `Failure('store')`. */
  read(key: string, range?: { start: number; end: number }): AsyncIterable<Uint8Array>

  /** The objects whose key begins with `prefix`, in ascending order of their keys; never a pending one. */
  list(prefix: string): AsyncIterable<StoredObject>

  /** Removes the object; one that is not there is no error. */
  remove(key: string): Promise<void>

  /** Removes what others have pending under this key, for good. Call it only while holding the lease that covers it. */
  sweep(key: string): Promise<void>

  /** The keys under which something is pending: it waits for its commit, or was left behind. */
  pending(): AsyncIterable<string>

  facts(): Promise<StoreFacts>

  close(): Promise<void>
}

interface ObjectFacts {
  /** `text/csv; charset=utf-8`, `application/gzip`, `application/json`. */
  readonly contentType: string
}

export interface StoredObject {
  readonly key: string
  readonly bytes: number
  /** ISO 8601, UTC. */
  readonly modified: string
}

/** An object being written: `write` any number of times, `complete`, `commit`. `abort` ends it at any time; after the end it is harmless. */
export interface PendingObject {
  /** Takes the bytes (the caller may reuse the buffer once this resolves); resolves when more may be written. */
  write(bytes: Uint8Array): Promise<void>
  /**
   * All was written, and is stored, aside. `sha256` (hex) is of the bytes written; a store that keeps it checks it on read.
   */
  complete(sha256: string): Promise<void>
  /**
   * Makes the complete object visible, durably: under its key, or under another one (what was refused is kept aside).
   *
   * @throws Failure `store` when it was swept meanwhile
   */
  commit(elsewhere?: string): Promise<void>
  abort(): Promise<void>
}

/** What went wrong with an archive, in its one line. @param key empty for all of it */
export function cannot(verb: string, key: string, address: string, reason: string, cause: unknown): Failure {
  const what = key === '' ? '' : `${quoted(key)} in `
  return new Failure('store', `cannot ${verb} ${what}the archive ${address}: ${reason}`, { cause })
}
