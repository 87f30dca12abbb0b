import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Edition } from '../../src/editions/edition.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import { createRunRequest, DATE, openTestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv } from '../helpers/exports.ts'
import { parse, referenceRun } from '../reference.ts'

const EDITION = `mobilite-transport/${DATE}`

/** The run's CSV and document beside the reference's. */
async function compare(datasets: Buffer, organizations: Buffer) {
  const context = await openTestContext()
  await run(await createRunRequest(context, datasets, organizations as unknown as string), context)
  const { csv, ...values } = referenceRun(parse(datasets), parse(organizations), ['mobilité', 'transport'], 30)
  const edition = (await context.documents.find<Edition>('tops', EDITION))!
  expect({ organizations: edition.organizations, datasets: edition.datasets }).toEqual(values)
  const archived = await readFile(join(context.folder, 'datagouv', edition.archive.key))
  expect(archived.equals(csv)).toBe(true)
  return edition
}

test('a run of generated catalogues gives what the reference gives', async () => {
  const id = fc.constantFrom('a', 'b', 'é', '\u{1f68b}', '\uffee', 'c"d')
  const word = fc.constantFrom(
    'Mobilité',
    'transport',
    'TRANSPORTÉ',
    'x',
    '<b>',
    '=1+1',
    'mobilite\u0301s',
    'a\r\nb',
    ';"',
  )
  const sentence = fc.array(word, { maxLength: 3 }).map((words) => words.join(' '))
  const followers = fc.oneof(fc.nat(3), fc.constant(''))
  const dataset = fc.record({ id, title: sentence, tags: sentence, description: sentence, organization: id, followers })
  const organization = fc.tuple(id, sentence, followers)
  await fc.assert(
    fc.asyncProperty(
      fc.array(dataset, { minLength: 1, maxLength: 12 }),
      fc.array(organization, { minLength: 1, maxLength: 8 }),
      async (datasets, organizations) => {
        await compare(Buffer.from(datasetsCsv(datasets)), Buffer.from(organizationsCsv(organizations)))
      },
    ),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 60) },
  )
})

const REAL = '../shared/data'
if (existsSync(REAL)) {
  describe('the real exports', () => {
    const read = (name: string) => gunzipSync(readFileSync(join(REAL, name)))

    test('of 2026-01-16 and 2023-08-15 give what the reference gives: 11,155 kept, 622 in the tops, a tie at rank 30', async () => {
      const edition = await compare(
        read('export-dataset-20260116-055249.csv.gz'),
        read('export-organization-2023-08-15.csv.gz'),
      )
      expect(edition.source.datasets.records).toBe(121_074)
      expect(edition.archive.records).toBe(11_155)
      expect(edition.datasets).toHaveLength(622)
      expect(edition.organizations.filter(({ datasets }) => datasets > 0)).toHaveLength(20)
      expect(edition.organizations[29]).toMatchObject({ rank: 30, followers: 79 })
    })
  })
}
