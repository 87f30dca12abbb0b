import { createHash } from 'node:crypto'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Edition, Snapshot } from '../../src/editions/edition.ts'
import { archive, fetch, publish, run } from '../../src/pipeline/pipeline.ts'
import type { RunRecord } from '../../src/runs/record.ts'
import { createRunRequest, DATE, openTestContext } from '../helpers/context.ts'
import {
  DATASET_HEADER,
  datasetRow,
  datasetsCsv,
  ORGANIZATION_HEADER,
  organizationsCsv,
  readFolder,
  row,
  writeTestFile,
} from '../helpers/exports.ts'

const DATASETS = [
  { id: 'd1', title: 'Mobilités douces', organization: 'o1', followers: 3 },
  { id: 'd2', title: 'Budget', organization: 'o1', followers: 90 },
  { id: 'd3', tags: 'open-data,transport-en-commun', organization: 'o2', followers: '' },
  { id: 'd4', description: 'Le "TRANSPORT"\r\n; en commun', organization: 'o1', followers: 7 },
  { id: 'd5', title: 'Mobilite\u0301', organization: '' },
  { id: 'd6', title: 'transporteur', organization: 'o3' },
  { id: 'd0', title: 'transport', organization: 'o1', followers: 7 },
]
const ORGANIZATIONS = [
  ['o2', 'Deux', 50],
  ['o1', 'Un', 50],
  ['o9', 'Rien', ''],
  ['o3', 'Trois', 2],
] as const
const EDITION = `mobilite-transport/${DATE}`
const CSV = `datagouv/${DATE}/mobilite-transport.csv`

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const sha1 = (bytes: string) => createHash('sha1').update(bytes).digest('hex')

