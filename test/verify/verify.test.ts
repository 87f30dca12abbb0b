import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import Database from 'libsql'
import { describe, expect, test } from 'vitest'
import type { Edition } from '../../src/editions/edition.ts'
import { Failure } from '../../src/errors.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import { type Verdict, verify } from '../../src/verify/verify.ts'
import { contents, datasetsCsv, organizationsCsv } from '../helpers/exports.ts'
import { intercepted } from '../helpers/interception.ts'
import { DATE, orderOf, type TestWorld, testWorld } from '../helpers/world.ts'

const DATASETS = datasetsCsv(
  Array.from({ length: 200 }, (_, i) => ({
    id: `d${i}`,
    title: i % 3 ? `Mobilité "${i}"` : 'Budget',
    description: i % 5 ? 'Ligne\r\nde transport' : 'x',
    organization: `o${i % 40}`,
    followers: i % 7,
  })),
)
const ORGANIZATIONS = organizationsCsv(Array.from({ length: 40 }, (_, i) => [`o${i}`, `Name ${i}`, 100 - i] as const))
const CSV = `${DATE}/mobilite-transport.csv`
const DOCUMENT = `tops mobilite-transport/${DATE}`
const SNAPSHOT = `snapshots/${DATE}/snapshot.json`

async function published(config = ''): Promise<TestWorld> {
  const world = await testWorld(undefined, config)
  await run(await orderOf(world, DATASETS, ORGANIZATIONS), world)
  return world
}

const stored = (world: TestWorld, key: string) => join(world.folder, 'datagouv', key)

async function verified(world: TestWorld, repair = false, dates: string[] = []): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for await (const verdict of verify({ dates, repair }, world)) verdicts.push(verdict)
  return verdicts
}

const statuses = (verdicts: readonly Verdict[]) => verdicts.map(({ watch, status }) => [watch, status])
const found = (verdicts: readonly Verdict[]) =>
  verdicts.flatMap(({ differences }) => differences.map(({ where, part }) => [where, part]))

/** Changes the JSON text of the stored document, behind everybody's back. */
function rewrite(world: TestWorld, change: (text: string) => string): void {
  const database = new Database(join(world.folder, 'datagouv.db'))
  const [text] = database.prepare('SELECT document FROM tops').raw().get() as [string]
  database.prepare('UPDATE tops SET document = ?').run(change(text))
  database.close()
}

// biome-ignore lint/suspicious/noExplicitAny: it is changed in ways that its type forbids
const edit = (world: TestWorld, change: (edition: any) => void) =>
  rewrite(world, (text) => {
    const edition = JSON.parse(text)
    change(edition)
    return JSON.stringify(edition)
  })

test('finds that what was just published is what it should be, for every date and watch', async () => {
  const config = `watches: [{name: mobilite-transport, terms: [mobilité, transport]}, {name: velo, terms: [budget], top: 3}]`
  const world = await published(config)
  expect(statuses(await verified(world))).toEqual([
    [null, 'same'],
    ['mobilite-transport', 'same'],
    ['velo', 'same'],
  ])
  expect(await verified(world, false, ['2026-01-01'])).toEqual([])
})

