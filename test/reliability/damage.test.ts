import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import backfill from '../../src/commands/backfill.ts'
import changes from '../../src/commands/changes.ts'
import explain from '../../src/commands/explain.ts'
import type { CommandInput, Options } from '../../src/commands/io.ts'
import notify from '../../src/commands/notify.ts'
import prune from '../../src/commands/prune.ts'
import run from '../../src/commands/run.ts'
import runs from '../../src/commands/runs.ts'
import show from '../../src/commands/show.ts'
import verify from '../../src/commands/verify.ts'
import type { Edition } from '../../src/editions/edition.ts'
import { Failure } from '../../src/errors.ts'
import { run as runPipeline } from '../../src/pipeline/pipeline.ts'
import type * as Server from '../../src/server/server.ts'
import type { Collection } from '../../src/stores/documents.ts'
import { datasetsCsv, organizationsCsv, writeTestFile } from '../helpers/exports.ts'
import { runRecordOf } from '../helpers/runs.ts'
import { type StoredDocuments, storedDocuments } from '../helpers/stored.ts'
import { storePairs, type TestStores } from '../helpers/storePairs.ts'

// The build compiles the JSX of the pages.
const { startServer } = (await import('../../dist/server/server.js' as string)) as typeof Server

const WEEKS = ['2026-10-28', '2026-11-04', '2026-11-11'] as const
const NEXT = '2026-11-18'
const WATCH = 'mobilite-transport'
const id = (date: string) => `${WATCH}/${date}`

type Fields = Record<string, unknown>

/** Texts in the place of a document: not JSON, not an object, or another object. */
const TEXTS = [
  '',
  '{',
  'null',
  'true',
  '42',
  '"text"',
  '[]',
  '[{}]',
  '{}',
  '{"_id":"another/2026-11-11"}',
  '\u0000',
  '{"a":',
]

/** Returns copies of a document: without one field, and with each value that the field cannot have. */
function* damages(document: Fields): Iterable<string> {
  for (const field of Object.keys(document).filter((name) => name !== '_id')) {
    const { [field]: value, ...rest } = document
    if (field !== 'notifications') yield JSON.stringify(rest)
    for (const wrong of [true, null, -1.5, 'x\u001b[31m', [null], { a: { b: [] } }]) {
      if (typeof wrong === typeof value && typeof value === 'string') continue
      if (wrong === null && ['ended_at', 'error'].includes(field)) continue
      yield JSON.stringify({ ...document, [field]: wrong })
    }
  }
}

async function place3Weeks(newPlace: () => Promise<TestStores>) {
  const place = await newPlace()
  const context = await place.world()
  for (const [week, date] of WEEKS.entries()) {
    await runPipeline({ date, watches: context.config.watches, sources: await sources(place, week) }, context)
  }
  return { place, world: context, stored: storedDocuments(place) }
}

async function sources({ folder }: TestStores, week: number) {
  const datasets = Array.from({ length: 5 + week }, (_, i) => ({ id: `d${i}`, title: 'Mobilité', organization: 'o1' }))
  return {
    datasets: await writeTestFile(folder, 'datasets.csv', datasetsCsv(datasets)),
    organizations: await writeTestFile(folder, 'organizations.csv', organizationsCsv([['o1', 'Un', 3 + week]])),
  }
}

const output: string[] = []
const warnings: string[] = []

beforeEach(() => {
  const keep = (into: string[]) => (chunk: unknown, done?: unknown) => {
    into.push(String(chunk))
    if (typeof done === 'function') done()
    return true
  }
  output.length = 0
  warnings.length = 0
  vi.spyOn(process.stdout, 'write').mockImplementation(keep(output) as typeof process.stdout.write)
  vi.spyOn(process.stderr, 'write').mockImplementation(keep(warnings) as typeof process.stderr.write)
})
afterEach(() => void vi.restoreAllMocks())

/** The command lines that read documents, as functions of the place. */
function commandsOf(place: TestStores): Record<string, () => Promise<void>> {
  const { DATAGOUV_TOPS_ARCHIVE: archive, DATAGOUV_TOPS_DOCUMENTS: documents } = place.environment
  const io = (options: Options = {}, ...args: string[]): CommandInput => ({
    options: { archive: archive!, documents: documents!, ...options },
    arguments: args,
    signal: new AbortController().signal,
  })
  return {
    runs: () => runs(io()),
    'runs --json': () => runs(io({ json: true })),
    show: () => show(io()),
    'show 2026-11-04': () => show(io({}, '2026-11-04')),
    changes: () => changes(io()),
    'changes 2026-10-28 2026-11-04': () => changes(io({}, '2026-10-28', '2026-11-04')),
    explain: () => explain(io({}, 'd1')),
    'notify 2026-11-11': () => notify(io({ date: '2026-11-11' })),
    prune: () => prune(io()),
    verify: () => verify(io({ quiet: true })),
    backfill: () => backfill(io({ from: '2026-10-28', to: '2026-11-11' })),
  }
}

