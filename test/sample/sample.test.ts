import { existsSync, readFileSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Edition } from '../../src/editions/edition.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import { openTestContext } from '../helpers/context.ts'

const SAMPLE = 'sample'
const DATES = ['2023-07-26', '2023-08-02', '2023-08-09']
const REAL = '../shared/data'

async function publishSample(): Promise<Edition[]> {
  const context = await openTestContext()
  const editions: Edition[] = []
  for (const date of DATES) {
    const sources = {
      datasets: join(SAMPLE, date, 'datasets.csv.gz'),
      organizations: join(SAMPLE, date, 'organizations.csv.gz'),
    }
    await run({ date, watches: context.config.watches, sources, refetch: false, acceptIncomplete: false }, context)
    editions.push((await context.documents.find<Edition>('tops', `mobilite-transport/${date}`))!)
  }
  return editions
}

const read = (path: string) => gunzipSync(readFileSync(path)).toString('utf8')
/** Splits well-formed CSV into records, at the line ends outside quotes. */
const splitRecords = (csv: string) => csv.match(/(?:[^"\r\n]|"[^"]*")*\r?\n/g)!

describe('the sample', () => {
  test('is at most 1.5 MB', async () => {
    const files = (await readdir(SAMPLE, { recursive: true })).map((name) => stat(join(SAMPLE, name)))
    const bytes = (await Promise.all(files)).filter((file) => file.isFile()).reduce((sum, { size }) => sum + size, 0)
    expect(bytes).toBeLessThan(1_500_000)
  })

  test('gives the editions listed in its README', async () => {
    const editions = await publishSample()
    const ids = editions.map(({ datasets }) => new Set(datasets.map(({ dataset_id }) => dataset_id)))
    const lines = editions.map(({ date, source, archive, datasets }, week) => {
      const before = ids[week - 1]
      const entered = before === undefined ? '' : [...ids[week]!].filter((id) => !before.has(id)).length
      const left = before === undefined ? '' : [...before].filter((id) => !ids[week]!.has(id)).length
      const cells = [
        date,
        source.datasets.records,
        archive.records,
        datasets.length,
        entered,
        left,
        source.organizations.records,
      ]
      return `| ${cells.join(' | ')} |`.replace(/\| {2}(?=\|)/g, '| ')
    })
    expect(await readFile(join(SAMPLE, 'README.md'), 'utf8')).toContain(lines.join('\n'))
    const followers = editions.map(({ organizations }) => organizations.reduce((sum, one) => sum + one.followers, 0))
    expect(followers[2]).toBe(followers[0]! + 1)
  })

  if (existsSync(REAL)) {
    test.each(DATES)('contains organizations of %s that are byte for byte those of the real export', (date) => {
      const real = new Set(splitRecords(read(join(REAL, `export-organization-${date}.csv.gz`))))
      const part = splitRecords(read(join(SAMPLE, date, 'organizations.csv.gz')))
      expect(part.filter((record) => !real.has(record))).toEqual([])
    })

    test('contains datasets that are byte for byte those of the real export', () => {
      const real = new Set(splitRecords(read(join(REAL, 'export-dataset-20260116-055249.csv.gz'))))
      for (const date of DATES) {
        const part = splitRecords(read(join(SAMPLE, date, 'datasets.csv.gz')))
        expect(part.filter((record) => !real.has(record))).toEqual([])
      }
    })
  }
})