describe('names', () => {
  test.each<[string, (world: TestWorld) => Promise<void> | void, string, string | RegExp]>([
    [
      'a byte of the CSV',
      async (world) => {
        const bytes = await readFile(stored(world, CSV))
        const at = bytes.indexOf('"d50"')
        bytes[at + 1] = 0x44
        await writeFile(stored(world, CSV), bytes)
      },
      CSV,
      /^byte \d+ \(record 47\)$/,
    ],
    [
      'a CSV that is too short',
      async (world) => {
        const bytes = await readFile(stored(world, CSV))
        await writeFile(stored(world, CSV), bytes.subarray(0, -1))
      },
      CSV,
      /^byte \d+ \(record 186\)$/,
    ],
    [
      'a CSV that is too long',
      async (world) => writeFile(stored(world, CSV), `${await readFile(stored(world, CSV), 'utf8')}x`),
      CSV,
      /^byte \d+ \(record 187\)$/,
    ],
    ['a CSV that is not there', (world) => rm(stored(world, CSV)), CSV, ''],
    [
      'a value of the document',
      (world) => edit(world, (one) => one.datasets[3].dataset_followers++),
      DOCUMENT,
      'datasets[3].dataset_followers',
    ],
    [
      'a title',
      (world) => edit(world, (one) => (one.datasets[0].dataset_title += ' ')),
      DOCUMENT,
      'datasets[0].dataset_title',
    ],
    ['a rank', (world) => edit(world, (one) => (one.organizations[29].rank = 31)), DOCUMENT, 'organizations[29].rank'],
    ['the order of datasets', (world) => edit(world, (one) => one.datasets.reverse()), DOCUMENT, /^datasets\[0\]/],
    [
      'a dataset that is missing',
      (world) => edit(world, (one) => one.datasets.splice(5, 1)),
      DOCUMENT,
      'datasets.length',
    ],
    [
      'a dataset that is there twice',
      (world) => edit(world, (one) => one.datasets.push(one.datasets[0])),
      DOCUMENT,
      'datasets.length',
    ],
    ['a term', (world) => edit(world, (one) => (one.terms = ['mobilité', 'Transport'])), DOCUMENT, 'terms[1]'],
    ['the top', (world) => edit(world, (one) => (one.top = 31)), DOCUMENT, 'top'],
    ['a field that nobody knows', (world) => edit(world, (one) => (one.more = 1)), DOCUMENT, 'more'],
    [
      'a field that is gone',
      (world) => edit(world, (one) => delete one.source.organizations.sha1),
      DOCUMENT,
      'source.organizations.sha1',
    ],
    [
      'the checksum of the CSV',
      (world) => edit(world, (one) => (one.archive.sha256 = '0'.repeat(64))),
      DOCUMENT,
      'archive.sha256',
    ],
    ['a run that never was', (world) => edit(world, (one) => (one.run_id = 'x')), DOCUMENT, 'run_id'],
    [
      'a moment at which nothing ran',
      (world) => edit(world, (one) => (one.generated_at = '2020-01-01T00:00:00.000Z')),
      DOCUMENT,
      'generated_at',
    ],
    ['a document that is no JSON', (world) => rewrite(world, (text) => text.slice(1)), DOCUMENT, ''],
    [
      'a document that is not there',
      (world) => world.documents.remove('tops', `mobilite-transport/${DATE}`),
      DOCUMENT,
      '',
    ],
    [
      'a file that nobody knows',
      (world) => writeFile(stored(world, `${DATE}/notes.txt`), 'x'),
      `${DATE}/notes.txt`,
      '',
    ],
    [
      'an export that is another one',
      (world) =>
        writeFile(
          stored(world, `snapshots/${DATE}/organizations.csv.gz`),
          gzipSync(ORGANIZATIONS.replace('Name 7', 'Name 8')),
        ),
      `snapshots/${DATE}/organizations.csv.gz`,
      'sha256',
    ],
    [
      'an export that is not there',
      (world) => rm(stored(world, `snapshots/${DATE}/datasets.csv.gz`)),
      `snapshots/${DATE}/datasets.csv.gz`,
      '',
    ],
    ['a snapshot.json that is not there', (world) => rm(stored(world, SNAPSHOT)), SNAPSHOT, ''],
    ['a snapshot.json that is no JSON', (world) => writeFile(stored(world, SNAPSHOT), '{'), SNAPSHOT, ''],
    [
      'a fact of snapshot.json',
      async (world) =>
        writeFile(
          stored(world, SNAPSHOT),
          (await readFile(stored(world, SNAPSHOT), 'utf8')).replace('"records": 200', '"records": 201'),
        ),
      SNAPSHOT,
      'datasets.records',
    ],
  ])('%s', async (_, damage, where, part) => {
    const world = await published()
    await damage(world)
    const verdicts = await verified(world)
    expect(verdicts.some(({ status }) => status === 'different')).toBe(true)
    const expected = typeof part === 'string' ? part : expect.stringMatching(part)
    expect(found(verdicts)).toContainEqual([where, expected])
  })

  test('the place of any bit that flips, in any stored file', async () => {
    const world = await published()
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 48_271) % 0x7fffffff
      return seed % below
    }
    const files = [...(await contents(join(world.folder, 'datagouv'))).keys()]
    expect(files).toHaveLength(5)
    for (let flips = 0; flips < 160; flips++) {
      const key = files[flips % files.length]!
      const bytes = await readFile(stored(world, key))
      const flipped = Buffer.from(bytes)
      // The first ten bytes of gzip say when and by whom it was made, which nothing depends on.
      const at = key.endsWith('.gz') ? 10 + random(bytes.length - 10) : random(bytes.length)
      flipped[at]! ^= 1 << random(8)
      if (key.endsWith('.gz') && isTheSame(flipped, bytes)) continue
      await writeFile(stored(world, key), flipped)
      const verdicts = await verified(world)
      const told = `${key}, byte ${at}`
      // When it was fetched and from where is said once only: nothing shows that it was another time.
      const isKnown = key !== SNAPSHOT || !['fetched_at', 'portal'].includes(lineAt(bytes, at))
      // Where the export came from, the document says as well: one of them is wrong, and nothing shows which.
      const places = found(verdicts).map(([where]) => (key === SNAPSHOT && where === DOCUMENT ? key : where))
      if (isKnown) expect(places, told).toContain(key)
      await writeFile(stored(world, key), bytes)
    }
    expect(statuses(await verified(world))).toEqual([
      [null, 'same'],
      ['mobilite-transport', 'same'],
    ])
  })

  const isTheSame = (a: Buffer, b: Buffer) => {
    try {
      return gunzipSync(a).equals(gunzipSync(b))
    } catch {
      return false
    }
  }
  const lineAt = (bytes: Buffer, at: number) => {
    const start = bytes.lastIndexOf('\n', at - 1) + 1
    return /^ {2}"(\w+)"/.exec(bytes.subarray(start).toString())?.[1] ?? ''
  }
})

