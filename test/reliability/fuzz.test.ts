import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { resolveConfig } from '../../src/config/config.ts'
import { SETTINGS } from '../../src/config/settings.ts'
import { DEFAULT_WATCH } from '../../src/config/watch.ts'
import { Failure } from '../../src/errors.ts'
import { CountingReader } from '../../src/pipeline/counts.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import { Ranking } from '../../src/pipeline/rank.ts'
import { readExport } from '../../src/pipeline/read.ts'
import { completeCsvs, WatchFilter } from '../../src/pipeline/watchFilter.ts'
import { DATE, openTestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { startReplica } from '../helpers/replica.ts'
import { type Parsed, parse, Refusal, referenceRun } from '../reference.ts'

/** Takes seconds by default, hours with FUZZ_RUNS=1000000. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 2_000)
/** The pairs of exports on which program and reference have ever disagreed. Every run tests them first. */
const CORPUS = 'test/corpus'

interface Exports {
  readonly datasets: Buffer
  readonly organizations: Buffer
}

const SOUND: Exports = {
  datasets: Buffer.from(
    datasetsCsv([
      { id: 'd1', title: 'Mobilité douce', organization: 'o1', followers: 3 },
      { id: 'd2', title: 'Budget', organization: 'o2', followers: '' },
      { id: 'd3', description: 'Le "TRANSPORT"\r\n; en commun', organization: 'o1', followers: 7 },
      { id: 'd4', tags: 'mobilite\u0301,🚋', organization: 'o3', followers: 12 },
    ]),
  ),
  organizations: Buffer.from(
    organizationsCsv([
      ['o1', 'Un', 5],
      ['o2', 'Deux; "deux"', 5],
      ['o3', 'Trois', ''],
    ]),
  ),
}

/** Returns the result of the program for exports in chunks of this size, or `refused`. */
async function byProgram({ datasets, organizations }: Exports, size: number): Promise<unknown> {
  const options = { maxRecordBytes: 1 << 20 }
  const written: Buffer[] = []
  const object = {
    write: async (bytes: Uint8Array) => void written.push(Buffer.from(bytes)),
    complete: async () => {},
    commit: async () => {},
    abort: async () => {},
  }
  try {
    const ranking = new Ranking()
    const counts = new CountingReader('organizations', ranking)
    await readExport(cut(organizations, size), 'organizations export', counts, options)
    const plan = { watch: DEFAULT_WATCH, key: 'x', create: async () => object, top: ranking.top(30) }
    const filter = new WatchFilter([plan])
    await readExport(cut(datasets, size), 'datasets export', new CountingReader('datasets', filter), options)
    const [list] = await completeCsvs(filter)
    const { tops } = list!
    return { csv: text(Buffer.concat(written)), organizations: tops!.organizations(), datasets: tops!.datasets() }
  } catch (error) {
    // Any error but a Failure `contract` fails the test.
    if (!(error instanceof Failure) || error.kind !== 'contract') throw error
    expect(error.message).not.toContain('\n')
    return 'refused'
  }
}

async function* cut(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** The same result, from the reference implementation. */
function byReference({ datasets, organizations }: Exports): unknown {
  try {
    const [parsed, ranked] = [parse(datasets), parse(organizations)]
    refuseUnless(parsed, ['id', 'title', 'tags', 'description', 'organization_id', 'metric.followers'])
    refuseUnless(ranked, ['id', 'name', 'metric.followers'])
    for (const { header, records } of [parsed, ranked])
      if (records.some(({ fields }) => fields[header.fields.indexOf('id')]!.trim() === ''))
        throw new Refusal('blank id')
    for (const { fields } of ranked.records) {
      if (!/^[0-9]{0,15}$/.test(fields[ranked.header.fields.indexOf('metric.followers')]!)) throw new Refusal('number')
    }
    const { csv, ...values } = referenceRun(parsed, ranked, ['mobilité', 'transport'], 30)
    return { csv: text(csv), ...values }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return 'refused'
  }
}

function refuseUnless({ header, records }: Parsed, needed: readonly string[]): void {
  if (records.length === 0) throw new Refusal('no record')
  for (const name of needed) {
    if (header.fields.filter((field) => field === name).length !== 1) throw new Refusal('columns')
  }
}

const text = (bytes: Buffer) => bytes.toString('latin1')

/** Bytes that some part of the program treats specially. */
const BYTES = fc.constantFrom(
  ...[
    '"',
    '""',
    ';',
    '\r',
    '\n',
    '\r\n',
    ',',
    '\0',
    '\ufeff',
    '\u0301',
    'é',
    'ſ',
    'a',
    'transport',
    'x',
    ' ',
    '0',
    '\u2028',
    '🚋',
    '9',
    '-',
    '',
  ].map((one) => Buffer.from(one)),
  ...[[0xff], [0xc3], [0xa9], [0xed, 0xa0, 0x80], [0xf0, 0x9f]].map((bytes) => Buffer.from(bytes)),
)
/** A position, as a share of the length. */
const PLACE = fc.nat(9_999).map((number) => number / 10_000)
const MUTATION = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), at: PLACE, bytes: BYTES }),
  fc.record({ kind: fc.constant('replace' as const), at: PLACE, bytes: BYTES }),
  fc.record({ kind: fc.constant('remove' as const), at: PLACE, length: fc.nat(4) }),
  fc.record({ kind: fc.constant('repeat' as const), at: PLACE, length: fc.nat(60) }),
  fc.record({ kind: fc.constant('flip' as const), at: PLACE, bit: fc.nat(7) }),
)
type Mutation = typeof MUTATION extends fc.Arbitrary<infer T> ? T : never

