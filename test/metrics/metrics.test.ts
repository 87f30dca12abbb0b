import { expect, test } from 'vitest'
import { renderMetrics } from '../../src/metrics/metrics.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import { findRemoval, remove } from '../../src/pipeline/remove.ts'
import { createRunRequest, DATE, openTestContext } from '../helpers/context.ts'
import { createEdition } from '../helpers/editions.ts'
import { datasetsCsv, organizationsCsv } from '../helpers/exports.ts'
import { runRecordOf } from '../helpers/runs.ts'

/** Parses samples by name and labels. Fails on a line that Prometheus cannot read, and on a sample without HELP and TYPE. */
function parse(text: string): Record<string, number> {
  const samples: Record<string, number> = {}
  const described = new Set<string>()
  for (const line of text.trimEnd().split('\n')) {
    const [, , name] = /^# (HELP|TYPE) ([a-z_]+) .+$/.exec(line) ?? []
    if (name !== undefined) {
      described.add(name)
      continue
    }
    if (line === '') continue
    const [, sample, labels = '', value] = /^([a-z_]+)(\{(?:[a-z]+="[^"\\\n]*",?)+\})? (-?[\d.e+]+)$/.exec(line) ?? []
    expect([line, described.has(sample!)]).toEqual([line, true])
    samples[`${sample}${labels}`] = Number(value)
  }
  return samples
}

test('the metrics cover the last edition of each watch and the last run of each command', async () => {
  const context = await openTestContext()
  await context.documents.replace('tops', createEdition('2026-11-11', [{ id: 'o1', followers: 40, datasets: {} }]))
  const datasets = datasetsCsv([{ id: 'd1', title: 'Mobilité', organization: 'o1' }, { id: 'd2' }])
  await run(await createRunRequest(context, datasets, organizationsCsv([['o1', 'Un', 12]])), context)
  await run({ ...(await createRunRequest(context, 'id;title\r\n', '')), date: DATE }, context).catch(() => {})

  const watch = 'watch="mobilite-transport"'
  expect(parse(await renderMetrics(context))).toMatchObject({
    [`datagouv_tops_edition_generated_timestamp_seconds{${watch}}`]: Date.parse('2026-11-18T16:00:00Z') / 1000,
    [`datagouv_tops_edition_next_due_timestamp_seconds{${watch}}`]: Date.parse('2026-11-25T16:00:00Z') / 1000,
    [`datagouv_tops_edition_datasets{${watch}}`]: 1,
    [`datagouv_tops_edition_archived_datasets{${watch}}`]: 1,
    [`datagouv_tops_edition_export_records{${watch},export="datasets"}`]: 2,
    [`datagouv_tops_edition_followers{${watch},edition="last"}`]: 12,
    [`datagouv_tops_edition_followers{${watch},edition="before"}`]: 40,
    'datagouv_tops_last_run_duration_seconds{command="run"}': 0,
  })
})

const NEXT_DUE = 'datagouv_tops_edition_next_due_timestamp_seconds{watch="mobilite-transport"}'
const seconds = (iso: string) => Date.parse(iso) / 1000

test('before the first run, the only sample is the next time in the schedule', async () => {
  expect(parse(await renderMetrics(await openTestContext()))).toEqual({ [NEXT_DUE]: seconds('2026-11-25T16:00:00Z') })
})

test('after a first run that failed, its edition is due', async () => {
  const context = await openTestContext('2026-11-20T09:00:00Z')
  await context.documents.replace('runs', runRecordOf('r1', { date: DATE, status: 'failed' }))
  expect(parse(await renderMetrics(context))[NEXT_DUE]).toBe(seconds('2026-11-18T16:00:00Z'))
})

test('a date that a run has skipped, because nothing was new, is not due', async () => {
  const context = await openTestContext('2026-11-20T09:00:00Z')
  await context.documents.replace('tops', createEdition('2026-11-11', [{ id: 'o1', followers: 40, datasets: {} }]))
  expect(parse(await renderMetrics(context))[NEXT_DUE]).toBe(seconds('2026-11-18T16:00:00Z'))
  const skipped = { date: DATE, status: 'unchanged', unchanged_since: '2026-11-11' } as const
  await context.documents.replace('runs', runRecordOf('r1', skipped))
  expect(parse(await renderMetrics(context))[NEXT_DUE]).toBe(seconds('2026-11-25T16:00:00Z'))
  await context.documents.replace('runs', runRecordOf('r2', { date: DATE, status: 'removed' }))
  expect(parse(await renderMetrics(context))[NEXT_DUE]).toBe(seconds('2026-11-18T16:00:00Z'))
})

test('a date whose edition was removed is due again, although a second run had found nothing to do', async () => {
  const context = await openTestContext('2026-11-20T09:00:00Z')
  const request = await createRunRequest(
    context,
    datasetsCsv([{ id: 'd1', title: 'Mobilité', organization: 'o1' }]),
    organizationsCsv([['o1', 'Un', 12]]),
  )
  await run(request, context)
  expect((await run(request, context)).status).toBe('unchanged')
  const removal = { date: DATE, watches: undefined, snapshot: false }
  await remove(removal, await findRemoval(removal, context), context)
  expect(parse(await renderMetrics(context))[NEXT_DUE]).toBe(seconds('2026-11-18T16:00:00Z'))
})

test('an edition of a much later date does not hide that the next one is late', async () => {
  const context = await openTestContext('2026-11-20T09:00:00Z')
  for (const date of ['2026-11-11', '2027-11-17'])
    await context.documents.replace('tops', createEdition(date, [{ id: 'o1', followers: 40, datasets: {} }]))
  expect(parse(await renderMetrics(context))[NEXT_DUE]).toBe(seconds('2026-11-18T16:00:00Z'))
  await context.documents.replace('tops', createEdition('2026-11-25', [{ id: 'o1', followers: 40, datasets: {} }]))
  expect(parse(await renderMetrics(context))[NEXT_DUE]).toBe(seconds('2026-12-02T16:00:00Z'))
})

test('a run that was killed is not a success', async () => {
  const context = await openTestContext()
  await context.documents.replace(
    'runs',
    runRecordOf('r1', { status: 'stopped', ended_at: '2026-11-18T16:00:00.000Z' }),
  )
  expect(parse(await renderMetrics(context))['datagouv_tops_last_run_exit_code{command="run"}']).toBe(137)
})
