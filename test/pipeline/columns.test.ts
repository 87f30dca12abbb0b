import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { findEdition } from '../../src/editions/find.ts'
import { explainChanges } from '../../src/explain/changes.ts'
import { explain } from '../../src/explain/explain.ts'
import { backfill } from '../../src/pipeline/backfill.ts'
import { archive, fetch, publish, run } from '../../src/pipeline/pipeline.ts'
import { verify } from '../../src/verify/verify.ts'
import { createRunRequest, openTestContext, type TestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv, row } from '../helpers/exports.ts'

/** The headers of data.gouv.fr. The datasets header of 2021 and the renamed columns are invented. */
const HEADERS = {
  '2021-10-06': {
    datasets:
      'id;titre;slug;url;organization;organization.id;owner;owner_id;description;frequency;license;temporal_coverage.start;temporal_coverage.end;spatial.granularity;spatial.zones;private;featured;created_at;last_modified;keywords;archived;resources_count;metric.discussions;metric.issues;metric.reuses;metric.nb_followers;metric.views',
    organizations:
      'id;name;slug;url;description;logo;badges;created_at;last_modified;metric.datasets;metric.members;metric.nb_followers;metric.reuses;metric.views',
  },
  '2023-07-26': {
    datasets:
      'id;title;slug;acronym;url;organization;organization_id;owner;owner_id;description;frequency;license;temporal_coverage.start;temporal_coverage.end;spatial.granularity;spatial.zones;private;featured;created_at;last_modified;tags;archived;resources_count;main_resources_count;downloads;harvest.backend;harvest.domain;harvest.created_at;harvest.modified_at;quality_score;metric.discussions;metric.issues;metric.reuses;metric.followers;metric.views',
    organizations:
      'id;name;slug;url;description;logo;badges;created_at;last_modified;metric.datasets;metric.members;metric.reuses;metric.followers;metric.views',
  },
  '2026-01-16': {
    datasets:
      'id;title;slug;acronym;url;organization;organization_id;owner;owner_id;description;description_short;frequency;license;temporal_coverage.start;temporal_coverage.end;spatial.granularity;spatial.zones;featured;created_at;last_modified;tags;archived;resources_count;main_resources_count;resources_formats;harvest.backend;harvest.domain;harvest.created_at;harvest.modified_at;harvest.remote_url;quality_score;metric.discussions;metric.discussions_open;metric.reuses;metric.reuses_by_months;metric.dataservices;metric.followers;metric.followers_by_months;metric.views;metric.resources_downloads',
    organizations:
      'id;name;acronym;slug;url;description;logo;badges;created_at;last_modified;business_number_id;members_count;downloads;metric.dataservices;metric.datasets;metric.members;metric.reuses;metric.dataservices;metric.followers;metric.views',
  },
} as const
type Date = keyof typeof HEADERS
const DATES = Object.keys(HEADERS) as Date[]

const CONFIGURATION = `columns:
  datasets: { title: titre, tags: [mots, keywords], organization_id: organization.id, metric.followers: [metric.nb_followers] }
  organizations: { metric.followers: metric.nb_followers }
`

/** Fills records into a header. Texts are quoted. */
function csv(header: string, records: readonly Readonly<Record<string, string | number>>[]): string {
  const columns = header.split(';')
  return row(...columns) + records.map((record) => row(...columns.map((column) => record[column] ?? ''))).join('')
}

function exportsOf(date: Date) {
  const { datasets, organizations } = HEADERS[date]
  const renamed = date === '2021-10-06'
  const dataset = (id: string, title: string, tags: string, organization: string, followers: number) =>
    renamed
      ? {
          id,
          slug: id,
          titre: title,
          keywords: tags,
          'organization.id': organization,
          'metric.nb_followers': followers,
        }
      : { id, slug: id, title, tags, organization_id: organization, 'metric.followers': followers }
  const organization = (id: string, followers: number) => ({
    id,
    name: id,
    [renamed ? 'metric.nb_followers' : 'metric.followers']: followers,
  })
  const year = Number(date.slice(0, 4))
  return {
    datasets: csv(datasets, [
      dataset('d1', 'Transport', 'bus', 'o1', 3),
      dataset('d2', 'Horaires', 'mobilite', 'o2', year - 2000),
      dataset('d3', 'Budget', 'comptes', 'o1', 1),
      ...(renamed ? [dataset('d4', 'Mobilité perdue', '', 'o2', 1)] : []),
    ]),
    organizations: csv(organizations, [organization('o1', 50), organization('o2', 40)]),
  }
}

