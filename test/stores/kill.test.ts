import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'libsql'
import { expect, test } from 'vitest'
import { openFolder } from '../../src/stores/folder.ts'
import { openSqlite } from '../../src/stores/sqlite.ts'
import { put, readAll } from '../contracts/archive.ts'
import { temporaryFolder } from '../helpers/exports.ts'
import { kill, start } from './children.ts'

/** How long after it has begun a child is killed, in ms: anywhere in what it does over and over. */
const MOMENTS = [0, 3, 7, 13, 29, 61]

test('a writer that is killed before it ends leaves no object, and sweep leaves no trace of it', async () => {
  const root = await temporaryFolder()
  const archive = await openFolder(root)
  const child = start('writeObjects', [root, 'half'])
  await once(child.stdout!, 'data')
  await kill(child)
  expect(await readdir(join(root, 'x'))).toEqual([expect.stringMatching(/^\.a\.csv\.[0-9a-f]{12}\.partial$/)])
  expect(await archive.stat('x/a.csv')).toBeUndefined()
  for await (const object of archive.list('')) expect.unreachable(object.key)
  await archive.sweep('x/a.csv')
  expect(await readdir(root)).toEqual([])
})

test('a writer that is killed before it ends leaves the object that was there', async () => {
  const root = await temporaryFolder()
  const archive = await openFolder(root)
  await put(archive, 'x/a.csv', 'old')
  await put(archive, 'x/other.csv', 'other')
  const child = start('writeObjects', [root, 'half'])
  await once(child.stdout!, 'data')
  await kill(child)
  expect((await readAll(archive, 'x/a.csv')).toString()).toBe('old')
  await archive.sweep('x/a.csv')
  expect((await readdir(join(root, 'x'))).sort()).toEqual(['a.csv', 'other.csv'])
})

test('a writer that is killed at any moment leaves one whole object under the name, and sweep nothing else', async () => {
  const root = await temporaryFolder()
  const archive = await openFolder(root)
  for (const moment of MOMENTS) {
    const child = start('writeObjects', [root, 'whole'])
    await once(child.stdout!, 'data')
    await sleep(moment)
    await kill(child)
    const bytes = await readAll(archive, 'x/a.csv')
    expect(bytes.length).toBe(40 * 100_003)
    expect(bytes.equals(Buffer.alloc(bytes.length, bytes[0]))).toBe(true)
    await archive.sweep('x/a.csv')
    expect(await readdir(join(root, 'x'))).toEqual(['a.csv'])
  }
})

test('documents that were put stay, whole, when the writer is killed at any moment', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'datagouv.db')
  for (const moment of MOMENTS) {
    const child = start('replaceDocuments', [path])
    let last = 0
    const lines = createInterface(child.stdout!).on('line', (line) => (last = Number(line)))
    await once(lines, 'line')
    await sleep(moment)
    const ended = once(lines, 'close')
    await kill(child)
    await ended
    const documents = await openSqlite(path)
    const found = await documents.find<{ _id: string; i: number; text: string; end: number }>('tops', 'a')
    expect(found).toEqual({ _id: 'a', i: found!.i, text: String(found!.i).repeat(100_000), end: found!.i })
    // One more may be in than it came to say.
    expect([last, last + 1]).toContain(found!.i)
    expect(
      (await documents.list('runs', { descending: true, limit: 1 }))[0]!._id >= String(last).padStart(6, '0'),
    ).toBe(true)
    await documents.close()
    const database = new Database(path)
    expect(database.prepare('PRAGMA integrity_check').raw().all()).toEqual([['ok']])
    database.close()
  }
  expect((await readdir(folder)).filter((name) => !name.startsWith('datagouv.db'))).toEqual([])
})
