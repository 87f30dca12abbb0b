import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'libsql'
import { expect, test } from 'vitest'
import { openSqlite } from '../../src/stores/sqlite/sqlite.ts'
import { documentsContract } from '../contracts/documents.ts'
import { temporaryFolder } from '../helpers/exports.ts'
import { failureOf } from '../helpers/failure.ts'
import { fileSystem, makeReadOnly, needUnprivileged, publicFolder, run, start } from './children.ts'

documentsContract('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-test-'))
  const open = () => openSqlite(join(folder, 'datagouv.db'))
  return { documents: await open(), another: open, close: () => rm(folder, { recursive: true }) }
})

/** Opens the file as another program would, and calls `body`. */
async function withDatabase<T>(path: string, body: (database: Database.Database) => T | Promise<T>): Promise<T> {
  const database = new Database(path)
  try {
    return await body(database)
  } finally {
    database.close()
  }
}

test('SQLite itself reads the documents, with its JSON functions, also from the file alone', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'some/where/datagouv.db')
  const documents = await openSqlite(path)
  await documents.replace('tops', { _id: 'a/1', datasets: [{ dataset_title: 'Été' }] } as never)
  await documents.find('tops', 'a/1')
  await documents.close()
  await copyFile(path, join(folder, 'copy.db'))
  const sql = "SELECT _id, document ->> '$.datasets[0].dataset_title' FROM tops"
  for (const file of [path, join(folder, 'copy.db')]) {
    expect(await withDatabase(file, (database) => database.prepare(sql).raw().all())).toEqual([['a/1', 'Été']])
  }
})

test('eight processes that open a new file at once all succeed, and one of them gets the lease', async () => {
  const path = join(await temporaryFolder(), 'new/datagouv.db')
  const said = await Promise.all(Array.from({ length: 8 }, () => run('openAtOnce', [path])))
  expect(said.sort()).toEqual([...Array(7).fill('false'), 'true'])
  const documents = await openSqlite(path)
  expect(await documents.list('runs')).toHaveLength(160)
  await documents.close()
})

test('a write waits for another process that writes, without blocking the thread, and is visible to all', async () => {
  const path = join(await temporaryFolder(), 'datagouv.db')
  const [documents, another] = [await openSqlite(path), await openSqlite(path)]
  await documents.replace('tops', { _id: 'removed' })
  await withDatabase(path, async (database) => {
    database.exec('BEGIN IMMEDIATE')
    let put = false
    const writing = Promise.all([
      documents.replace('tops', { _id: 'a' }).then(() => (put = true)),
      documents.remove('tops', 'removed'),
      documents.acquire('l', { run: 'r', host: 'h', pid: 1 }, 60_000),
    ])
    await sleep(300)
    expect([put, await another.ids('tops')]).toEqual([false, ['removed']])
    database.exec('COMMIT')
    await writing
    await documents.replace('tops', { _id: 'b' })
    expect([await another.ids('tops'), await another.ids('leases')]).toEqual([['a', 'b'], ['l']])
  })
  await documents.close()
  await another.close()
})

test('a write is committed soon, even if other processes read all the time', async () => {
  const path = join(await temporaryFolder(), 'datagouv.db')
  const documents = await openSqlite(path)
  const text = 'x'.repeat(200_000)
  for (let i = 0; i < 40; i++) await documents.replace('tops', { _id: `a/${i}`, text } as never)
  const readers = [1, 2, 3].map(() => start('readAlways', [path]))
  await Promise.all(readers.map((reader) => once(reader.stdout!, 'data')))
  const waits: number[] = []
  for (let i = 0; i < 60; i++) {
    const begun = performance.now()
    await documents.replace('runs', { _id: `b/${i}` })
    waits.push(performance.now() - begun)
    await sleep(20)
  }
  // A reader that kept its lock between reads would delay every commit until the time limit of 10 s.
  expect(Math.max(...waits)).toBeLessThan(5_000)
  await documents.close()
})

test('a file that another process has locked for too long is reported in one line', async () => {
  const path = join(await temporaryFolder(), 'datagouv.db')
  const documents = await openSqlite(path)
  await withDatabase(path, async (database) => {
    database.exec('BEGIN IMMEDIATE')
    const locked = {
      kind: 'store',
      message: `cannot use the document store sqlite:${path}: another process has locked it for too long; run again later`,
    }
    await expect(documents.replace('tops', { _id: 'a' })).rejects.toMatchObject(locked)
    expect(await documents.find('tops', 'a')).toBeUndefined()
    database.exec('ROLLBACK')
  })
  await documents.replace('tops', { _id: 'a' })
  await documents.close()
})

test.each([
  [
    'is no database',
    (path: string) => writeFile(path, 'text '.repeat(1_000)),
    /is not an SQLite database; move it away/,
  ],
  ['is a folder', (path: string) => mkdir(path), /cannot be opened; check that it is a file/],
])('a file that %s is refused in one line', async (_, prepare, message) => {
  const path = join(await temporaryFolder(), 'datagouv.db')
  await prepare(path)
  await expect(openSqlite(path)).rejects.toMatchObject({ kind: 'store', message: expect.stringMatching(message) })
})

