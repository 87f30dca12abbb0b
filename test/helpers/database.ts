import { type Db, MongoClient } from 'mongodb'
import { uniqueName } from './services.ts'

export interface TestDatabase {
  readonly url: string
  /** The driver itself, to look from outside. */
  readonly database: Db
  close(): Promise<void>
}

/** A database of its own at the server, gone after `close`. */
export async function testDatabase(server: string): Promise<TestDatabase> {
  const url = new URL(server)
  url.pathname = `/${uniqueName()}`
  const client = await new MongoClient(url.href).connect()
  return {
    url: url.href,
    database: client.db(),
    close: async () => {
      await client.db().dropDatabase()
      await client.close()
    },
  }
}
