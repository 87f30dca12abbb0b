import { Failure, quoted } from '../errors.ts'
import type { StoreFacts } from './facts.ts'

/**
 * Where files go: a local folder, or a bucket of an S3-compatible store. Keys are relative, `/`-separated, and the same
 * in both (`2026-11-18/mobilite-transport.csv`); `isKey` has the rules. Every implementation passes
 * `test/contracts/archive.ts`.
 *
 * A problem of the store itself is a `Failure('store')` that names the store and the key, and says what to check.
 */
export interface Archive {
  /** The address as configured, without any secret: `file:./data/datagouv`, `s3://datagouv`. */
  readonly address: string
  /** The URL of its server; undefined for a folder. */
  readonly server?: string

  /** Whether its folder or bucket exists. Reading creates nothing, so a misspelled address looks like an empty archive. */
  exists(): Promise<boolean>

  /**
   * Starts to write an object. Until `commit` nothing is visible under the key and an earlier object stays readable; `commit`
   * replaces it in one step.
   *
   * **Fencing.** A new holder of a key's lease sweeps the key first. An object that was complete when it was swept can
   * never be committed, so a writer that slept through its lease cannot replace its successor's object.
   */
  create(key: string, facts: { readonly contentType: string }): Promise<PendingObject>

  /** Returns the object's size and time, or undefined when there is none. */
  stat(key: string): Promise<StoredObject | undefined>

  /**
   * Reads the object's bytes, from `range.start` up to and including `range.end` if given. Throws `Failure('store')` if there
   * is no object.
   */
  read(key: string, range?: { start: number; end: number }): AsyncIterable<Uint8Array>

  /** Lists the objects whose key begins with `prefix`, in ascending order of their keys; never a pending one. */
  list(prefix: string): AsyncIterable<StoredObject>

  /** Removes the object if it exists. */
  remove(key: string): Promise<void>

  /** Deletes the pending objects of other writers under this key. Call it only while holding the lease that covers the key. */
  sweep(key: string): Promise<void>

  /** Lists the keys with a pending object. Its writer has not committed it yet, or was killed. */
  pendingKeys(): AsyncIterable<string>

  facts(): Promise<StoreFacts>

  close(): Promise<void>
}

export interface StoredObject {
  readonly key: string
  readonly bytes: number
  /** ISO 8601, UTC. */
  readonly modified: string
}

/** An object being written: `write` any number of times, `complete`, `commit`. `abort` ends it at any time; after the end it does nothing. */
export interface PendingObject {
  /** Writes bytes. Once this resolves, the caller may reuse the buffer and write more. */
  write(bytes: Uint8Array): Promise<void>
  /**
   * Stores the last bytes, still under a temporary name. `sha256` (hex) is of all bytes written; a store that keeps it
   * checks it on read.
   */
  complete(sha256: string): Promise<void>
  /**
   * Makes the complete object visible, durably: under its key, or under another one (an export that the gate refused).
   *
   * @throws Failure `store` when it was swept meanwhile
   */
  commit(otherKey?: string): Promise<void>
  abort(): Promise<void>
}

/**
 * Whether a key can name an object in every archive, so that an archive can move from a folder to a bucket and back. No part
 * begins with a dot: those names are hidden files in a folder, and pending objects in both.
 */
export function isKey(key: string): boolean {
  const isName = (part: string) => part !== '' && !part.startsWith('.') && !/[\\\0]/.test(part)
  return key.isWellFormed() && key.split('/').every(isName)
}

/** @throws Failure `usage` when the key cannot name an object */
export function assertKey(key: string): void {
  if (isKey(key)) return
  throw new Failure(
    'usage',
    `${quoted(key)} cannot be a key in an archive; write names separated by /; none may be empty, begin with a dot or contain \\`,
  )
}

/** Creates the failure for an error of an archive. @param key empty for an error of the whole archive */
export function archiveFailure(verb: string, key: string, address: string, reason: string, cause: unknown): Failure {
  const what = key === '' ? '' : `${quoted(key)} in `
  return new Failure('store', `cannot ${verb} ${what}the archive ${address}: ${reason}`, { cause })
}
