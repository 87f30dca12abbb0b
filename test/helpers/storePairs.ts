import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DeleteBucketCommand, DeleteObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { MongoClient } from 'mongodb'
import { onTestFinished } from 'vitest'
import type { Context } from '../../src/context.ts'
import { closeContext, openContext } from '../../src/openContext.ts'
import { silentReport } from '../../src/terminal/report.ts'
import { temporaryFolder, writeTestFile } from './exports.ts'
import { serviceOrSkip, uniqueName } from './services.ts'

/** An empty pair of stores for one test, deleted afterwards. */
export interface TestStores {
  /** For other files: exports, configuration. */
  readonly folder: string
  /** For the command line. */
  readonly environment: Readonly<Record<string, string>>
  /** Opens a context on these stores. To the stores, each is a process of its own. */
  world(now?: string): Promise<Context>
  /** Lists the partial objects that a killed run left. */
  partials(): Promise<string[]>
}

interface Pair {
  readonly name: string
  open(): Promise<TestStores>
}

interface Options {
  /** Also a folder with FerretDB, where changes of a document are not atomic. */
  readonly ferretdb?: boolean
}

/** Returns folder and SQLite, and also MinIO and MongoDB if they are running; otherwise it adds a skipped test. */
export function storePairs(suite: string, options: Options = {}): Pair[] {
  const minio = serviceOrSkip('minio', `${suite}, on MinIO`)
  const mongodb = serviceOrSkip('mongodb', `${suite}, on MongoDB`)
  const ferretdb = options.ferretdb ? serviceOrSkip('ferretdb', `${suite}, on FerretDB`) : undefined
  const pairs: Pair[] = [{ name: 'folder and SQLite', open: embeddedPlace }]
  if (minio && mongodb) {
    // The AWS SDK reads only the environment.
    Object.assign(process.env, minio)
    pairs.push({ name: 'MinIO and MongoDB', open: () => servedPlace(minio, mongodb.DATAGOUV_TOPS_DOCUMENTS!) })
  }
  if (ferretdb) pairs.push({ name: 'folder and FerretDB', open: () => mixedPlace(ferretdb.DATAGOUV_TOPS_DOCUMENTS!) })
  return pairs
}

async function embeddedPlace(): Promise<TestStores> {
  const folder = await temporaryFolder()
  const root = join(folder, 'datagouv')
  const stores = { archive: `file:${root}`, documents: `sqlite:${join(folder, 'datagouv.db')}` }
  return place(folder, stores, {}, () => partialsIn(root))
}

async function mixedPlace(server: string): Promise<TestStores> {
  const folder = await temporaryFolder()
  const root = join(folder, 'datagouv')
  return place(folder, { archive: `file:${root}`, documents: newDatabase(server) }, {}, () => partialsIn(root))
}

async function partialsIn(root: string): Promise<string[]> {
  const names = await readdir(root, { recursive: true }).catch(() => [])
  return names.filter((name) => name.endsWith('.partial'))
}

/** Returns the address of a new database, which is dropped after the test. */
function newDatabase(server: string): string {
  const address = server.replace(/\/[^/]*$/, `/${uniqueName()}`)
  onTestFinished(async () => {
    const mongo = await new MongoClient(address).connect()
    await mongo.db().dropDatabase()
    await mongo.close()
  })
  return address
}

async function servedPlace(minio: Readonly<Record<string, string>>, server: string): Promise<TestStores> {
  const folder = await temporaryFolder()
  const bucket = uniqueName()
  const documents = newDatabase(server)
  const client = new S3Client({ forcePathStyle: true })
  const keys = async () => {
    const listed = await client.send(new ListObjectsV2Command({ Bucket: bucket })).catch(() => undefined)
    return (listed?.Contents ?? []).map(({ Key }) => Key!)
  }
  onTestFinished(async () => {
    for (const Key of await keys()) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))
    await client.send(new DeleteBucketCommand({ Bucket: bucket })).catch(() => {})
    client.destroy()
  })
  const partials = async () => (await keys()).filter((key) => key.endsWith('.partial'))
  return place(folder, { archive: `s3://${bucket}`, documents }, minio, partials)
}

function place(
  folder: string,
  stores: { readonly archive: string; readonly documents: string },
  environment: Readonly<Record<string, string>>,
  partials: () => Promise<string[]>,
): TestStores {
  return {
    folder,
    environment: { ...environment, DATAGOUV_TOPS_ARCHIVE: stores.archive, DATAGOUV_TOPS_DOCUMENTS: stores.documents },
    partials,
    world: async (now = '2026-11-18T16:00:00Z') => {
      const configFile = await writeTestFile(folder, 'test.yaml', '')
      const signal = new AbortController().signal
      const context = await openContext({
        flags: stores,
        configFile,
        report: silentReport,
        signal,
        clock: () => new Date(now),
      })
      onTestFinished(() => closeContext(context))
      return context
    },
  }
}
