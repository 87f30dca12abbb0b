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
import { createRunRequest, DATE, openTestContext, type TestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv, readFolder } from '../helpers/exports.ts'
import { interceptStores } from '../helpers/interception.ts'

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

async function published(config = ''): Promise<TestContext> {
  const context = await openTestContext(undefined, config)
  await run(await createRunRequest(context, DATASETS, ORGANIZATIONS), context)
  return context
}

const stored = (context: TestContext, key: string) => join(context.folder, 'datagouv', key)

async function verified(context: TestContext, repair = false, dates: string[] = []): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for await (const verdict of verify({ dates, repair }, context)) verdicts.push(verdict)
  return verdicts
}

const statuses = (verdicts: readonly Verdict[]) => verdicts.map(({ watch, status }) => [watch, status])
const found = (verdicts: readonly Verdict[]) =>
  verdicts.flatMap(({ differences }) => differences.map(({ where, part }) => [where, part]))

/** Changes the JSON text of the stored document directly, without a run. */
function rewrite(context: TestContext, change: (text: string) => string): void {
  const database = new Database(join(context.folder, 'datagouv.db'))
  const [text] = database.prepare('SELECT document FROM tops').raw().get() as [string]
  database.prepare('UPDATE tops SET document = ?').run(change(text))
  database.close()
}

// biome-ignore lint/suspicious/noExplicitAny: the changes break its type
const edit = (context: TestContext, change: (edition: any) => void) =>
  rewrite(context, (text) => {
    const edition = JSON.parse(text)
    change(edition)
    return JSON.stringify(edition)
  })

test('finds no difference right after publication, for every date and watch', async () => {
  const config = `watches: [{name: mobilite-transport, terms: [mobilité, transport]}, {name: velo, terms: [budget], top: 3}]`
  const context = await published(config)
  expect(statuses(await verified(context))).toEqual([
    [null, 'same'],
    ['mobilite-transport', 'same'],
    ['velo', 'same'],
  ])
  expect(await verified(context, false, ['2026-01-01'])).toEqual([])
})