describe('--repair', () => {
  test.each<[string, (world: TestWorld) => Promise<void> | void]>([
    ['a CSV', (world) => writeFile(stored(world, CSV), 'x')],
    ['a CSV that is gone', (world) => rm(stored(world, CSV))],
    ['a document', (world) => edit(world, (one) => one.datasets.pop())],
    ['a document that is no JSON', (world) => rewrite(world, (text) => text.slice(1))],
    [
      'both',
      async (world) => {
        await rm(stored(world, CSV))
        await world.documents.remove('runs', (await world.documents.ids('runs'))[0]!)
      },
    ],
  ])('publishes %s anew from the snapshot, and says what it replaced', async (_, damage) => {
    const world = await published()
    const before = await contents(join(world.folder, 'datagouv'))
    const {
      generated_at: _g,
      run_id: _r,
      ...edition
    } = (await world.documents.find<Edition>('tops', `mobilite-transport/${DATE}`))!
    await damage(world)
    const [snapshot, repaired] = await verified(world, true)
    expect(snapshot!.status).toBe('same')
    expect(repaired).toMatchObject({ watch: 'mobilite-transport', status: 'repaired' })
    expect(repaired!.differences.length).toBeGreaterThan(0)
    expect(await contents(join(world.folder, 'datagouv'))).toEqual(before)
    expect(await world.documents.find('tops', `mobilite-transport/${DATE}`)).toMatchObject(edition)
    expect(statuses(await verified(world))).toEqual([
      [null, 'same'],
      ['mobilite-transport', 'same'],
    ])
  })

  test('does not publish from a snapshot that is damaged', async () => {
    const world = await published()
    await writeFile(stored(world, `snapshots/${DATE}/datasets.csv.gz`), 'x')
    await writeFile(stored(world, CSV), 'x')
    const [snapshot, edition] = await verified(world, true)
    expect(snapshot!.status).toBe('different')
    expect(edition).toMatchObject({ status: 'different', note: expect.stringMatching(/so it cannot be repaired$/) })
    expect(await readFile(stored(world, CSV), 'utf8')).toBe('x')
  })
})

