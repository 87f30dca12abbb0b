import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, copyFile, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import Database from 'libsql'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openSqlite } from '../../src/stores/sqlite/sqlite.ts'
import { testBucket } from '../helpers/bucket.ts'
import { type CliOptions, cli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/exports.ts'
import { serviceOrSkip } from '../helpers/services.ts'
import { fileSystem, makeReadOnly, needUnprivileged, publicFolder, run } from './children.ts'

/** Commands that only read, with the start of their output for the three editions of the sample. */
const READING: readonly (readonly [command: string, stdout: RegExp])[] = [
  ['show', /^mobilite-transport, 2023-08-09\n/],
  ['show 2023-08-02 --json', /^\{"_id":"mobilite-transport\/2023-08-02"/],
  ['changes', /^mobilite-transport, 2023-08-02 to 2023-08-09: /],
  ['explain 5eab9f4b7ee4582b405f11df', /^mobilite-transport, 2023-08-09: "Comptage vélo/],
  ['runs', /^run +command /],
  ['verify', /^2023-07-26 snapshot is as expected\n/],
  ['config', /^setting +value /],
  ['serve --port 0', /^serving http:/],
]

const STORES = ['--archive', 'file:datagouv', '--documents', 'sqlite:datagouv.db']

/** The stores of three published weeks. */
let published: string

beforeAll(async () => {
  published = await mkdtemp(join(tmpdir(), 'datagouv-tops-reading-'))
  await cli(['demo', '--into', published, '--quiet', '--no-serve'], { cwd: published })
})
afterAll(() => rm(published, { recursive: true, force: true }))

/** Runs a command; stops "serve" when it is up. */
function read(command: string, options: Pick<CliOptions, 'cwd' | 'env' | 'unprivileged'>, stores = STORES) {
  return cli([...command.split(' '), ...stores], {
    ...options,
    onStart: (child) => {
      if (command.startsWith('serve')) child.stdout!.once('data', () => child.kill('SIGTERM'))
    },
  })
}

/** Every file below a folder, with its checksum and the time of its last change. */
async function stateOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const lines = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name)
    const content = entry.isFile() ? await readFile(path) : ''
    return `${path} ${createHash('sha256').update(content).digest('hex')}`
  })
  return (await Promise.all(lines)).sort()
}

async function expectReadable(options: Pick<CliOptions, 'cwd' | 'unprivileged'>): Promise<void> {
  const before = await stateOf(options.cwd)
  for (const [command, stdout] of READING) {
    const result = await read(command, options)
    expect([command, result.stderr.split('\n').filter((line) => /^datagouv-tops: (?!terminated)/.test(line))]).toEqual([
      command,
      [],
    ])
    expect([command, result.stdout]).toEqual([command, expect.stringMatching(stdout)])
  }
  expect(await stateOf(options.cwd)).toEqual(before)
}

describe('what another process has published can be read', () => {
  test('by another user, who may not write', async ({ skip }) => {
    await needUnprivileged(skip)
    const folder = await publicFolder()
    await cp(published, folder, { recursive: true })
    execFileSync('chmod', ['-R', 'a+rX,go-w', folder])
    await expectReadable({ cwd: folder, unprivileged: true })
    const refused = await cli(['archive', '--date', '2023-08-09', ...STORES], { cwd: folder, unprivileged: true })
    expect(refused).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/sqlite:datagouv\.db: it is read-only/),
    })
  })

  test('on a file system that is mounted read-only', async ({ skip }) => {
    const folder = await fileSystem('64m', skip)
    await cp(published, folder, { recursive: true })
    makeReadOnly(folder)
    await expectReadable({ cwd: folder })
  })

  test('from a copy of the files, without write permission', async ({ skip }) => {
    await needUnprivileged(skip)
    const folder = await publicFolder()
    await copyFile(join(published, 'datagouv.db'), join(folder, 'datagouv.db'))
    await cp(join(published, 'datagouv'), join(folder, 'datagouv'), { recursive: true })
    execFileSync('chmod', ['-R', 'a+rX', folder])
    await chmod(folder, 0o555)
    await expectReadable({ cwd: folder, unprivileged: true })
  })
})