describe('run', () => {
  test('archives the kept records byte for byte, in order, under the header', async () => {
    const context = await openTestContext()
    await run(await createRunRequest(context, datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS)), context)
    const kept = DATASETS.filter(({ id }) => id !== 'd2')
    expect(await readFile(join(context.folder, CSV), 'utf8')).toBe(DATASET_HEADER + kept.map(datasetRow).join(''))
  })

  test('publishes the six fields, ordered by rank, followers and id, with the facts of its sources', async () => {
    const context = await openTestContext()
    const [datasets, organizations] = [datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS)]
    const request = await createRunRequest(context, datasets, organizations)
    const { run_id } = await run(request, context)
    const csv = await readFile(join(context.folder, CSV))
    const top = (
      id: string,
      title: string,
      followers: number,
      organization: string,
      organizationId: string,
      of: number,
    ) => ({
      dataset_id: id,
      dataset_title: title,
      dataset_followers: followers,
      organization,
      organization_id: organizationId,
      organization_followers: of,
    })
    const edition = await context.documents.find<Edition>('tops', EDITION)
    expect(edition).toEqual({
      _id: EDITION,
      watch: 'mobilite-transport',
      date: DATE,
      generated_at: '2026-11-18T16:00:00.000Z',
      run_id,
      terms: ['mobilité', 'transport'],
      top: 30,
      source: {
        datasets: {
          url: `file://${request.sources!.datasets}`,
          sha1: sha1(datasets),
          bytes: Buffer.byteLength(datasets),
          records: 7,
          last_modified: (await stat(request.sources!.datasets!)).mtime.toISOString(),
        },
        organizations: expect.objectContaining({ sha1: sha1(organizations), records: 4 }),
      },
      archive: { key: `${DATE}/mobilite-transport.csv`, sha256: sha256(csv), bytes: csv.length, records: 6 },
      organizations: [
        { rank: 1, id: 'o1', name: 'Un', followers: 50, datasets: 3 },
        { rank: 2, id: 'o2', name: 'Deux', followers: 50, datasets: 1 },
        { rank: 3, id: 'o3', name: 'Trois', followers: 2, datasets: 1 },
        { rank: 4, id: 'o9', name: 'Rien', followers: 0, datasets: 0 },
      ],
      datasets: [
        top('d0', 'transport', 7, 'Un', 'o1', 50),
        top('d4', 'Untitled', 7, 'Un', 'o1', 50),
        top('d1', 'Mobilités douces', 3, 'Un', 'o1', 50),
        top('d3', 'Untitled', 0, 'Deux', 'o2', 50),
        top('d6', 'transporteur', 0, 'Trois', 'o3', 2),
      ],
    })
  })

  test('stores both exports as a snapshot, and leaves nothing else', async () => {
    const context = await openTestContext()
    const datasets = datasetsCsv(DATASETS)
    await run(await createRunRequest(context, datasets, organizationsCsv(ORGANIZATIONS)), context)
    const archived = await readFolder(join(context.folder, 'datagouv'))
    expect([...archived.keys()].sort()).toEqual([
      `${DATE}/mobilite-transport.csv`,
      `${DATE}/mobilite-transport.csv-metadata.json`,
      `snapshots/${DATE}/datasets.csv.gz`,
      `snapshots/${DATE}/organizations.csv.gz`,
      `snapshots/${DATE}/snapshot.json`,
    ])
    expect(gunzipSync(archived.get(`snapshots/${DATE}/datasets.csv.gz`)!).toString()).toBe(datasets)
    const snapshot: Snapshot = JSON.parse(archived.get(`snapshots/${DATE}/snapshot.json`)!.toString())
    expect(snapshot).toMatchObject({
      date: DATE,
      fetched_at: '2026-11-18T16:00:00.000Z',
      portal: 'https://www.data.gouv.fr',
      datasets: {
        key: `snapshots/${DATE}/datasets.csv.gz`,
        sha256: sha256(datasets),
        sha1: sha1(datasets),
        records: 7,
      },
    })
  })

  test('stores a .gz source unchanged', async () => {
    const context = await openTestContext()
    const request = await createRunRequest(context, datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS))
    const compressed = await writeTestFile(context.folder, 'datasets.csv.gz', datasetsCsv(DATASETS))
    await run({ ...request, sources: { ...request.sources, datasets: compressed } }, context)
    const stored = join(context.folder, `datagouv/snapshots/${DATE}/datasets.csv.gz`)
    expect(await readFile(stored)).toEqual(await readFile(compressed))
    expect((await context.documents.find<Edition>('tops', EDITION))!.source.datasets.sha1).toBe(
      sha1(datasetsCsv(DATASETS)),
    )
  })

  test('changes nothing the second time on the same inputs, plain or compressed', async () => {
    const context = await openTestContext()
    const request = await createRunRequest(context, datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS))
    expect((await run(request, context)).status).toBe('published')
    const before = [await readFolder(join(context.folder, 'datagouv')), await context.documents.list('tops')]
    const modified = (await stat(join(context.folder, CSV))).mtimeMs
    const compressed = await writeTestFile(context.folder, 'same.csv.gz', datasetsCsv(DATASETS))
    const again = await run({ ...request, sources: { ...request.sources, datasets: compressed } }, context)
    expect(again.status).toBe('unchanged')
    expect([await readFolder(join(context.folder, 'datagouv')), await context.documents.list('tops')]).toEqual(before)
    expect((await stat(join(context.folder, CSV))).mtimeMs).toBe(modified)
  })

  test('replaces snapshot and edition when the inputs of a date change', async () => {
    const context = await openTestContext()
    await run(await createRunRequest(context, datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS)), context)
    const fewer = datasetsCsv(DATASETS.slice(0, 2))
    const result = await run(await createRunRequest(context, fewer, organizationsCsv(ORGANIZATIONS)), context)
    expect(result.status).toBe('published')
    expect(await context.documents.list('tops')).toHaveLength(1)
    const edition = await context.documents.find<Edition>('tops', EDITION)
    expect(edition!.datasets.map(({ dataset_id }) => dataset_id)).toEqual(['d1'])
    expect(edition!.archive.sha256).toBe(sha256(await readFile(join(context.folder, CSV))))
  })

  test('publishes every watch from one pass, each with its own columns, terms and top', async () => {
    const context = await openTestContext(
      undefined,
      `watches:
  - { name: all-words, terms: [transport], match: word }
  - { name: titles, terms: [TRANSPORT, budget], columns: [title], top: 1 }
`,
    )
    await run(await createRunRequest(context, datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS)), context)
    const ids = async (watch: string) => {
      const edition = await context.documents.find<Edition>('tops', `${watch}/${DATE}`)
      return [edition!.archive.records, edition!.datasets.map(({ dataset_id }) => dataset_id)]
    }
    expect(await ids('all-words')).toEqual([3, ['d0', 'd4', 'd3']])
    expect(await ids('titles')).toEqual([3, ['d2', 'd0']])
  })

  test('publishes an empty list when no record is kept', async () => {
    const context = await openTestContext()
    await run(await createRunRequest(context, datasetsCsv([{ id: 'd2' }]), organizationsCsv(ORGANIZATIONS)), context)
    const edition = await context.documents.find<Edition>('tops', EDITION)
    expect(edition).toMatchObject({ archive: { records: 0 }, datasets: [] })
    expect(await readFile(join(context.folder, CSV), 'utf8')).toBe(DATASET_HEADER)
  })

  test('does not copy a byte order mark, and accepts columns that move or occur twice', async () => {
    const context = await openTestContext()
    const organizations = '\ufeff"x";"metric.followers";"x";"name";"id"\n"";5;"";"Un";"o1"\n'
    await run(await createRunRequest(context, `\ufeff${datasetsCsv(DATASETS)}`, organizations), context)
    expect((await readFile(join(context.folder, CSV)))[0]).toBe(0x22)
    expect(await context.documents.find<Edition>('tops', EDITION)).toMatchObject({
      organizations: [{ rank: 1, id: 'o1', name: 'Un', followers: 5, datasets: 3 }],
    })
  })
})

