import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { openArchive, openDocuments } from '../../src/openContext.ts'
import { put, readAll } from '../contracts/archive.ts'
import { testBucket } from '../helpers/bucket.ts'
import { testDatabase } from '../helpers/database.ts'
import { temporaryFolder } from '../helpers/exports.ts'
import { serviceOrSkip, type Variables } from '../helpers/services.ts'
import { kill, start } from './children.ts'

/** When to kill a child, in ms after its start: at any point of its loop. */
const MOMENTS = [0, 3, 7, 13, 29, 61]

const minio = serviceOrSkip('minio', 'writers to a bucket that are killed')
const mongodb = serviceOrSkip('mongodb', 'writers to MongoDB that are killed')
const ferretdb = serviceOrSkip('ferretdb', 'writers to FerretDB that are killed')

beforeEach(() => {
  for (const [name, value] of Object.entries(minio ?? {})) vi.stubEnv(name, value)
})
afterEach(() => vi.unstubAllEnvs())

/** An archive: its address, and the number of leftovers that are not objects. */
const ARCHIVES = {
  'a folder': async () => {
    const folder = await temporaryFolder()
    const isPartial = (name: string) => /(^|\/)\.[^/]*\.partial$/.test(name)
    const leftovers = async () => (await readdir(folder, { recursive: true })).filter(isPartial).length
    return { address: `file:${folder}`, leftovers }
  },
  ...(minio && {
    'a bucket': async () => {
      const { bucket, leftovers, close } = await testBucket()
      onTestFinished(close)
      return { address: `s3://${bucket}`, leftovers }
    },
  }),
}

/** A document store: its address, and whether it is intact. */
const STORES = {
  'an SQLite file': async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'datagouv.db')
    const isSound = async () => {
      const database = new Database(path)
      expect(database.prepare('PRAGMA integrity_check').raw().all()).toEqual([['ok']])
      database.close()
      expect((await readdir(folder)).filter((name) => !name.startsWith('datagouv.db'))).toEqual([])
    }
    return { address: `sqlite:${path}`, isSound }
  },
  ...(mongodb && { MongoDB: () => database(mongodb) }),
  ...(ferretdb && { FerretDB: () => database(ferretdb) }),
}

async function database({ DATAGOUV_TOPS_DOCUMENTS: server }: Variables) {
  const { url, database, close } = await testDatabase(server!)
  onTestFinished(close)
  await database.createCollection('tops')
  return { address: url, isSound: async () => {} }
}

describe.each(Object.entries(ARCHIVES))('a writer to %s', (_, place) => {
  test('that is killed before it ends leaves no object, and sweep leaves no trace of it', async () => {
    const { address, leftovers } = await place()
    const archive = await openArchive(address)
    const child = start('writeObjects', [address, 'half'])
    await once(child.stdout!, 'data')
    await kill(child)
    expect(await leftovers()).toBeGreaterThan(0)
    expect(await archive.stat('x/a.csv')).toBeUndefined()
    for await (const object of archive.list('')) expect.unreachable(object.key)
    await archive.sweep('x/a.csv')
    expect(await leftovers()).toBe(0)
    await archive.close()
  })

  test('that is killed before it ends leaves the object that was there', async () => {
    const { address, leftovers } = await place()
    const archive = await openArchive(address)
    await put(archive, 'x/a.csv', 'old')
    await put(archive, 'x/other.csv', 'other')
    const child = start('writeObjects', [address, 'half'])
    await once(child.stdout!, 'data')
    await kill(child)
    expect((await readAll(archive, 'x/a.csv')).toString()).toBe('old')
    await archive.sweep('x/a.csv')
    expect(await leftovers()).toBe(0)
    expect((await readAll(archive, 'x/other.csv')).toString()).toBe('other')
    await archive.close()
  })

  test('that is killed at any moment leaves one whole object under the name, and sweep nothing else', async () => {
    const { address, leftovers } = await place()
    const archive = await openArchive(address)
    for (const moment of MOMENTS) {
      const child = start('writeObjects', [address, 'whole'])
      await once(child.stdout!, 'data')
      await sleep(moment)
      await kill(child)
      const bytes = await readAll(archive, 'x/a.csv')
      expect(bytes.length).toBe(80 * 100_003)
      expect(bytes.equals(Buffer.alloc(bytes.length, bytes[0]))).toBe(true)
      await archive.sweep('x/a.csv')
      expect(await leftovers()).toBe(0)
    }
    await archive.close()
  })
})

describe.each(Object.entries(STORES))('documents that were put into %s', (_, place) => {
  test('stay, whole, when the writer is killed at any moment', async () => {
    const { address, isSound } = await place()
    for (const moment of MOMENTS) {
      const child = start('replaceDocuments', [address])
      let last = 0
      const lines = createInterface(child.stdout!).on('line', (line) => (last = Number(line)))
      await once(lines, 'line')
      await sleep(moment)
      const ended = once(lines, 'close')
      await kill(child)
      await ended
      const documents = await openDocuments(address)
      const found = await documents.find<{ _id: string; i: number; text: string; end: number }>('tops', 'a')
      expect(found).toEqual({ _id: 'a', i: found!.i, text: String(found!.i).repeat(100_000), end: found!.i })
      // The store may have one more than the child confirmed.
      expect([last, last + 1]).toContain(found!.i)
      expect(
        (await documents.list('runs', { descending: true, limit: 1 }))[0]!._id >= String(last).padStart(6, '0'),
      ).toBe(true)
      await documents.close()
      await isSound()
    }
  })
})