let context: TestContext
const on = (date: string, { config: { watches } }: TestContext) => ({ date, watches })
const reopened = (config: string) => openTestContext('2026-11-18T16:00:00Z', config, context.folder)
const verdictsOf = async (folder: TestContext) => {
  const verdicts = []
  for await (const { date, watch, status, differences } of verify({ dates: [], repair: false }, folder))
    verdicts.push([date, watch, status, differences])
  return verdicts
}

describe('an archive with exports of 2021, 2023 and 2026', () => {
  beforeEach(async () => {
    context = await openTestContext('2026-11-18T16:00:00Z', CONFIGURATION)
    for (const date of DATES) {
      const { datasets, organizations } = exportsOf(date)
      await run({ ...(await createRunRequest(context, datasets, organizations)), date }, context)
    }
  })

  test('is published under one configuration, and its snapshots store the names found', async () => {
    for (const date of DATES) {
      const { datasets } = await findEdition(context.documents, 'mobilite-transport', date)
      const renamed = date === '2021-10-06'
      expect(datasets.map(({ dataset_id }) => dataset_id)).toEqual(renamed ? ['d1', 'd2', 'd4'] : ['d1', 'd2'])
      const snapshot = JSON.parse(
        await readFile(join(context.folder, `datagouv/snapshots/${date}/snapshot.json`), 'utf8'),
      )
      const names = {
        title: 'titre',
        tags: 'keywords',
        organization_id: 'organization.id',
        'metric.followers': 'metric.nb_followers',
      }
      const own = {
        id: 'id',
        title: 'title',
        tags: 'tags',
        description: 'description',
        organization_id: 'organization_id',
        'metric.followers': 'metric.followers',
      }
      expect(snapshot.datasets.columns).toEqual(renamed ? { ...own, ...names } : own)
      expect(snapshot.datasets.blank_fields.title).toBe(0)
    }
  })

  test.each([
    ['the same configuration', CONFIGURATION],
    ['a configuration without names', ''],
    ['a configuration with other names', 'columns: { datasets: { title: [slug, nom], tags: owner } }\n'],
  ])('stays readable by every command under %s', async (_, config) => {
    const later = await reopened(config)
    expect(await verdictsOf(later)).toEqual(
      DATES.flatMap((date) => [null, 'mobilite-transport'].map((watch) => [date, watch, 'same', []])),
    )
    const span = { from: '2021-01-01', to: '2026-11-18', watches: later.config.watches, force: true, jobs: 1 }
    const dates = await backfill(span, later, () => {})
    expect(dates.filter(({ status }) => status !== 'no snapshot').map(({ date, status }) => [date, status])).toEqual(
      DATES.map((date) => [date, 'unchanged']),
    )
    for (const date of DATES) {
      expect((await archive(on(date, later), later)).status).toBe('unchanged')
      expect((await publish(on(date, later), later)).status).toBe('unchanged')
    }
    const edition = await findEdition(later.documents, 'mobilite-transport', '2021-10-06')
    const [explanation] = await explain(['d2'], edition, later.config.watches[0]!, later)
    expect(explanation).toMatchObject({ verdict: 'in-tops', matches: [{ term: 'mobilité', column: 'tags' }] })
    const next = await findEdition(later.documents, 'mobilite-transport', '2023-07-26')
    expect((await explainChanges(edition, next, later)).left).toMatchObject([{ dataset_id: 'd4', reason: 'removed' }])
  })

  test('stays readable once the snapshots are pruned: the description of the CSV has the names', async () => {
    await rm(join(context.folder, 'datagouv/snapshots'), { recursive: true })
    const later = await reopened('')
    const edition = await findEdition(later.documents, 'mobilite-transport', '2021-10-06')
    const [explanation] = await explain(['d2'], edition, later.config.watches[0]!, later)
    expect(explanation).toMatchObject({ verdict: 'in-tops', dataset: { title: 'Horaires', organization_id: 'o2' } })
    const earlier = await findEdition(later.documents, 'mobilite-transport', '2026-01-16')
    expect((await explainChanges(earlier, edition, later)).entered).toMatchObject([{ dataset_id: 'd4' }])
    expect((await verdictsOf(later)).map(([, , status]) => status)).not.toContain('different')
  })

  test('shows in verify when the names in snapshot.json are wrong', async () => {
    const file = join(context.folder, 'datagouv/snapshots/2023-07-26/snapshot.json')
    const snapshot = JSON.parse(await readFile(file, 'utf8'))
    snapshot.datasets.columns.title = 'nowhere'
    await writeFile(file, `${JSON.stringify(snapshot, null, 2)}\n`)
    const found = (await verdictsOf(context)).find(([date, watch]) => date === '2023-07-26' && watch === null)![3]
    expect(found).toMatchObject([{ part: 'datasets.columns.title', expected: 'title', found: 'nowhere' }])
  })
})