function mutated(bytes: Buffer, mutations: readonly Mutation[]): Buffer {
  return mutations.reduce(mutate, bytes)
}

function mutate(before: Buffer, mutation: Mutation): Buffer {
  const at = Math.floor(mutation.at * before.length)
  const [head, tail] = [before.subarray(0, at), before.subarray(at)]
  if (mutation.kind === 'insert') return Buffer.concat([head, mutation.bytes, tail])
  if (mutation.kind === 'replace') return Buffer.concat([head, mutation.bytes, tail.subarray(mutation.bytes.length)])
  if (mutation.kind === 'remove') return Buffer.concat([head, tail.subarray(mutation.length)])
  if (mutation.kind === 'repeat') return Buffer.concat([head, tail.subarray(0, mutation.length), tail])
  const flipped = Buffer.from(before)
  if (flipped.length > 0) flipped[at]! ^= 1 << mutation.bit
  return flipped
}

async function agree(exports: Exports, size: number): Promise<void> {
  expect(await byProgram(exports, size)).toEqual(byReference(exports))
}

describe('mutated exports give the reference’s result, or are refused where it refuses', () => {
  test('all that ever failed', async () => {
    for (const name of (await readdir(CORPUS)).filter((one) => one.endsWith('.json'))) {
      const { datasets, organizations } = JSON.parse(await readFile(join(CORPUS, name), 'utf8'))
      const exports = { datasets: Buffer.from(datasets, 'base64'), organizations: Buffer.from(organizations, 'base64') }
      for (const size of [1, 7, 64, 1 << 16]) await agree(exports, size)
    }
  })

  test('thousands of others', async () => {
    expect(byReference(SOUND)).not.toBe('refused')
    const mutations = fc.array(MUTATION, { minLength: 1, maxLength: 3 })
    const which = fc.constantFrom('datasets' as const, 'organizations' as const)
    let refused = 0
    await fc.assert(
      fc.asyncProperty(which, mutations, fc.constantFrom(1, 5, 64, 1 << 16), async (name, some, size) => {
        const exports = { ...SOUND, [name]: mutated(SOUND[name], some) }
        try {
          await agree(exports, size)
        } catch (error) {
          await remember(exports)
          throw error
        }
        if (byReference(exports) === 'refused') refused++
      }),
      { numRuns: RUNS },
    )
    // Both outcomes occur.
    expect(refused).toBeGreaterThan(RUNS / 20)
    expect(refused).toBeLessThan((RUNS * 19) / 20)
  })

  async function remember({ datasets, organizations }: Exports): Promise<void> {
    const json = JSON.stringify({
      datasets: datasets.toString('base64'),
      organizations: organizations.toString('base64'),
    })
    await writeFile(join(CORPUS, `${createHash('sha256').update(json).digest('hex').slice(0, 12)}.json`), `${json}\n`)
  }
})

