import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { datasetNames } from '../../src/lineage/names.ts'
import { archive, fetch, publish, run } from '../../src/pipeline/pipeline.ts'
import { cli } from '../helpers/cli.ts'
import { createRunRequest, DATE, openTestContext, type TestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { startWebhook } from '../helpers/receivers.ts'
import { startReplica } from '../helpers/replica.ts'
import { type Event, expectValid } from './valid.ts'

const DATASETS = datasetsCsv([
  { id: 'd1', title: 'Mobilité', organization: 'o1', followers: 4 },
  { id: 'd2', title: 'Transport', organization: '', followers: 2 },
  { id: 'd3', title: 'Budget' },
])
const ORGANIZATIONS = organizationsCsv([['o1', 'Un', 12]])

/** Opens a context that writes its events to a file, and a function that reads them. */
async function worldWithLineage() {
  const folder = await temporaryFolder()
  const file = join(folder, 'events', 'lineage.jsonl')
  const context = await openTestContext(undefined, `lineage: file:${file}`, folder)
  return { world: context, events: () => eventsIn(file) }
}

async function eventsIn(file: string): Promise<Event[]> {
  const text = await readFile(file, 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

const fullName = ({ namespace, name }: Event) => `${namespace} ${name}`
const namesOf = (datasets: Event[]) => datasets.map(fullName)
const archiveFile = ({ folder }: TestContext, key: string) => `file ${join(folder, 'datagouv', key)}`

describe('the events of a run', () => {
  test('are START and COMPLETE, valid against the published schemas', async () => {
    const { world, events } = await worldWithLineage()
    const { run_id } = await run(await createRunRequest(world, DATASETS, ORGANIZATIONS), world)
    const [start, complete, ...more] = await events()
    expect(more).toEqual([])
    expectValid(start)
    expectValid(complete)
    expect([start.eventType, complete.eventType]).toEqual(['START', 'COMPLETE'])
    expect(start.run.runId).toBe(complete.run.runId)
    expect(start.job).toMatchObject({ namespace: 'datagouv-tops', name: 'run.mobilite-transport' })
    expect([start.inputs, start.outputs]).toEqual([[], []])
    const record = await world.documents.find<Event>('runs', run_id)
    expect([start.eventTime, complete.eventTime]).toEqual([record.started_at, record.ended_at])
    expect(complete.run.facets.nominalTime.nominalStartTime).toBe('2026-11-18T16:00:00.000Z')
  })

  test('name the datasets read and written, with their rows and schemas', async () => {
    const { world, events } = await worldWithLineage()
    await run(await createRunRequest(world, DATASETS, ORGANIZATIONS), world)
    const { inputs, outputs } = (await events())[1]
    expect(namesOf(inputs)).toEqual([
      `file ${join(world.folder, 'source-datasets.csv')}`,
      `file ${join(world.folder, 'source-organizations.csv')}`,
    ])
    const rows = Object.fromEntries(
      outputs.map((output: Event) => [fullName(output), output.outputFacets.outputStatistics.rowCount]),
    )
    expect(rows).toEqual({
      [archiveFile(world, `snapshots/${DATE}/datasets.csv.gz`)]: 3,
      [archiveFile(world, `snapshots/${DATE}/organizations.csv.gz`)]: 1,
      [archiveFile(world, `${DATE}/mobilite-transport.csv`)]: 2,
      [`sqlite://${join(world.folder, 'datagouv.db')} tops`]: 1,
    })
    expect(outputs.at(-1).facets.schema.fields).toEqual([
      { name: 'dataset_id', type: 'string' },
      { name: 'dataset_title', type: 'string' },
      { name: 'dataset_followers', type: 'integer' },
      { name: 'organization', type: 'string' },
      { name: 'organization_id', type: 'string' },
      { name: 'organization_followers', type: 'integer' },
    ])
    expect(inputs[0].facets.schema.fields.map(({ name }: Event) => name)).toEqual([
      ...['id', 'title', 'organization_id', 'metric.followers', 'tags', 'description'],
    ])
  })

  test('name the source column of each of the six fields, and the columns that determine the rows', async () => {
    const { world, events } = await worldWithLineage()
    await run(await createRunRequest(world, DATASETS, ORGANIZATIONS), world)
    const { inputs, outputs } = (await events())[1]
    const short = ({ namespace, name, field }: Event) =>
      `${namesOf(inputs).indexOf(fullName({ namespace, name })) === 0 ? 'datasets' : 'organizations'}.${field}`
    const { fields, dataset } = outputs.at(-1).facets.columnLineage
    expect(
      Object.fromEntries(
        Object.entries<Event>(fields).map(([field, { inputFields }]) => [field, inputFields.map(short)]),
      ),
    ).toEqual({
      dataset_id: ['datasets.id'],
      dataset_title: ['datasets.title'],
      dataset_followers: ['datasets.metric.followers'],
      organization: ['organizations.name'],
      organization_id: ['organizations.id'],
      organization_followers: ['organizations.metric.followers'],
    })
    const filters = dataset.filter((one: Event) => one.transformations[0].subtype === 'FILTER')
    expect(filters.map(short)).toEqual(['datasets.title', 'datasets.tags', 'datasets.description'])
  })

  test('link the steps: each reads the datasets that the one before wrote', async () => {
    const { world, events } = await worldWithLineage()
    const request = await createRunRequest(world, DATASETS, ORGANIZATIONS)
    await fetch(request, world)
    await archive(request, world)
    await publish(request, world)
    const ends = (await events()).filter(({ eventType }) => eventType === 'COMPLETE')
    for (const event of ends) expectValid(event)
    const [fetched, archived, published] = ends
    expect(fetched.job.name).toBe('fetch')
    expect(namesOf(archived.inputs)).toEqual(namesOf(fetched.outputs).slice(0, 1))
    expect(namesOf(published.inputs)).toEqual([...namesOf(fetched.outputs).slice(1), ...namesOf(archived.outputs)])
    expect(namesOf(published.outputs)).toEqual([expect.stringMatching(/ tops$/)])
    for (const field of Object.values<Event>(published.outputs[0].facets.columnLineage.fields)) {
      expect(namesOf(published.inputs)).toContain(fullName(field.inputFields[0]))
    }
  })

  test('name the exports of the portal by its catalogue, the same every week', async () => {
    const modified = new Date(`${DATE}T05:00:00Z`)
    const replica = await startReplica({
      files: {
        datasets: { content: Buffer.from(DATASETS), modified },
        organizations: { content: Buffer.from(ORGANIZATIONS), modified },
      },
    })
    onTestFinished(() => replica.close())
    const folder = await temporaryFolder()
    const file = join(folder, 'lineage.jsonl')
    const context = await openTestContext(undefined, `lineage: file:${file}\nportal: ${replica.url}`, folder)
    const request = await createRunRequest(context, DATASETS, ORGANIZATIONS)
    await run({ ...request, sources: {} }, context)
    const { inputs } = (await eventsIn(file))[1]
    expect(namesOf(inputs)).toEqual([
      `${replica.url} ${context.config.catalogue}/datasets`,
      `${replica.url} ${context.config.catalogue}/organizations`,
    ])
    expect(inputs[0].facets.dataSource.uri).toBe(`${replica.url}/file/datasets`)
  })

  test('end with FAIL and the message if it fails, with the datasets read by then', async () => {
    const { world, events } = await worldWithLineage()
    await expect(run(await createRunRequest(world, 'id;title\n1', ORGANIZATIONS), world)).rejects.toThrow(
      'has no column',
    )
    const fail = (await events())[1]
    expectValid(fail)
    expect(fail).toMatchObject({
      eventType: 'FAIL',
      run: { facets: { errorMessage: { message: expect.stringContaining('has no column') } } },
      outputs: [],
    })
    expect(namesOf(fail.inputs)).toEqual([expect.stringMatching(/source-organizations\.csv$/)])
  })

  test('end with ABORT if it is killed: the next run sends that event', async () => {
    const cwd = await temporaryFolder()
    const modified = new Date(`${DATE}T05:00:00Z`)
    const file = { content: Buffer.from(DATASETS), modified }
    const replica = await startReplica({
      files: { datasets: file, organizations: { content: Buffer.from(ORGANIZATIONS), modified } },
      fault: ({ name, path }) => (path === 'file' && name === 'datasets' ? { stallAfter: 10 } : undefined),
    })
    onTestFinished(() => replica.close())
    const env = { DATAGOUV_TOPS_LINEAGE: 'file:lineage.jsonl', DATAGOUV_TOPS_PORTAL: replica.url }
    const killed = await cli(['run', '--date', DATE], {
      cwd,
      env,
      onStart: async (child) => {
        const events = () => readFile(join(cwd, 'lineage.jsonl'), 'utf8').catch(() => '')
        while (!(await events()).endsWith('\n')) await sleep(20)
        child.kill('SIGKILL')
      },
    })
    expect(killed.code).toBeNull()
    expect((await eventsIn(join(cwd, 'lineage.jsonl'))).map(({ eventType }) => eventType)).toEqual(['START'])
    await writeTestFile(cwd, 'datasets.csv', DATASETS)
    await writeTestFile(cwd, 'organizations.csv', ORGANIZATIONS)
    const sources = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv']
    expect(await cli(['run', '--date', DATE, ...sources], { cwd, env })).toMatchObject({ code: 0 })
    const [start, abort, ...next] = await eventsIn(join(cwd, 'lineage.jsonl'))
    expectValid(abort)
    expect([abort.eventType, abort.run.runId]).toEqual(['ABORT', start.run.runId])
    expect(next.map(({ eventType }) => eventType)).toEqual(['START', 'COMPLETE'])
  })
})

describe('a collector', () => {
  const SOURCES = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv']

  async function runWith(env: Record<string, string>) {
    const cwd = await temporaryFolder()
    await writeTestFile(cwd, 'datasets.csv', DATASETS)
    await writeTestFile(cwd, 'organizations.csv', ORGANIZATIONS)
    return cli(['run', '--date', DATE, '--json', ...SOURCES], { cwd, env })
  }

  test('receives the events in order at its default path, with the key and the parent run', async () => {
    const { url, received } = await startWebhook()
    const parent = '01a2b3c4-d5e6-4f70-8a9b-0c1d2e3f4a5b'
    const root = '11a2b3c4-d5e6-4f70-8a9b-0c1d2e3f4a5b'
    const { code, stderr } = await runWith({
      DATAGOUV_TOPS_LINEAGE: url,
      OPENLINEAGE_API_KEY: 'k3y-of-the-collector',
      OPENLINEAGE_NAMESPACE: 'weekly',
      OPENLINEAGE_PARENT_ID: `https://airflow.example/prod/datagouv_tops.run/${parent}`,
      OPENLINEAGE_ROOT_PARENT_ID: `https://airflow.example/prod/datagouv_tops/${root}`,
    })
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('warning')])
    expect(received.map(({ path, headers, body }) => [path, headers.authorization, body.eventType])).toEqual([
      ['/api/v1/lineage', 'Bearer k3y-of-the-collector', 'START'],
      ['/api/v1/lineage', 'Bearer k3y-of-the-collector', 'COMPLETE'],
    ])
    for (const { body } of received) {
      expectValid(body)
      expect(body.job.namespace).toBe('weekly')
      expect(body.run.facets.parent).toMatchObject({
        job: { namespace: 'https://airflow.example/prod', name: 'datagouv_tops.run' },
        run: { runId: parent },
        root: { job: { namespace: 'https://airflow.example/prod', name: 'datagouv_tops' }, run: { runId: root } },
      })
    }
  })

  test('may have its own path; a parent that is not NAMESPACE/JOB/UUID is omitted', async () => {
    const { url, received } = await startWebhook()
    await runWith({ DATAGOUV_TOPS_LINEAGE: `${url}/collect?team=1`, OPENLINEAGE_PARENT_ID: 'default/job/7' })
    expect(received.map(({ path, body }) => [path, body.run.facets.parent])).toEqual([
      ['/collect?team=1', undefined],
      ['/collect?team=1', undefined],
    ])
  })

  test.each([
    ['refuses', [500, 500], 'it answers 500'],
    ['redirects, which would leak the key', [302, 302], 'it answers 302'],
  ])('that %s causes a warning per event and nothing else', async (_, answers, why) => {
    const { url, received } = await startWebhook(...answers)
    const { code, stdout, stderr } = await runWith({ DATAGOUV_TOPS_LINEAGE: url, OPENLINEAGE_API_KEY: 'k3y' })
    expect([code, JSON.parse(stdout).status]).toEqual([0, 'published'])
    expect(stderr.match(/^warning: .*$/gm)).toEqual([
      `warning: cannot send the START event to the lineage collector: ${why}`,
      `warning: cannot send the COMPLETE event to the lineage collector: ${why}`,
    ])
    expect(received.every(({ path }) => path === '/api/v1/lineage')).toBe(true)
    expect(stdout + stderr).not.toContain('k3y')
  })

  test('that hangs or cannot be reached does not stop a run', async () => {
    const hanging = createServer(() => {})
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      hanging.closeAllConnections()
      hanging.close()
    })
    const { port } = hanging.address() as AddressInfo
    const hung = await runWith({ DATAGOUV_TOPS_LINEAGE: `http://127.0.0.1:${port}` })
    expect(hung.code).toBe(0)
    expect(hung.stderr).toContain('cannot send the START event to the lineage collector')
    const absent = await runWith({ DATAGOUV_TOPS_LINEAGE: 'http://127.0.0.1:1' })
    expect(absent.code).toBe(0)
    expect(absent.stderr).toContain('cannot send the COMPLETE event to the lineage collector: ')
  })

  test('must be an address without a password', async () => {
    for (const address of ['marquez:5000', 'http://user:secret@marquez:5000', 'ftp://marquez']) {
      const { code, stderr } = await runWith({ DATAGOUV_TOPS_LINEAGE: address })
      expect([code, stderr]).toEqual([2, expect.stringMatching(/DATAGOUV_TOPS_LINEAGE is ".*": it must be/)])
      expect(stderr).not.toContain('secret')
    }
  })
})

test('objects and collections follow the naming rules of OpenLineage', async () => {
  const { config } = await openTestContext()
  const names = datasetNames({
    config,
    archive: { address: 's3://datagouv' },
    documents: { address: 'mongodb://one:27017,two:27017/datagouv' },
  } as never)
  expect(names.csv('a', DATE)).toEqual({ namespace: 's3://datagouv', name: `${DATE}/a.csv` })
  expect(names.tops).toEqual({ namespace: 'mongodb://one:27017,two:27017', name: 'datagouv.tops' })
  expect(names.export('datasets', DATE, { from: 'given', url: 'https://files.example/a/b.csv' } as never)).toEqual({
    namespace: 'https://files.example',
    name: 'a/b.csv',
  })
})