test('a file below another file is refused in one line', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'file'), '')
  await expect(openSqlite(join(folder, 'file/datagouv.db'))).rejects.toMatchObject({
    kind: 'store',
    message: expect.stringMatching(/a file stands where a folder should be; move it away/),
  })
})

test('a damaged file is reported in one line with its remedy', async () => {
  const path = join(await temporaryFolder(), 'datagouv.db')
  const documents = await openSqlite(path)
  await documents.replace('tops', { _id: 'a' })
  await documents.close()
  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(8_192, 7), 0, 8_192, 4_096)
  await file.close()
  const damaged = await openSqlite(path)
  await expect(damaged.find('tops', 'a')).rejects.toMatchObject({
    kind: 'store',
    message: expect.stringMatching(/the file is damaged; restore it from a backup/),
  })
  await damaged.close()
})

test('returns a text that is no document as unreadable, beside the sound ones, and swaps it by its text', async () => {
  const path = join(await temporaryFolder(), 'datagouv.db')
  const documents = await openSqlite(path)
  await documents.replace('tops', { _id: 'a/2' })
  const texts = ['{"_id": ', 'null', '42', '[]', '{}', '{"_id":"a/2"}']
  for (const text of texts) {
    await withDatabase(path, (database) =>
      database.prepare('INSERT OR REPLACE INTO tops VALUES (?, ?)').run('a/1', text),
    )
    const unreadable = { _id: 'a/1', unreadable: text }
    expect(await documents.find('tops', 'a/1')).toEqual(unreadable)
    expect(await documents.list('tops')).toEqual([unreadable, { _id: 'a/2' }])
    expect(await documents.compareAndSwap('tops', 'a/1', { _id: 'a/1' }, undefined)).toBe(false)
    expect(await documents.compareAndSwap('tops', 'a/1', unreadable, { _id: 'a/1' })).toBe(true)
    expect(await documents.find('tops', 'a/1')).toEqual({ _id: 'a/1' })
  }
  await documents.close()
})

test('a file that is not this user’s is reported in one line when it is written', async ({ skip }) => {
  await needUnprivileged(skip)
  const folder = await publicFolder()
  const path = join(folder, 'datagouv.db')
  const documents = await openSqlite(path)
  await documents.replace('tops', { _id: 'a' })
  await documents.close()
  const attempt = (file: string) => run('attempt', ['sqlite', file], { unprivileged: true })
  const readOnly = `store: cannot use the document store sqlite:${path}: it is read-only; give this user write permission for it and its folder, or name another file in the setting documents`
  expect(await attempt(path)).toBe(readOnly)
  expect(await attempt(join(folder, 'none.db'))).toMatch(/^store: .*it cannot be opened; check that it is a file/)
  expect(await attempt(join(folder, 'none/none.db'))).toMatch(/^store: .*permission denied; give this user access/)
})

test('a file system that is read-only is reported in one line with its remedy', async ({ skip }) => {
  const folder = await fileSystem('1m', skip)
  expect(await run('attempt', ['sqlite', join(folder, 'datagouv.db')])).toBe('done')
  makeReadOnly(folder)
  expect(await run('attempt', ['sqlite', join(folder, 'datagouv.db')])).toMatch(/^store: .*: it is read-only; give/)
  expect(await run('attempt', ['sqlite', join(folder, 'none/none.db')])).toMatch(/^store: .*: it is read-only; give/)
})

test('a disk that fills up is reported, and earlier documents remain', async ({ skip }) => {
  const folder = await fileSystem('1m', skip)
  const path = join(folder, 'datagouv.db')
  const attempt = (kind: string, bytes: number, times: number) =>
    run('attempt', [kind, path, String(bytes), String(times)])
  const full = `store: cannot use the document store sqlite:${path}: the disk is full; make room and run again`
  expect(await attempt('sqlite', 10, 3)).toBe('done')
  expect(await attempt('sqlite', 2_000_000, 1)).toBe(full)
  expect(await attempt('lease', 2_000_000, 1)).toBe(full)
  expect(await attempt('sqlite', 50_000, 50)).toBe(full)
  expect(await attempt('sqlite', 10, 1)).toBe('done')
})

test('a closed store refuses every call, instead of ending the process', async () => {
  const path = join(await temporaryFolder(), 'datagouv.db')
  const documents = await openSqlite(path)
  await documents.replace('tops', { _id: 'a' })
  const waiting = withDatabase(path, async (database) => {
    database.exec('BEGIN IMMEDIATE')
    const failure = failureOf(documents.replace('tops', { _id: 'b' }))
    await sleep(100)
    await documents.close()
    database.exec('ROLLBACK')
    return failure
  })
  const closed = { kind: 'store', message: `cannot use the document store sqlite:${path}: it is closed` }
  expect(await waiting).toMatchObject(closed)
  const holder = { run: 'r', host: 'h', pid: 1 }
  const calls = [
    documents.find('tops', 'a'),
    documents.list('tops'),
    documents.exists(),
    documents.facts(),
    documents.replace('tops', { _id: 'b' }),
    documents.acquire('l', holder, 1),
  ]
  for (const call of calls) expect(await failureOf(call)).toMatchObject(closed)
  await documents.close()
})