describe('names', () => {
  test.each<[string, (context: TestContext) => Promise<void> | void, string, string | RegExp]>([
    [
      'a byte of the CSV',
      async (context) => {
        const bytes = await readFile(stored(context, CSV))
        const at = bytes.indexOf('"d50"')
        bytes[at + 1] = 0x44
        await writeFile(stored(context, CSV), bytes)
      },
      CSV,
      /^byte \d+ \(record 47\)$/,
    ],
    [
      'a CSV that is too short',
      async (context) => {
        const bytes = await readFile(stored(context, CSV))
        await writeFile(stored(context, CSV), bytes.subarray(0, -1))
      },
      CSV,
      /^byte \d+ \(record 186\)$/,
    ],
    [
      'a CSV that is too long',
      async (context) => writeFile(stored(context, CSV), `${await readFile(stored(context, CSV), 'utf8')}x`),
      CSV,
      /^byte \d+ \(record 187\)$/,
    ],
    ['a CSV that is not there', (context) => rm(stored(context, CSV)), CSV, ''],
    [
      'a value of the document',
      (context) => edit(context, (one) => one.datasets[3].dataset_followers++),
      DOCUMENT,
      'datasets[3].dataset_followers',
    ],
    [
      'a title',
      (context) => edit(context, (one) => (one.datasets[0].dataset_title += ' ')),
      DOCUMENT,
      'datasets[0].dataset_title',
    ],
    [
      'a rank',
      (context) => edit(context, (one) => (one.organizations[29].rank = 31)),
      DOCUMENT,
      'organizations[29].rank',
    ],
    ['the order of datasets', (context) => edit(context, (one) => one.datasets.reverse()), DOCUMENT, /^datasets\[0\]/],
    [
      'a dataset that is missing',
      (context) => edit(context, (one) => one.datasets.splice(5, 1)),
      DOCUMENT,
      'datasets.length',
    ],
    [
      'a dataset that is there twice',
      (context) => edit(context, (one) => one.datasets.push(one.datasets[0])),
      DOCUMENT,
      'datasets.length',
    ],
    ['a term', (context) => edit(context, (one) => (one.terms = ['mobilité', 'Transport'])), DOCUMENT, 'terms[1]'],
    ['the top', (context) => edit(context, (one) => (one.top = 31)), DOCUMENT, 'top'],
    ['an unknown field', (context) => edit(context, (one) => (one.more = 1)), DOCUMENT, 'more'],
    [
      'a field that is gone',
      (context) => edit(context, (one) => delete one.source.organizations.sha1),
      DOCUMENT,
      'source.organizations.sha1',
    ],
    [
      'the checksum of the CSV',
      (context) => edit(context, (one) => (one.archive.sha256 = '0'.repeat(64))),
      DOCUMENT,
      'archive.sha256',
    ],
    ['a run that never was', (context) => edit(context, (one) => (one.run_id = 'x')), DOCUMENT, 'run_id'],
    [
      'a moment at which nothing ran',
      (context) => edit(context, (one) => (one.generated_at = '2020-01-01T00:00:00.000Z')),
      DOCUMENT,
      'generated_at',
    ],
    ['a document that is no JSON', (context) => rewrite(context, (text) => text.slice(1)), DOCUMENT, ''],
    [
      'a document that is not there',
      (context) => context.documents.remove('tops', `mobilite-transport/${DATE}`),
      DOCUMENT,
      '',
    ],
    ['an unknown file', (context) => writeFile(stored(context, `${DATE}/notes.txt`), 'x'), `${DATE}/notes.txt`, ''],
    [
      'an export that is another one',
      (context) =>
        writeFile(
          stored(context, `snapshots/${DATE}/organizations.csv.gz`),
          gzipSync(ORGANIZATIONS.replace('Name 7', 'Name 8')),
        ),
      `snapshots/${DATE}/organizations.csv.gz`,
      'sha256',
    ],
    [
      'an export that is not there',
      (context) => rm(stored(context, `snapshots/${DATE}/datasets.csv.gz`)),
      `snapshots/${DATE}/datasets.csv.gz`,
      '',
    ],
    ['a snapshot.json that is not there', (context) => rm(stored(context, SNAPSHOT)), SNAPSHOT, ''],
    ['a snapshot.json that is no JSON', (context) => writeFile(stored(context, SNAPSHOT), '{'), SNAPSHOT, ''],
    [
      'a fact of snapshot.json',
      async (context) =>
        writeFile(
          stored(context, SNAPSHOT),
          (await readFile(stored(context, SNAPSHOT), 'utf8')).replace('"records": 200', '"records": 201'),
        ),
      SNAPSHOT,
      'datasets.records',
    ],
  ])('%s', async (_, damage, where, part) => {
    const context = await published()
    await damage(context)
    const verdicts = await verified(context)
    expect(verdicts.some(({ status }) => status === 'different')).toBe(true)
    const expected = typeof part === 'string' ? part : expect.stringMatching(part)
    expect(found(verdicts)).toContainEqual([where, expected])
  })

  test('the place of any bit that flips, in any stored file', async () => {
    const context = await published()
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 48_271) % 0x7fffffff
      return seed % below
    }
    const files = [...(await readFolder(join(context.folder, 'datagouv'))).keys()]
    expect(files).toHaveLength(5)
    for (let flips = 0; flips < 160; flips++) {
      const key = files[flips % files.length]!
      const bytes = await readFile(stored(context, key))
      const flipped = Buffer.from(bytes)
      // The first ten bytes of gzip name its time and its program. Nothing depends on them.
      const at = key.endsWith('.gz') ? 10 + random(bytes.length - 10) : random(bytes.length)
      flipped[at]! ^= 1 << random(8)
      if (key.endsWith('.gz') && isTheSame(flipped, bytes)) continue
      await writeFile(stored(context, key), flipped)
      const verdicts = await verified(context)
      const label = `${key}, byte ${at}`
      // The time and the source of a fetch are stored in one place only, so no comparison can find a change. The same holds for
      // the top in a description, which may be from an earlier run.
      const storedOnce = ['fetched_at', 'portal', 'catalogue', 'urn:datagouv-tops:top']
      const isKnown = !storedOnce.includes(lineAt(bytes, at))
      // The document also names the source of the export. One of the two is wrong, and no comparison shows which.
      const places = found(verdicts).map(([where]) => (key === SNAPSHOT && where === DOCUMENT ? key : where))
      if (isKnown) expect(places, label).toContain(key)
      await writeFile(stored(context, key), bytes)
    }
    expect(statuses(await verified(context))).toEqual([
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
    return /^ {2}"([\w:-]+)"/.exec(bytes.subarray(start).toString())?.[1] ?? ''
  }
})

describe('--repair', () => {
  test.each<[string, (context: TestContext) => Promise<void> | void]>([
    ['a CSV', (context) => writeFile(stored(context, CSV), 'x')],
    ['a CSV that is gone', (context) => rm(stored(context, CSV))],
    ['a document', (context) => edit(context, (one) => one.datasets.pop())],
    ['a document that is no JSON', (context) => rewrite(context, (text) => text.slice(1))],
    [
      'both',
      async (context) => {
        await rm(stored(context, CSV))
        await context.documents.remove('runs', (await context.documents.ids('runs'))[0]!)
      },
    ],
  ])('republishes %s from the snapshot, and reports the replacement', async (_, damage) => {
    const context = await published()
    const before = await readFolder(join(context.folder, 'datagouv'))
    const {
      generated_at: _g,
      run_id: _r,
      ...edition
    } = (await context.documents.find<Edition>('tops', `mobilite-transport/${DATE}`))!
    await damage(context)
    const [snapshot, repaired] = await verified(context, true)
    expect(snapshot!.status).toBe('same')
    expect(repaired).toMatchObject({ watch: 'mobilite-transport', status: 'repaired' })
    expect(repaired!.differences.length).toBeGreaterThan(0)
    expect(await readFolder(join(context.folder, 'datagouv'))).toEqual(before)
    expect(await context.documents.find('tops', `mobilite-transport/${DATE}`)).toMatchObject(edition)
    expect(statuses(await verified(context))).toEqual([
      [null, 'same'],
      ['mobilite-transport', 'same'],
    ])
  })

  test('does not publish from a snapshot that is damaged', async () => {
    const context = await published()
    await writeFile(stored(context, `snapshots/${DATE}/datasets.csv.gz`), 'x')
    await writeFile(stored(context, CSV), 'x')
    const [snapshot, edition] = await verified(context, true)
    expect(snapshot!.status).toBe('different')
    expect(edition).toMatchObject({ status: 'different', note: expect.stringMatching(/so it cannot be repaired$/) })
    expect(await readFile(stored(context, CSV), 'utf8')).toBe('x')
  })
})

describe('beside another run', () => {
  const ELSEWHERE = { run: 'r1', host: 'elsewhere', pid: 7 }
  const ID = `mobilite-transport/${DATE}`

  test('a date that it is writing is not called different; once the run has died, it is', async () => {
    const context = await published()
    await writeFile(stored(context, CSV), 'x')
    for (const lease of [DATE, ID]) {
      await context.documents.acquire(lease, ELSEWHERE, 60_000)
      expect((await verified(context))[1]).toMatchObject({
        status: 'held',
        note: expect.stringMatching(`^${lease} is held by run "r1" on "elsewhere"`),
      })
      await context.documents.release(lease, 'r1')
    }
    await context.documents.acquire(ID, ELSEWHERE, 1)
    await sleep(10)
    expect((await verified(context))[1]).toMatchObject({ status: 'different' })
  })

  test('a date that it has replaced during the comparison is compared again', async () => {
    const context = await published()
    const others = DATASETS.replaceAll('Budget', 'Transport')
    let replaced = false
    const archive = new Proxy(context.archive, {
      get: (target, name) => {
        if (name !== 'read') return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name)
        return async function* (...args: Parameters<typeof context.archive.read>) {
          if (args[0] === CSV && !replaced) {
            replaced = true
            await run(await createRunRequest(context, others, ORGANIZATIONS), context)
          }
          yield* target.read(...args)
        }
      },
    })
    expect(statuses(await verified({ ...context, archive }))).toEqual([
      [null, 'same'],
      ['mobilite-transport', 'same'],
    ])
    expect(replaced).toBe(true)
  })

  test.each<[string, (context: TestContext) => void]>([
    ['with a value that is wrong', (context) => edit(context, (one) => one.datasets.pop())],
    ['that is no JSON', (context) => rewrite(context, (text) => text.slice(1))],
    ['of a run that never was', (context) => edit(context, (one) => (one.run_id = 'x'))],
  ])('--repair leaves a document %s alone while the lease is held, or when the store fails', async (_, damage) => {
    const context = await published()
    damage(context)
    const damaged = await context.documents.find('tops', ID)
    await context.documents.acquire(ID, ELSEWHERE, 60_000)
    expect((await verified(context, true))[1]).toMatchObject({ status: 'held' })
    expect(await context.documents.find('tops', ID)).toEqual(damaged)
    await context.documents.release(ID, 'r1')

    const failing = interceptStores(context, async (_, call) => {
      if (call.startsWith('compareAndSwap tops')) throw new Failure('store', 'away')
    })
    await expect(verified({ ...context, ...failing }, true)).rejects.toMatchObject({ kind: 'store' })
    expect(await context.documents.find('tops', ID)).toEqual(damaged)
    expect((await verified(context, true))[1]).toMatchObject({ status: 'repaired' })
    expect(statuses(await verified(context))[1]).toEqual(['mobilite-transport', 'same'])
  })
})