describe('beside another run', () => {
  const ELSEWHERE = { run: 'r1', host: 'elsewhere', pid: 7 }
  const ID = `mobilite-transport/${DATE}`

  test('a date that it is writing is not called different; once the run has died, it is', async () => {
    const world = await published()
    await writeFile(stored(world, CSV), 'x')
    for (const lease of [DATE, ID]) {
      await world.documents.acquire(lease, ELSEWHERE, 60_000)
      expect((await verified(world))[1]).toMatchObject({
        status: 'held',
        note: expect.stringMatching(`^${lease} is held by run "r1" on "elsewhere"`),
      })
      await world.documents.release(lease, 'r1')
    }
    await world.documents.acquire(ID, ELSEWHERE, 1)
    await sleep(10)
    expect((await verified(world))[1]).toMatchObject({ status: 'different' })
  })

  test('a date that it has replaced during the comparison is compared again', async () => {
    const world = await published()
    const others = DATASETS.replaceAll('Budget', 'Transport')
    let replaced = false
    const archive = new Proxy(world.archive, {
      get: (target, name) => {
        if (name !== 'read') return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name)
        return async function* (...args: Parameters<typeof world.archive.read>) {
          if (args[0] === CSV && !replaced) {
            replaced = true
            await run(await orderOf(world, others, ORGANIZATIONS), world)
          }
          yield* target.read(...args)
        }
      },
    })
    expect(statuses(await verified({ ...world, archive }))).toEqual([
      [null, 'same'],
      ['mobilite-transport', 'same'],
    ])
    expect(replaced).toBe(true)
  })

  test.each<[string, (world: TestWorld) => void]>([
    ['with a value that is wrong', (world) => edit(world, (one) => one.datasets.pop())],
    ['that is no JSON', (world) => rewrite(world, (text) => text.slice(1))],
    ['of a run that never was', (world) => edit(world, (one) => (one.run_id = 'x'))],
  ])('--repair leaves a document %s alone while the lease is held, or when the store fails', async (_, damage) => {
    const world = await published()
    damage(world)
    const damaged = await world.documents.find('tops', ID)
    await world.documents.acquire(ID, ELSEWHERE, 60_000)
    expect((await verified(world, true))[1]).toMatchObject({ status: 'held' })
    expect(await world.documents.find('tops', ID)).toEqual(damaged)
    await world.documents.release(ID, 'r1')

    const failing = intercepted(world, async (_, call) => {
      if (call.startsWith('swap tops')) throw new Failure('store', 'away')
    })
    await expect(verified({ ...world, ...failing }, true)).rejects.toMatchObject({ kind: 'store' })
    expect(await world.documents.find('tops', ID)).toEqual(damaged)
    expect((await verified(world, true))[1]).toMatchObject({ status: 'repaired' })
    expect(statuses(await verified(world))[1]).toEqual(['mobilite-transport', 'same'])
  })
})

describe('where the snapshot is gone', () => {
  test('CSV and document are compared with each other, and this is said', async () => {
    const world = await published()
    await rm(stored(world, `snapshots/${DATE}`), { recursive: true })
    expect(await verified(world)).toMatchObject([
      { watch: null, status: 'partly', note: 'there is no snapshot' },
      { watch: 'mobilite-transport', status: 'partly', note: expect.stringMatching(/^its snapshot is gone: only/) },
    ])
  })

  test('what does not belong together is named all the same', async () => {
    const world = await published()
    await rm(stored(world, `snapshots/${DATE}`), { recursive: true })
    const csv = await readFile(stored(world, CSV), 'utf8')
    await writeFile(stored(world, CSV), csv.replace('"Mobilité ""1"""', '"Mobilité ""2"""'))
    expect(found(await verified(world))).toEqual([
      [DOCUMENT, 'archive.sha256'],
      [DOCUMENT, expect.stringMatching(/^datasets\[\d+\]\.dataset_title$/)],
    ])
  })
})

describe('a watch that changed since', () => {
  test('its old editions are held to the terms and the top that they name', async () => {
    const world = await published()
    const changed = await testWorld(
      undefined,
      'watches: [{name: mobilite-transport, terms: [budget], top: 5}]',
      world.folder,
    )
    expect((await verified(changed))[1]).toMatchObject({
      status: 'same',
      note: expect.stringMatching(/^with the terms and the top/),
    })
  })

  test('its old editions are checked within when it is no more', async () => {
    const world = await published()
    const changed = await testWorld(undefined, 'watches: [{name: other, terms: [budget]}]', world.folder)
    expect((await verified(changed))[1]).toMatchObject({
      status: 'partly',
      note: expect.stringMatching(/^the watch is gone: only/),
    })
  })
})
