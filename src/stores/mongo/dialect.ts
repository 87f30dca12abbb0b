import type { Db } from 'mongodb'
import type { Collection, Document } from '../documents.ts'
import { Locks } from './locks.ts'

/** Works around the limits of servers that only speak MongoDB's protocol. */
export class Dialect {
  private constructor(
    /** Whether the server refuses keys with a dot. */
    private readonly escapesKeys: boolean,
    /** Undefined if the server changes documents atomically. */
    private readonly locks?: Locks,
  ) {}

  /**
   * Asks the server which program it is. FerretDB 2 has neither limit, and no field `ferretdbVersion`.
   *
   * @param isDocumentDB whether the address is that of Amazon DocumentDB, which refuses keys with a dot
   * @param now returns the server's time, in ms
   */
  static async of(database: Db, isDocumentDB: boolean, now: () => Promise<number>): Promise<Dialect> {
    const { ferretdbVersion } = await database.admin().buildInfo()
    return typeof ferretdbVersion === 'string' ? new Dialect(true, new Locks(database, now)) : new Dialect(isDocumentDB)
  }

  /** Whether the server changes documents atomically. Otherwise, a change takes a lock. */
  get isAtomic(): boolean {
    return this.locks === undefined
  }

  /** Runs a conditional change of an existing document, under a lock if the server needs one. */
  change<T>(collection: Collection, id: string, body: () => Promise<T>): Promise<T> {
    return this.locks === undefined ? body() : this.locks.exclusively(collection, id, body)
  }

  /** Returns a document as the server stores it: `metric.followers` becomes `metric%2Efollowers` if the server refuses dots. */
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