test('whatever a portal’s catalogue says, a run publishes or fails with a reason, and nothing in between', async () => {
  const context = await openTestContext(
    undefined,
    'retries: 0\nheaders_timeout: 300ms\nstall_timeout: 300ms\nconnect_timeout: 300ms\n',
  )
  let answer: unknown
  const modified = new Date(`${DATE}T05:00:00Z`)
  const replica = await startReplica({
    files: {
      datasets: { content: SOUND.datasets, modified },
      organizations: { content: SOUND.organizations, modified },
    },
    catalogue: (said) => {
      const { resources } = said as unknown as { resources: Record<string, unknown>[] }
      const { which, change } = answer as { which: number; change: Record<string, unknown> }
      return { resources: resources.map((one, index) => (index === which ? { ...one, ...change } : one)) }
    },
  })
  onTestFinished(() => replica.close())
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('', 'http://', 'http://[', '/latest/datasets', 'ftp://x'),
  )
  const keys = ['id', 'url', 'latest', 'filesize', 'checksum', 'last_modified', 'extras', 'title', '__proto__']
  const change = fc.dictionary(fc.constantFrom(...keys), odd, { minKeys: 1, maxKeys: 3 })
  const portal = { ...context, config: { ...context.config, portal: replica.url } }
  await fc.assert(
    fc.asyncProperty(fc.nat(1), change, async (which, some) => {
      answer = { which, change: some }
      const request = { date: DATE, watches: context.config.watches, refetch: true, acceptIncomplete: true }
      const outcome = await run(request, portal).catch((error) => error)
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(Failure)
      else expect(outcome.published).toHaveLength(1)
    }),
    { numRuns: Math.ceil(RUNS / 40) },
  )
})

test('whatever a configuration says, it is understood, or refused with a reason of one line', async () => {
  const folder = await temporaryFolder()
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(
      '10s',
      '-1s',
      '1e400s',
      '64MiB',
      '0',
      'all',
      'file:',
      's3://',
      'mongodb://a:b@c',
      '* * * * *',
      '\u0000',
    ),
    fc.constant([{ name: 'a', terms: ['x'] }]),
    fc.array(fc.record({ name: fc.string(), terms: fc.array(fc.string()), top: fc.integer() }), { maxLength: 2 }),
  )
  const key = fc.oneof(fc.constantFrom(...Object.keys(SETTINGS)), fc.string())
  const file = fc.oneof(
    fc.dictionary(key, value, { maxKeys: 3 }).map((settings) => JSON.stringify(settings)),
    fc.string(),
    fc.string().map((noise) => `portal: https://a.example\nwatches:\n  - ${noise}`),
  )
  await fc.assert(
    fc.asyncProperty(file, async (content) => {
      const outcome = await resolveConfig({}, {}, await writeTestFile(folder, 'settings.yaml', content)).catch(
        (error) => error,
      )
      if (!(outcome instanceof Error)) {
        expect(Object.keys(outcome.config)).toEqual(Object.keys(SETTINGS))
        return
      }
      expect(outcome).toBeInstanceOf(Failure)
      expect((outcome as Failure).kind).toBe('usage')
      expect(outcome.message).not.toMatch(/\n/)
    }),
    // An input that once failed.
    { numRuns: RUNS / 2, examples: [['portal: https://a.example\nwatches:\n  - *!']] },
  )
})
