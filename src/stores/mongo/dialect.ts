import type { Db } from 'mongodb'
import type { Collection, Document } from '../documents.ts'
import { Locks } from './locks.ts'

/** What a server that only speaks MongoDB's protocol does differently. */
export class Dialect {
  /** Whether the server refuses keys with a dot. */
  private readonly escapesKeys: boolean
  /** Undefined if the server changes documents atomically. */
  private readonly locks: Locks | undefined

  private constructor(escapesKeys: boolean, locks?: Locks) {
    this.escapesKeys = escapesKeys
    this.locks = locks
  }

  /**
   * Reads from the server which program it is. FerretDB 2 is another program than FerretDB 1: it has neither limit, and no
   * field `ferretdbVersion`.
   *
   * @param isDocumentDB by its address; its documentation says that it refuses keys with a dot
   * @param now returns the server's time, in ms
   */
  static async of(database: Db, isDocumentDB: boolean, now: () => Promise<number>): Promise<Dialect> {
    const { ferretdbVersion } = await database.admin().buildInfo()
    return typeof ferretdbVersion === 'string' ? new Dialect(true, new Locks(database, now)) : new Dialect(isDocumentDB)
  }

  /** Runs a change of an existing document that depends on what it is. */
  change<T>(collection: Collection, id: string, body: () => Promise<T>): Promise<T> {
    return this.locks === undefined ? body() : this.locks.exclusively(collection, id, body)
  }

  /** Returns a document as the server stores it: `metric.followers` becomes `metric%2Efollowers` where it has to. */
  encode(document: Document): Document {
    return this.escapesKeys ? mapKeys(document, (key) => key.replaceAll('%', '%25').replaceAll('.', '%2E')) : document
  }

  decode<T extends Document>(document: Document): T {
    const plain = this.escapesKeys
      ? mapKeys(document, (key) => key.replaceAll('%2E', '.').replaceAll('%25', '%'))
      : document
    return plain as T
  }
}

function mapKeys<T>(value: T, change: (key: string) => string): T {
  if (Array.isArray(value)) return value.map((item) => mapKeys(item, change)) as T
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [change(key), mapKeys(field, change)])) as T
}