describe('where the snapshot is gone', () => {
  test('compares CSV and document with each other, and says so', async () => {
    const context = await published()
    await rm(stored(context, `snapshots/${DATE}`), { recursive: true })
    expect(await verified(context)).toMatchObject([
      { watch: null, status: 'partly', note: 'there is no snapshot' },
      { watch: 'mobilite-transport', status: 'partly', note: expect.stringMatching(/^its snapshot is gone: only/) },
    ])
  })

  test('still reports a CSV and a document that do not match', async () => {
    const context = await published()
    await rm(stored(context, `snapshots/${DATE}`), { recursive: true })
    const csv = await readFile(stored(context, CSV), 'utf8')
    await writeFile(stored(context, CSV), csv.replace('"Mobilité ""1"""', '"Mobilité ""2"""'))
    expect(found(await verified(context))).toEqual([
      [DOCUMENT, 'archive.sha256'],
      [DOCUMENT, expect.stringMatching(/^datasets\[\d+\]\.dataset_title$/)],
    ])
  })
})

describe('a watch that changed since', () => {
  test('its old editions are compared by the terms and the top in their documents', async () => {
    const context = await published()
    const changed = await openTestContext(
      undefined,
      'watches: [{name: mobilite-transport, terms: [budget], top: 5}]',
      context.folder,
    )
    expect((await verified(changed))[1]).toMatchObject({
      status: 'same',
      note: expect.stringMatching(/^compared by the terms and the top/),
    })
  })

  test('its old editions are only compared with themselves after it was removed', async () => {
    const context = await published()
    const changed = await openTestContext(undefined, 'watches: [{name: other, terms: [budget]}]', context.folder)
    expect((await verified(changed))[1]).toMatchObject({
      status: 'partly',
      note: expect.stringMatching(/^the watch is not configured any more: only/),
    })
  })
})