describe('a store that does not exist yet', () => {
  const missing = 'sqlite:datagouv.db does not exist yet: "run" creates it'
  const noFolder = 'file:datagouv does not exist yet: "run" creates it'
  const both = 'sqlite:datagouv.db and file:datagouv do not exist yet: "run" creates them'

  test.each([
    ['show', 2, `datagouv-tops: there is no edition of mobilite-transport; ${missing}\n`],
    ['show 2023-08-09', 2, `datagouv-tops: there is no edition of mobilite-transport of 2023-08-09; ${missing}\n`],
    ['changes', 2, `datagouv-tops: there is no edition of mobilite-transport; ${missing}\n`],
    ['explain abc', 2, `datagouv-tops: there is no edition of mobilite-transport; ${missing}\n`],
    ['runs --json', 0, `warning: ${missing}\n`],
    ['runs show x', 2, `datagouv-tops: there is no run "x"; ${missing}\n`],
    ['verify --json', 0, `warning: ${both}\n`],
    ['verify 2023-08-09', 2, `datagouv-tops: nothing is stored for 2023-08-09; ${both}\n`],
    ['remove 2023-08-09', 2, `datagouv-tops: cannot remove: there is no edition of 2023-08-09; ${both}\n`],
    ['archive 2023-08-09', 2, `datagouv-tops: there is no snapshot of 2023-08-09; ${noFolder}\n`],
    ['publish 2023-08-09', 2, `datagouv-tops: there is no snapshot of 2023-08-09; ${noFolder}\n`],
    ['backfill --from 2026-01-01 --to 2026-01-06 --json', 0, `warning: ${noFolder}\n`],
  ])('"%s" says so, and creates nothing', async (command, code, stderr) => {
    const cwd = await temporaryFolder()
    expect(await read(command, { cwd })).toMatchObject({ code, stderr, stdout: code === 0 ? '[]\n' : '' })
    expect(await readdir(cwd)).toEqual([])
  })

  test('"serve" starts, creates nothing, and shows what is published later', async () => {
    const cwd = await temporaryFolder()
    let later: unknown
    await cli(['serve', '--port', '0', '--json', ...STORES], {
      cwd,
      onStart: (child) => {
        child.stdout!.once('data', async (line) => {
          const { url } = JSON.parse(line)
          const before = [(await fetch(`${url}api/watches`)).status, await readdir(cwd)]
          await cp(published, cwd, { recursive: true })
          const { status } = await fetch(`${url}api/editions/mobilite-transport/2023-08-09`)
          later = [...before, status]
          child.kill('SIGTERM')
        })
      },
    })
    expect(later).toEqual([200, [], 200])
  })

  test('is created by the first write, which says so once', async () => {
    const cwd = await temporaryFolder()
    await cp(join(published, 'datagouv/snapshots'), join(cwd, 'datagouv/snapshots'), { recursive: true })
    const created = /created the database sqlite:datagouv\.db\n/
    expect((await cli(['archive', '--date', '2023-08-09', ...STORES], { cwd })).stderr).toMatch(created)
    expect((await cli(['archive', '--date', '2023-08-02', ...STORES], { cwd })).stderr).not.toMatch(/created/)
  })
})

const minio = serviceOrSkip('minio', 'reading from a bucket that does not exist')
const mongodb = serviceOrSkip('mongodb', 'reading from a database that does not exist')
describe.runIf(minio && mongodb)('a bucket and a database that do not exist', () => {
  test('are created by commands that write, which say so, and by no other', async () => {
    Object.assign(process.env, minio)
    const cwd = await temporaryFolder()
    const { bucket: name, client, close } = await testBucket()
    const mongo = await new MongoClient(mongodb!.DATAGOUV_TOPS_DOCUMENTS!).connect()
    onTestFinished(async () => {
      await close()
      await mongo.db(name).dropDatabase()
      await mongo.close()
    })
    const exist = async () => {
      const { Buckets = [] } = await client.send(new ListBucketsCommand({}))
      const collections = await mongo.db(name).listCollections().toArray()
      return [Buckets.some((bucket) => bucket.Name === name), collections.length > 0]
    }
    const url = new URL(mongodb!.DATAGOUV_TOPS_DOCUMENTS!)
    url.pathname = `/${name}`
    const stores = ['--archive', `s3://${name}`, '--documents', url.href]
    const missing = new RegExp(`${url.href}( and s3://${name})? (does|do) not exist yet: "run" creates`)
    for (const [command] of READING) {
      const { stderr } = await read(command, { cwd, env: minio! }, stores)
      if (command !== 'config') expect([command, stderr]).toEqual([command, expect.stringMatching(missing)])
    }
    for (const command of ['archive 2023-08-09', 'publish 2023-08-09', 'backfill --from 2026-01-01', 'prune'])
      expect((await read(command, { cwd, env: minio! }, stores)).stderr).toContain(`s3://${name} does not exist yet`)
    expect(await exist()).toEqual([false, false])

    const sources = ['datasets', 'organizations'].flatMap((one) => [
      `--${one}`,
      join(published, `datagouv/snapshots/2023-08-09/${one}.csv.gz`),
    ])
    const first = await cli(['run', '--date', '2023-08-09', ...sources, ...stores], { cwd, env: minio! })
    expect(first.stderr).toContain(`created the database ${url.href}\n`)
    expect(first.stderr).toContain(`created the bucket ${name}\n`)
    expect(await exist()).toEqual([true, true])
    const second = await cli(['run', '--date', '2023-08-09', ...sources, ...stores], { cwd, env: minio! })
    expect(second.stderr).not.toMatch(/created/)
  })
})