test('names that a snapshot of version 0.1 lacks come from the configuration', async () => {
  context = await openTestContext('2026-11-18T16:00:00Z', CONFIGURATION)
  const { datasets, organizations } = exportsOf('2021-10-06')
  await fetch({ ...(await createRunRequest(context, datasets, organizations)), date: '2021-10-06' }, context)
  const file = join(context.folder, 'datagouv/snapshots/2021-10-06/snapshot.json')
  const snapshot = JSON.parse(await readFile(file, 'utf8'))
  for (const name of ['datasets', 'organizations']) delete snapshot[name].columns
  await writeFile(file, JSON.stringify(snapshot))
  expect((await run({ ...on('2021-10-06', context), replay: true }, context)).published[0]!.datasets).toBe(3)
  const later = await reopened('')
  await expect(archive(on('2021-10-06', later), later)).rejects.toMatchObject({ kind: 'contract' })
})

test('the first name that an export has is used, and a needed column under two names is no error', async () => {
  context = await openTestContext(undefined, 'columns: { organizations: { name: [label, title] } }\n')
  const both = row('id', 'title', 'label', 'name', 'metric.followers') + row('o1', 'A title', 'A label', 'A name', 3)
  await run(await createRunRequest(context, datasetsCsv([{ id: 'd1', title: 'Transport' }]), both), context)
  const { organizations } = await findEdition(context.documents, 'mobilite-transport')
  expect(organizations[0]!.name).toBe('A label')
})