/** Runs a command and returns its Failure. Any other error fails the test. */
async function failureOf(command: () => Promise<void>, what: string): Promise<Failure | undefined> {
  try {
    await command()
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error
    throw new Error(`${what}: ${(error as Error).stack}`)
  }
}

interface Target {
  readonly collection: Collection
  readonly id: string
}

for (const { name, open: newPlace } of storePairs('damaged documents')) {
  describe(`${name}: a damaged`, () => {
    /** Damages a document in every way, and calls `body` after each. */
    async function forEachDamage(
      stored: StoredDocuments,
      { collection, id }: Target,
      original: Fields,
      body: (damage: string) => Promise<void>,
    ): Promise<number> {
      // All of them with EVERY_DAMAGE=1, which takes some minutes.
      const every = process.env.EVERY_DAMAGE ? 1 : name === 'folder and SQLite' ? 3 : 12
      const texts = [...(stored.takesAnyText ? TEXTS : ['{}']), ...damages(original)]
      const chosen = texts.filter((_, index) => index % every === 0)
      for (const text of chosen) {
        await stored.write(collection, id, text)
        await body(`${collection} ${id} = ${text.slice(0, 200)}`)
      }
      await stored.write(collection, id, JSON.stringify(original))
      return chosen.length
    }

    test('edition is an error where it is named, a warning where it is a neighbor, and never a stack trace', async () => {
      const { place, stored, world } = await place3Weeks(newPlace)
      const { backfill: _, ...commands } = commandsOf(place)
      const target = { collection: 'tops', id: id('2026-11-04') } as const
      const original = (await stored.read('tops', target.id)) as Fields
      const count = await forEachDamage(stored, target, original, async (damage) => {
        for (const [name, command] of Object.entries(commands)) {
          warnings.length = 0
          const failure = await failureOf(command, `${name}, ${damage}`)
          const names = name.includes('2026-11-04')
          const kind = name === 'verify' ? 'contract' : names ? 'store' : undefined
          expect([name, damage, failure?.kind]).toEqual([name, damage, kind])
          if (names)
            expect(failure!.message).toMatch(
              /^cannot read the edition mobilite-transport\/2026-11-04 in .*verify --repair 2026-11-04"/,
            )
          if (name === 'changes')
            expect(warnings.join('')).toContain('cannot read the edition mobilite-transport/2026-11-04')
        }
      })
      expect(count).toBeGreaterThan(stored.takesAnyText ? 20 : 5)
      expect(await world.documents.find('tops', target.id)).toEqual(original)
    })

    test('edition of the date is replaced by the next run or backfill of the date, with a warning', async () => {
      const { place, stored, world } = await place3Weeks(newPlace)
      const target = { collection: 'tops', id: id('2026-11-04') } as const
      const original = (await stored.read('tops', target.id)) as Fields
      let turn = 0
      await forEachDamage(stored, target, original, async (damage) => {
        const command = turn++ % 4 === 0 ? commandsOf(place).backfill! : () => replay(place, '2026-11-04')
        warnings.length = 0
        expect([damage, await failureOf(command, damage)]).toEqual([damage, undefined])
        const edition = (await world.documents.find<Edition>('tops', target.id))!
        const { run_id, generated_at } = edition
        expect([damage, edition]).toEqual([damage, { ...original, run_id, generated_at }])
        expect([damage, warnings.join('')]).toEqual([damage, expect.stringContaining('This run replaces it')])
      })
    })

    test('run record is skipped with a warning that names it', async () => {
      const { place, stored, world } = await place3Weeks(newPlace)
      const { backfill: _, prune: __, ...commands } = commandsOf(place)
      const [target] = await world.documents.ids('runs')
      const original = (await stored.read('runs', target!)) as Fields
      await forEachDamage(stored, { collection: 'runs', id: target! }, original, async (damage) => {
        for (const [name, command] of Object.entries(commands)) {
          warnings.length = 0
          const failure = await failureOf(command, `${name}, ${damage}`)
          // An edition whose run has no record is a difference.
          expect([name, damage, failure?.kind]).toEqual([name, damage, name === 'verify' ? 'contract' : undefined])
          if (name.startsWith('runs'))
            expect([damage, warnings.join('')]).toEqual([
              damage,
              expect.stringContaining(`cannot read the run record "${target}"`),
            ])
        }
        const { DATAGOUV_TOPS_DOCUMENTS: documents, DATAGOUV_TOPS_ARCHIVE: archive } = place.environment
        const options = { documents: documents!, archive: archive! }
        const shown = () => runs({ options, arguments: ['show', target!], signal: new AbortController().signal })
        expect((await failureOf(shown, damage))?.message).toContain(`cannot read the run record "${target}"`)
      })
    })

    test('lease, of this date or of another, counts as absent, and is gone after the next run', async () => {
      const { place, stored, world } = await place3Weeks(newPlace)
      const lease = {
        run: 'r1',
        host: 'elsewhere',
        pid: 7,
        since: '2026-11-18T16:00:00.000Z',
        expires: '2999-01-01T00:00:00.000Z',
      }
      for (const date of [NEXT, '2026-11-11']) {
        await forEachDamage(stored, { collection: 'leases', id: date }, lease, async (damage) => {
          warnings.length = 0
          const failure = await failureOf(() => publishNext(place), damage)
          expect([damage, failure]).toEqual([damage, undefined])
          expect([damage, await world.documents.ids('leases')]).toEqual([damage, []])
          expect([damage, warnings.join('')]).toEqual([
            damage,
            expect.stringContaining(`cannot read the lease "${date}"`),
          ])
        })
        await world.documents.remove('leases', date)
      }
    })

    test('record of a run that seems to be executing does not keep the next run from publishing', async () => {
      const { place, stored } = await place3Weeks(newPlace)
      const running = { ...runRecordOf('20261117T000000000Z-000000') } as unknown as Fields
      await forEachDamage(stored, { collection: 'runs', id: String(running._id) }, running, async (damage) => {
        expect([damage, await failureOf(() => publishNext(place), damage)]).toEqual([damage, undefined])
      })
    })

    test('document is a 503 when requested, and skipped by lists, feeds and metrics', async () => {
      const { stored, world } = await place3Weeks(newPlace)
      const target = { collection: 'tops', id: id('2026-11-04') } as const
      const original = (await stored.read('tops', target.id)) as Fields
      const [run] = await world.documents.ids('runs')
      const originalRun = (await stored.read('runs', run!)) as Fields
      const said: string[] = []
      const serve = async () => {
        const reporting = { ...world, report: { ...world.report, warn: (line: string) => void said.push(line) } }
        return startServer(reporting, { port: 0, host: '127.0.0.1', flag: '--port' })
      }
      const fine = [
        '',
        'feed.atom',
        'feed.json',
        'api/runs',
        'runs',
        'metrics',
        'readyz',
        `api/changes?watch=${WATCH}`,
        'editions/mobilite-transport/latest/changes',
        'editions/mobilite-transport/latest/organizations/o1',
        'api/editions',
        'api/watches',
      ]
      const named = [
        'editions/mobilite-transport/2026-11-04',
        'api/editions/mobilite-transport/2026-11-04',
        'api/editions/mobilite-transport/2026-11-04/archive.csv',
        'editions/mobilite-transport/2026-11-11/changes?since=2026-11-04',
      ]
      let turn = 0
      const check = async (damage: string, failing: readonly string[]) => {
        if (turn++ % 3 > 0) return
        const server = await serve()
        for (const path of [...fine, ...failing]) {
          const response = await fetch(`${server.url}${path}`)
          const text = await response.text()
          expect([path, damage, response.status, text.slice(0, 300)]).toEqual([
            path,
            damage,
            failing.includes(path) ? 503 : 200,
            expect.any(String),
          ])
        }
        await server.close()
        expect(said.filter((line) => /\n {4}at /.test(line))).toEqual([])
      }
      await forEachDamage(stored, target, original, (damage) => check(damage, named))
      await forEachDamage(stored, { collection: 'runs', id: run! }, originalRun, (damage) =>
        check(damage, [`api/runs/${run}`, `runs/${run}`]),
      )
      expect(said.some((line) => line.includes(`cannot read the edition ${target.id}`))).toBe(true)
    })
  })
}

async function publishNext(place: TestStores): Promise<void> {
  const { DATAGOUV_TOPS_ARCHIVE: archive, DATAGOUV_TOPS_DOCUMENTS: documents } = place.environment
  const { datasets, organizations } = await sources(place, WEEKS.length)
  const options = { archive: archive!, documents: documents!, date: NEXT, datasets, organizations }
  await run({ options, arguments: [], signal: new AbortController().signal })
}

async function replay(place: TestStores, date: string): Promise<void> {
  const { DATAGOUV_TOPS_ARCHIVE: archive, DATAGOUV_TOPS_DOCUMENTS: documents } = place.environment
  await run({
    options: { archive: archive!, documents: documents!, date },
    arguments: [],
    signal: new AbortController().signal,
  })
}
