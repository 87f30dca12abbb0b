import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/config.ts'
import type { Edition } from '../../src/editions/edition.ts'
import { Failure } from '../../src/errors.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import { readCatalogue } from '../../src/portal/catalogue.ts'
import type { Http } from '../../src/portal/http.ts'
import { put, temporaryFolder } from '../helpers/exports.ts'
import { DATE, orderOf, testWorld } from '../helpers/world.ts'
import { mission, parse } from '../reference.ts'

/** Some seconds in CI; hours by FUZZ_RUNS=100000. */
const RUNS = { numRuns: Number(process.env.FUZZ_RUNS ?? 100) }
/** Every input that was ever answered in a third way, by what it is an input of. */
const CORPUS = new URL('../corpus/', import.meta.url).pathname
const corpus = (kind: string): Buffer[] => {
  const folder = join(CORPUS, kind)
  return existsSync(folder) ? readdirSync(folder).map((name) => readFileSync(join(folder, name))) : []
}

const TOKENS = [
  '"',
  '""',
  ';',
  '\r\n',
  '\n',
  '\r',
  '\0',
  '\ufeff',
  'é',
  'e\u0301',
  '\u2028',
  '-1',
  '1e3',
  '00',
  ' ',
].map((token) => Buffer.from(token))
const PIECES = [...TOKENS, Buffer.from([0xff]), Buffer.from([0xc3]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.alloc(0)]

/** A few cuts and pastes: what stands at a place is replaced by a piece, or by another part of the file itself. */
const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    cut: fc.oneof(fc.nat(3), fc.nat(400)),
    paste: fc.oneof(fc.constantFrom(...PIECES), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })),
  }),
  { minLength: 1, maxLength: 4 },
)
type Edits = typeof edits extends fc.Arbitrary<infer T> ? T : never

function mutated(original: Buffer, all: Edits): Buffer {
  return all.reduce((bytes: Buffer, { at, cut, paste }) => {
    const from = Math.floor(at * bytes.length)
    const start = typeof paste === 'number' ? Math.floor(paste * bytes.length) : 0
    const piece = typeof paste === 'number' ? bytes.subarray(start, start + cut) : paste
    return Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(from + cut)])
  }, original)
}

/** The header of a bundled export and its first records. */
async function sampleOf(name: string, records: number): Promise<Buffer> {
  const whole = parse(gunzipSync(await readFile(`sample/2023-07-26/${name}.csv.gz`)))
  return Buffer.concat([whole.header.bytes, ...whole.records.slice(0, records).map(({ bytes }) => bytes)])
}

