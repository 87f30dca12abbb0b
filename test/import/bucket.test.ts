import { expect, onTestFinished, test, vi } from 'vitest'
import { importExports } from '../../src/import/import.ts'
import { findSnapshot } from '../../src/pipeline/snapshot.ts'
import { put } from '../contracts/archive.ts'
import { testBucket } from '../helpers/bucket.ts'
import { openTestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv } from '../helpers/exports.ts'
import { serviceOrSkip } from '../helpers/services.ts'

const variables = serviceOrSkip('minio', 'import from a bucket')

if (variables !== undefined) {
  test('imports an s3:// prefix and skips its other objects', async () => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    onTestFinished(() => void vi.unstubAllEnvs())
    const source = await testBucket()
    onTestFinished(() => source.close())
    for (const day of ['20260107', '20260114']) {
      await put(source.archive, `exports/${day}/export-dataset-${day}-060000.csv`, datasetsCsv([{ id: 'd1' }]))
      await put(
        source.archive,
        `exports/${day}/export-organization-${day}-060000.csv`,
        organizationsCsv([['o1', 'Un', 1]]),
      )
    }
    await put(source.archive, 'exports/readme.txt', 'foreign')
    await put(source.archive, 'other/export-dataset-20260121-060000.csv', 'outside the prefix')
    const context = await openTestContext()
    const places = [`s3://${source.bucket}/exports/`]
    const go = () => importExports({ places, tolerance: 0, force: false }, context, () => {})
    const result = await go()
    expect(result.dates.map(({ date, status }) => [date, status])).toEqual([
      ['2026-01-07', 'imported'],
      ['2026-01-14', 'imported'],
    ])
    expect(result).toMatchObject({ exports: 4, foreign: 1, failed: [] })
    expect((await findSnapshot('2026-01-07', context))!.datasets).toMatchObject({
      origin: 'address',
      url: `s3://${source.bucket}/exports/20260107/export-dataset-20260107-060000.csv`,
    })
    expect((await go()).dates.map(({ status }) => status)).toEqual(['unchanged', 'unchanged'])
  })
}