describe('the three steps', () => {
  test('store the same bytes and values as one run', async () => {
    const whole = await openTestContext()
    const request = await createRunRequest(whole, datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS))
    await run(request, whole)
    const apart = await openTestContext()
    await fetch(request, apart)
    await archive({ ...request, sources: {} }, apart)
    await publish({ ...request, sources: {} }, apart)
    expect(await readFolder(join(apart.folder, 'datagouv'))).toEqual(await readFolder(join(whole.folder, 'datagouv')))
    const edition = async (context: typeof whole) => ({
      ...(await context.documents.find<Edition>('tops', EDITION)),
      run_id: '',
    })
    expect(await edition(apart)).toEqual(await edition(whole))
  })

  test('say what to run first when an earlier step left nothing', async () => {
    const context = await openTestContext()
    const request = {
      ...(await createRunRequest(context, datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS))),
      sources: {},
    }
    await expect(archive(request, context)).rejects.toThrow(`there is no snapshot of ${DATE}; file:`)
    await fetch(await createRunRequest(context, datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS)), context)
    await expect(publish(request, context)).rejects.toThrow(
      `Run "archive --date ${DATE} --watch mobilite-transport" first`,
    )
  })

  test('refuse a snapshot whose bytes are not those that were fetched', async () => {
    const context = await openTestContext()
    const request = await createRunRequest(context, datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS))
    await fetch(request, context)
    await writeTestFile(context.folder, `datagouv/snapshots/${DATE}/datasets.csv.gz`, datasetsCsv(DATASETS.slice(1)))
    await expect(archive(request, context)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/^there is no snapshot of 2026-11-18/),
    })
    expect(context.warnings).toEqual([expect.stringMatching(/datasets\.csv\.gz has \d+ bytes, not \d+/)])
  })
})

describe('replay', () => {
  test('reads the snapshot of a past date, not the current sources', async () => {
    const context = await openTestContext()
    const request = await createRunRequest(context, datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS))
    await run(request, context)
    const edition = await context.documents.find<Edition>('tops', EDITION)
    await rm(join(context.folder, CSV))
    await context.documents.remove('tops', EDITION)
    const later = await openTestContext('2026-11-25T16:00:00Z', '', context.folder)
    const result = await run({ ...request, sources: {} }, later)
    expect(result.status).toBe('published')
    const again = await later.documents.find<Edition>('tops', EDITION)
    expect({ ...again, run_id: '', generated_at: '' }).toEqual({ ...edition, run_id: '', generated_at: '' })
  })
})

