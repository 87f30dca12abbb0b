import { MongoClient } from 'mongodb'
import { openMongo } from '../../src/stores/mongo.ts'
import { documentsContract } from '../contracts/documents.ts'
import { serviceOrSkip, uniqueName } from '../helpers/services.ts'

const mongodb = serviceOrSkip('mongodb', 'the MongoDB documents')

/** A database of its own at the server, gone after `close`. */
async function testDatabase(server: string) {
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

if (mongodb) {
  const server = mongodb.DATAGOUV_TOPS_DOCUMENTS!
  documentsContract('MongoDB', async () => {
    const { url, database, close } = await testDatabase(server)
    // The contract is about documents of any shape: where there is a collection already, the server does not check them.
    await database.createCollection('tops')
    return { documents: await openMongo(url), another: () => openMongo(url), close }
  })
}