describe('an export is refused that', () => {
  const GOOD = { datasets: datasetsCsv([{ id: 'd1' }]), organizations: organizationsCsv([['o1', 'Un', 1]]) }
  const REUSES =
    'id;title;slug;url;type;description;remote_url;organization;organization_id;owner;owner_id;image;featured;created_at;last_modified;archived;topic;tags;datasets;metric.discussions;metric.datasets;metric.followers;metric.views'
  const DATASERVICES =
    'id;title;slug;acronym;url;description;base_api_url;machine_documentation_url;technical_documentation_url;business_documentation_url;authorization_request_url;availability;rate_limiting;access_type;license;organization;organization_id;owner;owner_id;featured;created_at;metadata_modified_at;archived;tags;datasets;metric.followers;metric.views'
  test.each([
    [
      'is of reuses',
      { datasets: csv(REUSES, [{ id: 'r1' }]) },
      /\(source-datasets.csv\) seems to be an export of reuses, not of datasets: it has the columns "remote_url", .* line 1; .*\. Use the export of datasets\.$/,
    ],
    [
      'is of dataservices',
      { datasets: csv(DATASERVICES, [{ id: 'r1' }]) },
      /seems to be an export of dataservices, not of datasets/,
    ],
    [
      'is of organizations',
      { datasets: csv(HEADERS['2023-07-26'].organizations, []) },
      /no column "title".*: it seems to be an export of organizations; nothing was published\. Use the export of datasets\.$/,
    ],
    [
      'is of datasets',
      { organizations: csv(HEADERS['2026-01-16'].datasets, []) },
      /no column "label" or "name": it seems to be an export of datasets; nothing was published\. Use the export of organizations\.$/,
    ],
    [
      'separates by comma',
      { organizations: 'id,name,metric.followers\no1,Un,1\n' },
      /^organizations export \(source-organizations.csv\), the header, line 1, column 3: a comma \(","\) separates the fields where/,
    ],
    [
      'separates by comma and quotes',
      { organizations: '"id","name","metric.followers"\n"o1","Un",1\n' },
      /the header, line 1, column 5: a comma/,
    ],
    [
      'separates by tab',
      { organizations: 'id\tname\tmetric.followers\n' },
      /the header, line 1, column 3: a tab \("\\t"\)/,
    ],
    [
      'has a needed column twice',
      { organizations: row('id', 'name', 'x', 'name', 'metric.followers') },
      /has the column "name" twice, as fields 2 and 4 of the header \(line 1\)/,
    ],
    [
      'has none of the names',
      { organizations: row('id', 'x', 'metric.followers') },
      /no column "label" or "name" \(found: "id", "x", /,
    ],
  ])('%s', async (_, inputs, message) => {
    context = await openTestContext(undefined, 'columns: { organizations: { name: label } }\n')
    const { datasets, organizations } = { ...GOOD, ...inputs }
    const failure = await run(await createRunRequest(context, datasets, organizations), context).catch((error) => error)
    expect([failure.kind, failure.message]).toEqual(['contract', expect.stringMatching(message)])
    expect(failure.message).toMatch(/; nothing was published\. .*\.$/)
  })

  test('lacks a column, with the columns that are new since the last snapshot, or with all', async () => {
    context = await openTestContext()
    const { datasets } = HEADERS['2026-01-16']
    const [good, renamed, removed] = [datasets, datasets.replace('title;', 'label;'), datasets.replace('title;', '')]
    const runWith = async (header: string, date: string) => {
      const exports = csv(header, [{ id: 'd1', organization_id: 'o1', title: 'Mobilité' }])
      const request = await createRunRequest(context, exports, GOOD.organizations)
      return run({ ...request, date }, context).catch((error) => error.message)
    }
    const all = await runWith(renamed, '2026-11-11')
    expect(all).toContain('has no column "title" (found: "id", "label", "slug"')
    expect(all).toContain('"metric.views", "metric.resources_downloads"); nothing was published.')
    await runWith(good, '2026-11-11')
    expect(await runWith(renamed, '2026-11-18')).toContain(
      'has no column "title" (new since the snapshot of 2026-11-11: "label"); nothing was published.',
    )
    expect(await runWith(removed, '2026-11-18')).toContain('(no column is new since the snapshot of 2026-11-11)')
  })

  test('has a wrong value far down, by record, line and column', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => row(`o${i}`, `Name\r\n${i}`, 'slug', i))
    const organizations = `${row('id', 'name', 'slug', 'metric.followers')}${rows.join('')}`.replace(
      /;29990\r\n/,
      ';"many"\r\n',
    )
    context = await openTestContext()
    await expect(run(await createRunRequest(context, GOOD.datasets, organizations), context)).rejects.toThrow(
      /record 29991, line 59983, column 16: metric.followers is "many", which is not a whole number; nothing was published\. Wait/,
    )
  })
})

test('the setting takes a name or a list of names', async () => {
  const { config } = await openTestContext(undefined, CONFIGURATION)
  expect(config.columns.datasets).toMatchObject({ title: ['titre'], tags: ['mots', 'keywords'] })
  await expect(openTestContext(undefined, 'columns: { datasets: { title: [] } }')).rejects.toThrow(
    /line 1: columns.datasets.title is \[\]: it must be a list with at least one entry/,
  )
})
