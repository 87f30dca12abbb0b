import Database from 'libsql'
import { MongoClient } from 'mongodb'
import type { Collection } from '../../src/stores/documents.ts'
import type { TestStores } from './storePairs.ts'

/** Reads and writes stored documents directly, without the program. */
export interface StoredDocuments {
  /** Returns the document; undefined if there is none. */
  read(collection: Collection, id: string): Promise<unknown>
  /** Stores a text under an ID. MongoDB needs a text that is a JSON object. */
  write(collection: Collection, id: string, text: string): Promise<void>
  /** Whether the store accepts texts that are not JSON objects. */
  readonly takesAnyText: boolean
}

/** Opens the document store of a test directly. */
export function storedDocuments({ environment }: TestStores): StoredDocuments {
  const address = environment.DATAGOUV_TOPS_DOCUMENTS!
  return address.startsWith('sqlite:') ? inSqlite(address.slice('sqlite:'.length)) : inMongo(address)
}

function inSqlite(file: string): StoredDocuments {
  const using = <T>(body: (database: Database.Database) => T): T => {
    const database = new Database(file, { timeout: 5_000 })
    try {
      return body(database)
    } finally {
      database.close()
    }
  }
  return {
    takesAnyText: true,
    read: async (collection, id) =>
      using((database) => {
        const row = database.prepare(`SELECT document FROM ${collection} WHERE _id = ?`).raw().get(id) as [string]
        return row && JSON.parse(row[0])
      }),
    write: async (collection, id, text) =>
      using((database) => {
        database.prepare(`INSERT OR REPLACE INTO ${collection} (_id, document) VALUES (?, ?)`).run(id, text)
      }),
  }
}

function inMongo(address: string): StoredDocuments {
  const using = async <T>(body: (client: MongoClient) => Promise<T>): Promise<T> => {
    const client = await new MongoClient(address).connect()
    try {
      return await body(client)
    } finally {
      await client.close()
    }
  }
  return {
    takesAnyText: false,
    read: (collection, id) =>
      using((client) => client.db().collection<{ _id: string }>(collection).findOne({ _id: id })),
    write: (collection, id, text) =>
      using(async (client) => {
        const { _id: _, ...document } = JSON.parse(text)
        const options = { upsert: true, bypassDocumentValidation: true }
        await client.db().collection<{ _id: string }>(collection).replaceOne({ _id: id }, document, options)
      }),
  }
}