describe('an SQLite file of version 0.1, with a write-ahead log,', () => {
  const old = async () => {
    const folder = await publicFolder()
    const path = join(folder, 'datagouv.db')
    const database = new Database(path)
    database.exec('PRAGMA journal_mode = WAL')
    for (const name of ['tops', 'runs', 'leases'])
      database.exec(`CREATE TABLE ${name} (_id TEXT PRIMARY KEY, document TEXT NOT NULL)`)
    database.exec(`INSERT INTO tops VALUES ('a/1', '{"_id":"a/1"}')`)
    return { folder, path, database }
  }
  /** Byte 18 of the file is its journal mode. Opening it as a database would keep it open until the next garbage collection. */
  const modeOf = async (path: string) => ((await readFile(path))[18] === 2 ? 'wal' : 'delete')

  test('is read, and gets a rollback journal by the first write', async () => {
    const { folder, path, database } = await old()
    database.close()
    const documents = await openSqlite(path)
    expect(await documents.find('tops', 'a/1')).toEqual({ _id: 'a/1' })
    expect(await modeOf(path)).toBe('wal')
    await documents.replace('tops', { _id: 'a/2' })
    expect(await documents.ids('tops')).toEqual(['a/1', 'a/2'])
    await documents.close()
    expect([await modeOf(path), await readdir(folder)]).toEqual(['delete', ['datagouv.db']])
  })

  test('is also written while another process has it open, and keeps its log until that ends', async () => {
    const { path, database } = await old()
    expect(await run('attempt', ['sqlite', path])).toBe('done')
    expect(await modeOf(path)).toBe('wal')
    database.close()
    expect(await run('attempt', ['sqlite', path])).toBe('done')
    expect(await modeOf(path)).toBe('delete')
    const documents = await openSqlite(path)
    expect(await documents.ids('tops')).toEqual(['a/1', 'x/0'])
    await documents.close()
  })

  test('is reported with its remedy to a user who may not write', async ({ skip }) => {
    await needUnprivileged(skip)
    const { folder, database } = await old()
    database.close()
    const { code, stderr } = await read('show', { cwd: folder, unprivileged: true })
    expect([code, stderr]).toEqual([
      5,
      'datagouv-tops: cannot use the document store sqlite:datagouv.db: it uses a write-ahead log, as version 0.1 did, and this user may not write to its folder; let a user with write permission run "run" once, to convert the file\n',
    ])
  })
})

test('a write that was killed halfway is rolled back by the next reader who may write, and reported to one who may not', async ({
  skip,
}) => {
  await needUnprivileged(skip)
  const folder = await publicFolder()
  const path = join(folder, 'datagouv.db')
  const documents = await openSqlite(path)
  for (let i = 0; i < 50; i++) await documents.replace('tops', { _id: `a/${i}`, text: 'x'.repeat(5_000) } as never)
  await documents.close()
  // With a small cache, changes reach the file before they are committed.
  const database = new Database(path)
  database.exec("PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE tops SET document = '{}'")
  const killed = await publicFolder()
  for (const name of await readdir(folder)) await copyFile(join(folder, name), join(killed, name))
  database.exec('ROLLBACK')
  database.close()
  expect((await readdir(killed)).sort()).toEqual(['datagouv.db', 'datagouv.db-journal'])
  execFileSync('chmod', ['-R', 'a+rX', killed])
  const refused = await read('show', { cwd: killed, unprivileged: true })
  expect([refused.code, refused.stderr]).toEqual([
    5,
    expect.stringMatching(/a process was killed while writing to it; let a user with write permission run any command/),
  ])
  const restored = await openSqlite(join(killed, 'datagouv.db'))
  expect(await restored.find('tops', 'a/7')).toEqual({ _id: 'a/7', text: 'x'.repeat(5_000) })
  await restored.close()
  expect(await readdir(killed)).toEqual(['datagouv.db'])
})
