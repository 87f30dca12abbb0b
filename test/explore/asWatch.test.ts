import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Watch } from '../../src/config/watch.ts'
import { readEdition } from '../../src/editions/read.ts'
import { editionOf } from '../../src/explore/edition.ts'
import { Engine } from '../../src/explore/engine.ts'
import { listPart, type SearchResult } from '../../src/explore/search.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import { readOptions } from '../../src/pipeline/read.ts'
import { requireSnapshot } from '../../src/pipeline/snapshot.ts'
import { createRunRequest, DATE, openTestContext, type TestContext } from '../helpers/context.ts'
import { organizationsCsv, row } from '../helpers/exports.ts'

const REAL = ['export-dataset-20260116-055249.csv.gz', 'export-organization-2023-08-15.csv.gz'].map(
  (name) => `../shared/data/${name}`,
)

/** Fragments that fold in every way: accents, ligatures, separators, marks, soft hyphens, digits, characters of many letters. */
const FRAGMENTS = [
  ...['vélo', 'velo', 've\u0301lo', 'VÉLO', 'vé\u00adlo', 'développement', 'cœur', 'coeur', 'Straße', 'œuvre', 'ﬁn'],
  ...[
    'eau',
    'l’air',
    "l'air",
    'l-air',
    'qualité',
    'de',
    'borne',
    'recharge',
    'c++',
    '€',
    '½',
    'n°5',
    'ﷺ',
    '한국',
    '🚲',
    '𝒗élo',
  ],
  ...[' ', ' ', ' ', '-', '_', '’', '\u00a0', '\r\n', '"', ';', ', ', '. ', 'a', 'e'],
]
const text = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 12 }).map((parts) => parts.join(''))
const term = fc
  .array(fc.constantFrom(...FRAGMENTS), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''))
  .filter((one) => /[\p{L}\p{N}€🚲+°]/u.test(one))
const COLUMNS = ['title', 'tags', 'description', 'extra']

const watchBody = fc.record({
  terms: fc.uniqueArray(term, { minLength: 1, maxLength: 8 }),
  columns: fc.subarray(COLUMNS, { minLength: 1 }),
  match: fc.constantFrom('substring' as const, 'word' as const),
  top: fc.integer({ min: 1, max: 12 }),
})
const dataset = fc.record({ title: text, tags: text, description: text, extra: text, organization: fc.nat(15) })

/** Opens the engine on the archive of a context. */
async function search(context: TestContext, watch: Watch, date = DATE): Promise<SearchResult> {
  const { archive, config } = context
  const engine = new Engine((snapshot, name) => archive.read(snapshot[name].key), 2 ** 30)
  const snapshot = await requireSnapshot(date, context)
  const options = {
    datasets: readOptions('datasets', config, snapshot.datasets.columns),
    organizations: readOptions('organizations', config, snapshot.organizations.columns),
  }
  return engine.search({ snapshot, options }, watch)
}

function csvOf(result: SearchResult): Buffer {
  const parts: Uint8Array[] = []
  for (let position: number | undefined = 0; position !== undefined; ) {
    const { bytes, next }: ReturnType<typeof listPart> = listPart(result, position, 1 << 12)
    parts.push(bytes)
    position = next
  }
  return Buffer.concat(parts)
}

/** Checks that a search finds what the run of a watch has stored. */
async function expectSame(context: TestContext, watch: Watch, date = DATE): Promise<void> {
  const stored = (await readEdition(context.documents, watch.name, date))!
  const result = await search(context, watch, date)
  const csv = csvOf(result)
  const sha256 = createHash('sha256').update(csv).digest('hex')
  const file = await readFile(`${context.folder}/datagouv/${stored.archive.key}`)
  expect(csv.equals(file), JSON.stringify(watch)).toBe(true)
  expect(result.bytes).toBe(file.length)
  const archive = { key: stored.archive.key, bytes: result.bytes, sha256, records: result.kept.length }
  const { generated_at, run_id } = stored
  expect({ ...editionOf(result), archive, generated_at, run_id }).toEqual(stored)
}

test("searching a watch's own words gives its stored CSV and its document", async () => {
  const organizations = organizationsCsv(
    Array.from({ length: 14 }, (_, index) => [`o${index}`, `Org ${index}`, index % 5]),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(dataset, { minLength: 1, maxLength: 60 }),
      fc.array(watchBody, { minLength: 1, maxLength: 6 }),
      async (datasets, bodies) => {
        const watches = bodies.map((body, index) => ({ name: `w${index}`, ...body }))
        const context = await openTestContext(undefined, JSON.stringify({ watches }))
        const header = row('id', 'title', 'organization_id', 'description', 'tags', 'extra', 'metric.followers')
        // Every tenth dataset repeats the id of an earlier one.
        const rows = datasets.map(({ title, tags, description, extra, organization }, index) =>
          row(
            `d${index % 10 === 9 ? index - 4 : index}`,
            title,
            `o${organization}`,
            description,
            tags,
            extra,
            index % 3,
          ),
        )
        await run(await createRunRequest(context, header + rows.join(''), organizations), context)
        for (const watch of context.config.watches) await expectSame(context, watch)
      },
    ),
    { numRuns: 25 },
  )
})

test.skipIf(!REAL.every((path) => existsSync(path)))('so it does on the real export of 2026-01-16', async () => {
  const [datasets, organizations] = REAL as [string, string]
  const watches = [
    { name: 'mobilite-transport', terms: ['mobilité', 'transport'] },
    { name: 'velo', terms: ['vélo', 'cyclable'], match: 'word', columns: ['title', 'tags'] },
    { name: 'air', terms: ["qualité de l'air", 'borne de recharge', 'c++', 'n° 5'], top: 100 },
    { name: 'eau', terms: ['eau', 'cœur'], columns: ['title', 'organization'], top: 500 },
    { name: 'frequent', terms: ['de', 'la', 'données', 'eau', 'vélo', '2020', 'ile de france', 'e'], top: 30 },
  ]
  const context = await openTestContext(undefined, JSON.stringify({ watches, gate_max_age: '36500d' }))
  await run({ date: DATE, watches: context.config.watches, sources: { datasets, organizations } }, context)
  for (const watch of context.config.watches) await expectSame(context, watch)
})
