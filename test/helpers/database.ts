import { type Db, MongoClient } from 'mongodb'
import { uniqueName } from './services.ts'

export interface TestDatabase {
  readonly url: string
  /** The driver, to inspect the database independently. */
  readonly database: Db
  close(): Promise<void>
}

/** Opens a new database at the server. `close` deletes it. */
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
