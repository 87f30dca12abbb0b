import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { expect, test } from 'vitest'
import { openSqlite } from '../../src/stores/sqlite.ts'
import { documentsContract } from '../contracts/documents.ts'
import { temporaryFolder } from '../helpers/exports.ts'

documentsContract('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-test-'))
  const open = () => openSqlite(join(folder, 'datagouv.db'))
  return { documents: await open(), another: open, close: () => rm(folder, { recursive: true }) }
})

test('SQLite itself reads the documents, with its JSON functions', async () => {
  const path = join(await temporaryFolder(), 'some/where/datagouv.db')
  const documents = await openSqlite(path)
  await documents.replace('tops', { _id: 'a/1', datasets: [{ dataset_title: 'Été' }] } as never)
  await documents.close()
  const database = new Database(path)
  const sql = "SELECT _id, document ->> '$.datasets[0].dataset_title' FROM tops"
  expect(database.prepare(sql).raw().all()).toEqual([['a/1', 'Été']])
  database.close()
})

test('eight processes that open a new file at once all succeed', async () => {
  const path = join(await temporaryFolder(), 'datagouv.db')
  const script = `
    const { openSqlite } = await import(${JSON.stringify(new URL('../../dist/stores/sqlite.js', import.meta.url))})
    const documents = await openSqlite(process.argv[1])
    for (let i = 0; i < 20; i++) await documents.replace('runs', { _id: process.pid + '-' + i })
    await documents.close()`
  const children = Array.from({ length: 8 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script, path], { stdio: ['ignore', 'ignore', 'inherit'] }),
  )
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'close'))[0]))
  expect(codes).toEqual(codes.map(() => 0))
  const documents = await openSqlite(path)
  expect(await documents.list('runs')).toHaveLength(160)
  await documents.close()
})

test('a writer that is killed at any moment leaves whole documents', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'datagouv.db')
  const script = `
    const { openSqlite } = await import(${JSON.stringify(new URL('../../dist/stores/sqlite.js', import.meta.url))})
    const documents = await openSqlite(process.argv[1])
    for (let i = 0; ; i++) {
      await documents.replace('tops', { _id: 'a', i, text: String(i).repeat(100000), end: i })
      if (i === 0) console.log('begun')
    }`
  for (const wait of [0, 7, 23, 61]) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    await new Promise((resolve) => setTimeout(resolve, wait))
    child.kill('SIGKILL')
    await once(child, 'close')
    const documents = await openSqlite(path)
    const found = await documents.find<{ _id: string; i: number; text: string; end: number }>('tops', 'a')
    expect(found).toEqual({ _id: 'a', i: found!.i, text: String(found!.i).repeat(100_000), end: found!.i })
    await documents.close()
  }
  expect((await readdir(folder)).filter((name) => !name.startsWith('datagouv.db'))).toEqual([])
})

test.each([
  [
    'is no database',
    async (path: string) => writeFile(path, 'text '.repeat(1_000)),
    /is not an SQLite database; move it away/,
  ],
  ['is a folder', async (path: string) => void (await mkdtemp(`${path}/`).catch(() => {})), /datagouv\.db refuses: /],
])('a file that %s is refused in one line', async (_, prepare, message) => {
  const path = join(await temporaryFolder(), 'datagouv.db')
  if (message.source.startsWith('datagouv')) await (await import('node:fs/promises')).mkdir(path)
  await prepare(path)
  await expect(openSqlite(path)).rejects.toMatchObject({ kind: 'store', message: expect.stringMatching(message) })
})