test('reports that it replaced an edition', async () => {
  const context = await openTestContext()
  const first = await run(
    await createRunRequest(context, datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS)),
    context,
  )
  expect(first.summary).toMatch(/^\d datasets in /)
  for (const change of [DATASETS.slice(1), DATASETS.slice(1).map((one) => ({ ...one, followers: 77 }))]) {
    const request = await createRunRequest(context, datasetsCsv(change), organizationsCsv(ORGANIZATIONS))
    const again = await run(request, context)
    expect([again.status, again.replaced, again.summary]).toEqual([
      'published',
      true,
      expect.stringMatching(/^replaced the earlier edition: \d dataset/),
    ])
    expect((await run(request, context)).replaced).toBe(undefined)
  }
})

test('reports a missing file before it fetches the other export', async () => {
  const context = await openTestContext()
  const request = await createRunRequest(context, datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS))
  const sources = { organizations: request.sources!.organizations, datasets: 'none.csv' }
  await expect(run({ ...request, sources }, context)).rejects.toMatchObject({ kind: 'usage' })
  const [{ steps }] = (await context.documents.list<RunRecord>('runs')) as [RunRecord]
  expect(steps).toEqual([])
})

describe('a warning reports, and the run record lists,', () => {
  test('that exports which were given seem incomplete', async () => {
    const context = await openTestContext()
    await run(await createRunRequest(context, datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS)), context)
    expect(context.warnings).toEqual([])
    const request = await createRunRequest(context, datasetsCsv(DATASETS.slice(2)), organizationsCsv(ORGANIZATIONS))
    const { run_id, status } = await run({ ...request, date: '2026-11-25' }, context)
    expect(status).toBe('published')
    const [coming, lacking] = (await context.documents.find<RunRecord>('runs', run_id))!.warnings
    expect(coming).toBe(
      '2026-11-25 is in the future: once published, its edition will be the latest one; "remove 2026-11-25 --snapshot" undoes this',
    )
    expect(lacking).toMatch(
      /^publishing from a local file that looks incomplete or too old: \d datasets where 2026-11-18 had \d: /,
    )
  })
})