/** The value that comes of it, or the Failure; anything else that is thrown is the third way. */
async function outcomeOf<T>(body: () => Promise<T>): Promise<T | Failure> {
  try {
    return await body()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    expect(error.message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
    return error
  }
}

function byReference(datasets: Buffer, organizations: Buffer) {
  try {
    return mission(parse(datasets), parse(organizations), ['mobilité', 'transport'], 30)
  } catch {
    return undefined
  }
}

async function expectReferenceOrRefusal(datasets: Buffer, organizations: Buffer): Promise<'result' | 'refusal'> {
  const world = await testWorld()
  const order = await orderOf(world, datasets, organizations as unknown as string)
  const outcome = await outcomeOf(() => run(order, world))
  if (outcome instanceof Failure) {
    expect(outcome.kind).toBe('contract')
    expect(await world.documents.ids('tops')).toEqual([])
    return 'refusal'
  }
  const { csv, ...values } = byReference(datasets, organizations)!
  const edition = (await world.documents.find<Edition>('tops', `mobilite-transport/${DATE}`))!
  expect({ organizations: edition.organizations, datasets: edition.datasets }).toEqual(values)
  expect((await readFile(join(world.folder, 'datagouv', edition.archive.key))).equals(csv)).toBe(true)
  return 'result'
}

describe('a mutated input gives what the reference gives, or a clear refusal, never a third thing:', () => {
  test.each([
    ['datasets', 40],
    ['organizations', 60],
  ] as const)('the %s export', async (name, records) => {
    const files = { datasets: await sampleOf('datasets', 40), organizations: await sampleOf('organizations', 60) }
    const expectEither = (bytes: Buffer) => {
      const { datasets, organizations }: typeof files = { ...files, [name]: bytes }
      return expectReferenceOrRefusal(datasets, organizations)
    }
    expect([await expectEither(files[name]), records]).toEqual(['result', records])
    for (const bytes of corpus(name)) await expectEither(bytes)
    const seen = new Set<string>()
    const check = async (all: Edits) => void seen.add(await expectEither(mutated(files[name], all)))
    await fc.assert(fc.asyncProperty(edits, check), RUNS)
    expect([...seen].sort()).toEqual(['refusal', 'result'])
  })

  test('the catalogue of the portal', async () => {
    const resource = {
      id: 'f868cca6-8da1-4369-a78d-47463f19a9a3',
      url: 'https://example.org/a.csv',
      latest: 'https://example.org/latest',
      filesize: 10,
      checksum: { type: 'sha1', value: '0'.repeat(40) },
      last_modified: '2026-11-18T04:00:00+00:00',
      extras: { 'csv-export:model': 'dataset' },
    }
    const other = {
      ...resource,
      id: 'b7bbfedc-2448-4135-a6c7-104548d396e7',
      extras: { 'csv-export:model': 'organization' },
    }
    const original = Buffer.from(JSON.stringify({ id: 'x', resources: [resource, other] }))
    const expectEither = async (bytes: Buffer) => {
      const http = {
        persist: (_: unknown, body: () => Promise<unknown>) => body(),
        get: async () => ({
          body: (async function* () {
            yield bytes
          })(),
        }),
      } as unknown as Http
      const outcome = await outcomeOf(() => readCatalogue('https://example.org', 'x', http))
      if (outcome instanceof Failure) {
        expect(outcome.kind).toBe('portal')
        return
      }
      for (const { url, bytes, sha1, lastModified } of Object.values(outcome)) {
        expect(url).toMatch(/^https?:\/\//i)
        if (bytes !== undefined) expect(bytes).toBeGreaterThan(0)
        if (sha1 !== undefined) expect(sha1).toMatch(/^[0-9a-f]{40}$/)
        if (lastModified !== null) expect(new Date(lastModified).toISOString()).toBe(lastModified)
      }
    }
    for (const bytes of corpus('catalogue')) await expectEither(bytes)
    await fc.assert(
      fc.asyncProperty(edits, (all) => expectEither(mutated(original, all))),
      { numRuns: RUNS.numRuns * 10 },
    )
    const values = fc.tuple(fc.constantFrom('resources', ...Object.keys(resource)), fc.jsonValue())
    await fc.assert(
      fc.asyncProperty(values, ([key, value]) => {
        const resources = key === 'resources' ? value : [{ ...resource, [key]: value }, other, value]
        return expectEither(Buffer.from(JSON.stringify({ resources })))
      }),
      { numRuns: RUNS.numRuns * 10 },
    )
  })

  test('the configuration', async () => {
    const folder = await temporaryFolder()
    const original = Buffer.from(
      'portal: https://example.org\nretries: 4\nstall_timeout: 10s\nmax_record_size: 64MiB\ngate_max_loss: 5%\n' +
        'schedule: "0 17 * * 3"\ntime_zone: Europe/Paris\ncolumns:\n  datasets: {title: titre}\n' +
        'watches:\n  - name: velo\n    terms: [vélo, cyclable]\n    columns: [title]\n    match: word\n    top: 50\n',
    )
    const expectEither = async (bytes: Buffer) => {
      const outcome = await outcomeOf(async () => resolveConfig({}, {}, await put(folder, 'mutated.yaml', bytes)))
      if (outcome instanceof Failure) expect(outcome.kind).toBe('usage')
      else expect(Object.isFrozen(outcome.config)).toBe(true)
    }
    for (const bytes of corpus('configuration')) await expectEither(bytes)
    await fc.assert(
      fc.asyncProperty(edits, (all) => expectEither(mutated(original, all))),
      { numRuns: RUNS.numRuns * 4 },
    )
  })
})