describe('publishes nothing and leaves no temporary files', () => {
  const good = { datasets: datasetsCsv(DATASETS), organizations: organizationsCsv(ORGANIZATIONS) }
  const cases: [title: string, inputs: Partial<typeof good>, kind: string, message: RegExp][] = [
    ['an empty datasets export', { datasets: '' }, 'contract', /datasets export \(source-datasets.csv\) is empty/],
    [
      'an empty organisations export',
      { organizations: '' },
      'contract',
      /organizations export \(source-organizations.csv\) is empty/,
    ],
    [
      'a header without records',
      { datasets: DATASET_HEADER },
      'contract',
      /datasets export \(source-datasets.csv\) has a header but no record/,
    ],
    ['HTML in place of CSV', { datasets: '<html>\n<body>no</body>\n' }, 'contract', /no column "title"/],
    [
      'a missing column',
      { organizations: row('id', 'name', 'followers') + row('o1', 'Un', 1) },
      'contract',
      /organizations export \(source-organizations.csv\) has no column "metric.followers" \(found: "id", "name", "followers"\)/,
    ],
    [
      'a needed column that occurs twice',
      { organizations: row('id', 'name', 'metric.followers', 'name') + row('o1', 'Un', 1, 'Deux') },
      'contract',
      /the column "name" twice/,
    ],
    [
      'followers that are no whole number',
      { organizations: ORGANIZATION_HEADER + row('o1', 'Un', 'o1', '1.5') },
      'contract',
      /record 1, line 2, column 17: metric.followers is "1.5"/,
    ],
    [
      'negative followers',
      { organizations: ORGANIZATION_HEADER + row('o1', 'Un', 'o1', -3) },
      'contract',
      /metric.followers is "-3"/,
    ],
    [
      'an organization without id',
      { organizations: ORGANIZATION_HEADER + row(' \u00a0', 'Un', 'o1', 1) },
      'contract',
      /organizations export .*, record 1, line 2, column 2: the column id is blank \("\s+"\)/,
    ],
    [
      'a dataset without id, which mentions no term',
      { datasets: `${good.datasets}${datasetRow({ id: '' })}` },
      'contract',
      /datasets export .*, record 8, line 10, column 2: the column id is blank \(""\)/,
    ],
    [
      'a record cut short at the end',
      { datasets: `${good.datasets}"d9";"Transport` },
      'contract',
      /record 8, line 10, column 6: the quote that opens here is never closed/,
    ],
  ]
  test.each(cases)('for %s', async (_, inputs, kind, message) => {
    const context = await openTestContext()
    const { datasets, organizations } = { ...good, ...inputs }
    await expect(run(await createRunRequest(context, datasets, organizations), context)).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(message),
    })
    expect([...(await readFolder(join(context.folder, 'datagouv')).catch(() => new Map())).keys()]).toEqual([])
    expect(await context.documents.list('tops')).toEqual([])
    expect(await context.documents.list('leases')).toEqual([])
  })

  test('and keeps the earlier edition', async () => {
    const context = await openTestContext()
    await run(await createRunRequest(context, good.datasets, good.organizations), context)
    const before = [await readFolder(join(context.folder, 'datagouv')), await context.documents.list('tops')]
    await expect(
      run(await createRunRequest(context, `${good.datasets}"`, good.organizations), context),
    ).rejects.toThrow('never closed')
    expect([await readFolder(join(context.folder, 'datagouv')), await context.documents.list('tops')]).toEqual(before)
  })

  test('when a document would be larger than MongoDB takes', async () => {
    const context = await openTestContext()
    const title = 'transport '.repeat(1_000)
    const many = Array.from({ length: 2_000 }, (_, i) => ({ id: `d${i}`, title, organization: 'o1' }))
    const failure = run(await createRunRequest(context, datasetsCsv(many), good.organizations), context)
    await expect(failure).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(
        /^cannot publish mobilite-transport\/2026-11-18: its 2,000 datasets would take 20.3 MB; MongoDB allows/,
      ),
    })
    expect([...(await readFolder(join(context.folder, 'datagouv')).catch(() => new Map())).keys()]).toEqual([])
  })

  test('when a compressed export breaks off', async () => {
    const context = await openTestContext()
    const request = await createRunRequest(context, good.datasets, good.organizations)
    const whole = await readFile(await writeTestFile(context.folder, 'whole.csv.gz', good.datasets.repeat(1)))
    const broken = join(context.folder, 'broken.csv.gz')
    await writeFile(broken, whole.subarray(0, whole.length - 12))
    const failure = run({ ...request, sources: { ...request.sources, datasets: broken } }, context)
    await expect(failure).rejects.toMatchObject({
      kind: 'contract',
      message: expect.stringMatching(/datasets export \(broken.csv.gz\) is damaged/),
    })
  })
})

describe('run records', () => {
  test('contain each step with its facts, and the outcome in one sentence', async () => {
    const context = await openTestContext()
    const { run_id } = await run(
      await createRunRequest(context, datasetsCsv(DATASETS), organizationsCsv(ORGANIZATIONS)),
      context,
    )
    const record = await context.documents.find<RunRecord>('runs', run_id)
    expect(record).toMatchObject({
      command: 'run',
      date: DATE,
      watches: ['mobilite-transport'],
      status: 'published',
      error: null,
      summary: `6 datasets in ${DATE}/mobilite-transport.csv, 5 datasets of 3 of the 30 most followed organizations in ${EDITION}`,
    })
    expect(record!.steps.map(({ name }) => name)).toEqual([
      'read organizations',
      'read datasets',
      'check completeness',
      'keep snapshot',
      'archive',
      'publish',
    ])
  })

  test('contain the error of a failed run', async () => {
    const context = await openTestContext()
    await run(await createRunRequest(context, '', organizationsCsv(ORGANIZATIONS)), context).catch(() => {})
    const [record] = await context.documents.list<RunRecord>('runs')
    expect(record).toMatchObject({ status: 'failed', error: { kind: 'contract', exit_code: 4 } })
  })
})
