import { cp, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import type { Edition, Snapshot } from '../../src/editions/edition.ts'
import { Failure } from '../../src/errors.ts'
import { archive, fetch, publish, run } from '../../src/pipeline/pipeline.ts'
import type { RunRecord } from '../../src/runs/record.ts'
import { runChecker } from '../helpers/checker.ts'
import { createRunRequest, DATE, openTestContext, type TestContext } from '../helpers/context.ts'
import {
  datasetsCsv,
  flipBit,
  ORGANIZATION_HEADER,
  organizationsCsv,
  readFolder,
  row,
  writeTestFile,
} from '../helpers/exports.ts'
import { type Replica, startReplica } from '../helpers/replica.ts'

const LAST = '2026-11-11'
const EDITION = `mobilite-transport/${DATE}`
const CSV = `datagouv/${DATE}/mobilite-transport.csv`
const DESCRIPTION = `${CSV}-metadata.json`

const ORGANIZATIONS = organizationsCsv([
  ['o1', 'Un', 50],
  ['o2', 'Deux', 20],
])
const datasets = (count: number) =>
  datasetsCsv(
    Array.from({ length: count }, (_, i) => ({ id: `d${i}`, title: i % 2 ? 'Mobilité' : 'Vélo', followers: 2 })),
  )

let replica: Replica
afterEach(() => replica?.close())

/** Opens a context on a portal that publishes these exports. */
async function onPortal(date: string, csv = datasets(100), organizations = ORGANIZATIONS, folder?: string) {
  const modified = new Date(`${date}T05:00:00Z`)
  const files = {
    datasets: { content: Buffer.from(csv), modified },
    organizations: { content: Buffer.from(organizations), modified },
  }
  await replica?.close()
  replica = await startReplica({ files })
  return openTestContext(`${date}T16:00:00Z`, `portal: http://portal.example\nretries: 0\n`, folder).then(
    (context) => ({
      ...context,
      config: { ...context.config, portal: replica.url },
    }),
  )
}

const go = (context: TestContext, date: string, more = {}) =>
  run({ date, watches: context.config.watches, ...more }, context)
const of = (context: TestContext, date = DATE) => ({ date, watches: context.config.watches })

async function edit(path: string, change: (value: Record<string, never>) => unknown): Promise<void> {
  await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')))))
}

describe("an edition's CSV", () => {
  test('has a description that an independent CSVW implementation accepts, with the identity of the CSV', async ({
    skip,
  }) => {
    const context = await openTestContext()
    const header = row('id', 'title', 'organization_id', 'description', 'tags', 'é-à (x)', 'metric.followers', '_a')
    const records =
      row('d1', 'Mobilité "douce"\r\n#x', 'o1', 'a;b', 'tag', '', 3, '') + row('d2', 'Vélo', '', 'x', 'y', 'z', '', '')
    await run(await createRunRequest(context, header + records, ORGANIZATIONS), context)
    const snapshot: Snapshot = JSON.parse(
      await readFile(join(context.folder, `datagouv/snapshots/${DATE}/snapshot.json`), 'utf8'),
    )
    const edition = await context.documents.find<Edition>('tops', EDITION)
    expect(JSON.parse(await readFile(join(context.folder, DESCRIPTION), 'utf8'))).toMatchObject({
      '@context': 'http://www.w3.org/ns/csvw',
      url: 'mobilite-transport.csv',
      'dc:license': { '@id': 'https://www.etalab.gouv.fr/licence-ouverte-open-licence/' },
      'urn:datagouv-tops:sha256': edition!.archive.sha256,
      'urn:datagouv-tops:bytes': edition!.archive.bytes,
      'urn:datagouv-tops:records': 1,
      'urn:datagouv-tops:terms': ['mobilité', 'transport'],
      'urn:datagouv-tops:columns': ['title', 'tags', 'description'],
      'urn:datagouv-tops:match': 'substring',
      'urn:datagouv-tops:top': 30,
      'urn:datagouv-tops:datasets_sha256': snapshot.datasets.sha256,
      'urn:datagouv-tops:organizations_sha256': snapshot.organizations.sha256,
    })
    const { code, said } = runChecker('csvwvalidate', [join(context.folder, DESCRIPTION)], skip)
    expect([code, said]).toEqual([0, expect.stringMatching(/^OK/)])
    await edit(join(context.folder, DESCRIPTION), ({ tableSchema, ...rest }) => ({
      ...rest,
      tableSchema: { columns: [{ titles: 'another column' }] },
    }))
    expect(runChecker('csvwvalidate', [join(context.folder, DESCRIPTION)], skip).code).not.toBe(0)
  })

  test('keeps its description when nothing changes, and gets one when it has none', async () => {
    const context = await openTestContext()
    const request = await createRunRequest(context, datasets(4), ORGANIZATIONS)
    await run(request, context)
    const before = await readFolder(join(context.folder, 'datagouv'))
    const { mtimeMs } = await stat(join(context.folder, DESCRIPTION))
    expect((await run(request, context)).status).toBe('unchanged')
    expect((await stat(join(context.folder, DESCRIPTION))).mtimeMs).toBe(mtimeMs)
    const edition = await context.documents.find<Edition>('tops', EDITION)
    await rm(join(context.folder, DESCRIPTION))
    await run(request, context)
    expect(await readFolder(join(context.folder, 'datagouv'))).toEqual(before)
    expect(await context.documents.find<Edition>('tops', EDITION)).toEqual(edition)
  })

  test.each<[how: string, change: (context: TestContext) => Promise<unknown>, message: RegExp]>([
    [
      'another snapshot of the date',
      async (context) => fetch(await createRunRequest(context, datasets(6), ORGANIZATIONS), context),
      /it was made from another snapshot\. Run "archive --date 2026-11-18 --watch mobilite-transport" again$/,
    ],
    [
      'other organizations',
      async (context) =>
        fetch(await createRunRequest(context, datasets(4), `${ORGANIZATIONS}${row('o3', 'Trois', 'x', 1)}`), context),
      /it was made from another snapshot/,
    ],
    [
      'a CSV that changed by a bit',
      ({ folder }) => flipBit(join(folder, CSV)),
      /it (is damaged|does not match the size)/,
    ],
    ['a CSV that was cut', ({ folder }) => truncate(join(folder, CSV), 150), /it (is damaged|does not match the size)/],
    ['an empty CSV', ({ folder }) => truncate(join(folder, CSV)), /it is damaged/],
    ['a CSV without description', ({ folder }) => rm(join(folder, DESCRIPTION)), /-metadata\.json is missing/],
    [
      'a description that is not JSON',
      ({ folder }) => truncate(join(folder, DESCRIPTION), 9),
      /has a description that is not JSON/,
    ],
    ['a description that is null', ({ folder }) => writeFile(join(folder, DESCRIPTION), 'null'), /not JSON/],
    ['a description of nothing', ({ folder }) => writeFile(join(folder, DESCRIPTION), '{}'), /another snapshot/],
  ])('is not published from %s', async (_, change, message) => {
    const context = await openTestContext()
    await fetch(await createRunRequest(context, datasets(4), ORGANIZATIONS), context)
    await archive(of(context), context)
    await publish(of(context), context)
    const before = await context.documents.list('tops')
    await change(context)
    await expect(publish(of(context), context)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message),
    })
    expect(await context.documents.list('tops')).toEqual(before)
    await archive(of(context), context)
    await publish(of(context), context)
  })

  test.each([
    ['other terms', 'terms: [vélo]'],
    ['other columns', 'terms: [mobilité, transport], columns: [title]'],
    ['another way to match', 'terms: [mobilité, transport], match: word'],
  ])('is not published for a watch with %s', async (_, rules) => {
    const context = await openTestContext()
    await run(await createRunRequest(context, datasets(4), ORGANIZATIONS), context)
    const changed = await openTestContext(
      undefined,
      `watches: [{ name: mobilite-transport, ${rules} }]`,
      context.folder,
    )
    const before = await context.documents.list('tops')
    await expect(publish(of(changed), changed)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/it was made with different terms, columns or match mode\. Run "archive --date/),
    })
    expect(await context.documents.list('tops')).toEqual(before)
  })

  test('is published with another top', async () => {
    const context = await openTestContext()
    await run(await createRunRequest(context, datasets(4), ORGANIZATIONS), context)
    const rules = 'watches: [{ name: mobilite-transport, terms: [mobilité, transport], top: 1 }]'
    const changed = await openTestContext(undefined, rules, context.folder)
    expect((await publish(of(changed), changed)).published).toMatchObject([{ top: 1 }])
  })

  test('lists a dataset id once: the first of its kept records stands, and the run warns', async () => {
    const context = await openTestContext()
    const twice = [
      { id: 'd1', title: 'Nothing' },
      { id: 'd1', title: 'Transport A' },
      { id: 'd2', title: 'Transport' },
      { id: 'd1', title: 'Transport B' },
    ]
    const { run_id } = await run(await createRunRequest(context, datasetsCsv(twice), ORGANIZATIONS), context)
    const edition = await context.documents.find<Edition>('tops', EDITION)
    expect(edition!.datasets.map(({ dataset_title }) => dataset_title)).toEqual(['Transport A', 'Transport'])
    expect(edition!.archive.records).toBe(2)
    expect((await context.documents.find<RunRecord>('runs', run_id))!.warnings).toEqual([
      '2 records of the datasets export repeat the id of an earlier one (first: "d1"); the first record of each id counts',
      'mobilite-transport: left out 1 record that repeats the id of an earlier one',
    ])
  })
})

/** The ways in which to damage a stored snapshot; `snapshot` is its folder. */
const DAMAGE: [how: string, damage: (snapshot: string) => Promise<unknown>][] = [
  ...(['{}', 'null', '[]', '"a text"', '3', '', '{"date":', '[{}]', '{"date":"2026-11-11"}'] as const).map(
    (text): [string, (snapshot: string) => Promise<unknown>] => [
      `snapshot.json is ${text || 'empty'}`,
      (folder) => writeFile(join(folder, 'snapshot.json'), text),
    ],
  ),
  ['snapshot.json is cut', (folder) => truncate(join(folder, 'snapshot.json'), 300)],
  ['snapshot.json is binary', (folder) => writeFile(join(folder, 'snapshot.json'), gzipSync('{}'))],
  ...(['date', 'fetched_at', 'portal', 'datasets', 'organizations'] as const).flatMap((field) =>
    [null, true, 7, [], {}].map((value): [string, (snapshot: string) => Promise<unknown>] => [
      `${field} is ${JSON.stringify(value)}`,
      (folder) => edit(join(folder, 'snapshot.json'), (snapshot) => ({ ...snapshot, [field]: value })),
    ]),
  ),
  ...(
    [
      'key',
      'url',
      'bytes',
      'sha1',
      'sha256',
      'records',
      'stored_bytes',
      'blank_fields',
      'followers',
      'most_followed',
      'origin',
    ] as const
  ).map((field): [string, (snapshot: string) => Promise<unknown>] => [
    `organizations.${field} is of another type`,
    (folder) =>
      edit(join(folder, 'snapshot.json'), (snapshot) => ({
        ...snapshot,
        organizations: { ...(snapshot.organizations as object), [field]: { odd: true, id: -1 } },
      })),
  ]),
  ['datasets.csv.gz is missing', (folder) => rm(join(folder, 'datasets.csv.gz'))],
  ['organizations.csv.gz is missing', (folder) => rm(join(folder, 'organizations.csv.gz'))],
  ['datasets.csv.gz is cut in half', (folder) => truncate(join(folder, 'datasets.csv.gz'), 200)],
  ['organizations.csv.gz is empty', (folder) => truncate(join(folder, 'organizations.csv.gz'))],
]

describe('a snapshot that is damaged', () => {
  test.each(DAMAGE)('does not block the next week: %s', async (_, damage) => {
    const first = await onPortal('2026-11-04', datasets(100))
    await go(first, '2026-11-04')
    const second = await onPortal(LAST, datasets(101), ORGANIZATIONS, first.folder)
    await go({ ...second, config: { ...second.config, portal: first.config.portal } }, LAST).catch(() => {})
    const last = join(first.folder, 'datagouv/snapshots', LAST)
    await cp(join(first.folder, 'datagouv/snapshots/2026-11-04'), last, { recursive: true })
    await edit(join(last, 'snapshot.json'), (snapshot) =>
      JSON.parse(
        JSON.stringify(snapshot).replaceAll('2026-11-04', LAST).replaceAll(first.config.portal, second.config.portal),
      ),
    )
    await edit(join(first.folder, 'datagouv/snapshots/2026-11-04/snapshot.json'), (snapshot) => ({
      ...snapshot,
      portal: second.config.portal as never,
    }))
    await damage(last)
    const context = { ...second, clock: () => new Date(`${DATE}T16:00:00Z`) }
    const { run_id, status } = await go(context, DATE)
    expect(status).toBe('published')
    const record = await context.documents.find<RunRecord>('runs', run_id)
    expect(record!.warnings.join('\n')).toMatch(
      /snapshots\/2026-11-11\/snapshot\.json .* is not a sound snapshot.*Restore it from a backup/,
    )
    expect(record!.steps.find(({ name }) => name === 'check completeness')!.facts).toMatchObject({
      compared_with: '2026-11-04',
    })
  })

  test.each(DAMAGE)('is no snapshot for the steps that need it: %s', async (_, damage) => {
    const context = await openTestContext()
    await fetch(await createRunRequest(context, datasets(4), ORGANIZATIONS), context)
    await damage(join(context.folder, 'datagouv/snapshots', DATE))
    for (const step of [archive, publish])
      await expect(step(of(context), context)).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringMatching(/^there is no snapshot of 2026-11-18 in .*"fetch --date 2026-11-18"/),
      })
    await fetch(await createRunRequest(context, datasets(4), ORGANIZATIONS), context)
    await archive(of(context), context)
  })

  test('is an error of the store when its size is right and its bytes are not', async () => {
    const context = await openTestContext()
    await fetch(await createRunRequest(context, datasets(400), ORGANIZATIONS), context)
    await flipBit(join(context.folder, `datagouv/snapshots/${DATE}/datasets.csv.gz`))
    await expect(archive(of(context), context)).rejects.toMatchObject({
      kind: 'store',
      message: expect.stringMatching(
        /^cannot use snapshots\/2026-11-18\/datasets\.csv\.gz in .*: it is damaged \(.*\)\. Restore it from a backup, or run "fetch --date 2026-11-18 --refetch"/,
      ),
    })
  })

  test('is not reported as damaged when a watch needs a column that it never had', async () => {
    const context = await openTestContext()
    await fetch(await createRunRequest(context, datasets(4), ORGANIZATIONS), context)
    const rules = 'watches: [{ name: a, terms: [x], columns: [titel] }]'
    const other = await openTestContext(undefined, rules, context.folder)
    await expect(archive(of(other), other)).rejects.toMatchObject({ kind: 'contract' })
  })
})

describe('a snapshot folder that was copied to another date', () => {
  test('is not a snapshot, and the edition of the date it names stays', async () => {
    const context = await openTestContext(`${LAST}T16:00:00Z`)
    const request = { ...(await createRunRequest(context, datasets(4), ORGANIZATIONS)), date: LAST }
    await run(request, context)
    const before = [await readFolder(join(context.folder, 'datagouv', LAST)), await context.documents.list('tops')]
    const snapshots = join(context.folder, 'datagouv/snapshots')
    await cp(join(snapshots, LAST), join(snapshots, DATE), { recursive: true })
    const later = await openTestContext('2026-11-25T16:00:00Z', '', context.folder)
    for (const step of [archive, publish]) await expect(step(of(later), later)).rejects.toMatchObject({ kind: 'usage' })
    expect(later.warnings[0]).toMatch(/2026-11-18\/snapshot\.json .*: date is "2026-11-11", .*Restore it/)
    await run({ ...request, date: DATE }, later)
    expect([
      await readFolder(join(context.folder, 'datagouv', LAST)),
      (await later.documents.list('tops')).slice(0, 1),
    ]).toEqual(before)
    expect(await later.documents.ids('tops')).toEqual([`mobilite-transport/${LAST}`, EDITION])
  })

  test('under its own date again, it is one', async () => {
    const context = await openTestContext()
    await fetch(await createRunRequest(context, datasets(4), ORGANIZATIONS), context)
    const snapshots = join(context.folder, 'datagouv/snapshots')
    await rename(join(snapshots, DATE), join(snapshots, '2026-11-19'))
    await expect(archive(of(context), context)).rejects.toMatchObject({ kind: 'usage' })
    await rename(join(snapshots, '2026-11-19'), join(snapshots, DATE))
    await archive(of(context), context)
  })
})

describe('where the last snapshot came from', () => {
  const PORTAL_UNCHANGED = /the portal has published nothing new since/

  test('snapshot.json says it of each export, with portal and catalogue', async () => {
    const context = await onPortal(DATE)
    const file = await writeTestFile(context.folder, 'organizations.csv', ORGANIZATIONS)
    await go(context, DATE, { sources: { organizations: file } })
    const read = async () =>
      JSON.parse(await readFile(join(context.folder, `datagouv/snapshots/${DATE}/snapshot.json`), 'utf8')) as Snapshot
    expect(await read()).toMatchObject({
      portal: replica.url,
      catalogue: '5d13a8b6634f41070a43dff3',
      datasets: { origin: 'portal' },
      organizations: { origin: 'file' },
    })
    await go(context, DATE, { sources: { organizations: `${replica.url}/file/organizations` } })
    expect((await read()).organizations.origin).toBe('address')
    await go(context, DATE)
    expect((await read()).organizations.origin).toBe('portal')
  })

  test('files given by hand are never reported as unchanged at the portal', async () => {
    const first = await openTestContext(`${LAST}T16:00:00Z`)
    await run({ ...(await createRunRequest(first, datasets(100), ORGANIZATIONS)), date: LAST }, first)
    const context = await onPortal(DATE, datasets(100), ORGANIZATIONS, first.folder)
    await edit(join(context.folder, `datagouv/snapshots/${LAST}/snapshot.json`), (snapshot) => ({
      ...snapshot,
      portal: replica.url as never,
    }))
    await go(context, DATE)
    expect(context.warnings.join('\n')).not.toMatch(PORTAL_UNCHANGED)
    const edition = await context.documents.find<Edition>('tops', EDITION)
    expect(edition!.source.datasets.url).toBe(`${replica.url}/file/datasets`)
    expect(replica.requests.filter(({ path }) => path === 'file')).toHaveLength(2)
  })

  test.each(['portal', 'catalogue'])('another %s is neither reused nor compared with', async (what) => {
    const first = await onPortal(LAST, datasets(100))
    await go(first, LAST)
    const snapshot = join(first.folder, `datagouv/snapshots/${LAST}/snapshot.json`)
    const context = { ...first, clock: () => new Date(`${DATE}T16:00:00Z`) }
    await edit(snapshot, (stored) => ({ ...stored, [what]: 'https://elsewhere.example' }))
    replica.publish('datasets', { content: Buffer.from(datasets(10)), modified: new Date(`${DATE}T05:00:00Z`) })
    const { run_id } = await go(context, DATE)
    const { steps, warnings } = (await context.documents.find<RunRecord>('runs', run_id))!
    expect(warnings).toEqual([])
    expect(steps[2]).toMatchObject({ name: 'check completeness', facts: { compared_with: null, violations: [] } })
  })
})

describe('the gate, over HTTP, as a real uData server fails', () => {
  const blank = (csv: string, column: string, every: number) => {
    const [header, ...records] = csv.trimEnd().split('\r\n')
    const at = header!.split(';').indexOf(`"${column}"`)
    const changed = records.map((record, index) => {
      const cells = record.split(';')
      if (index % every === 0) cells[at] = ''
      return cells.join(';')
    })
    return `${[header, ...changed].join('\r\n')}\r\n`
  }
  const followed =
    ORGANIZATION_HEADER + Array.from({ length: 40 }, (_, i) => row(`o${i}`, `Name ${i}`, 's', 99 - i)).join('')

  test.each([
    ...['id', 'title', 'tags', 'description', 'organization_id', 'metric.followers'].flatMap((column) =>
      [1, 2].map((every) => ['datasets', column, every] as const),
    ),
    ...['id', 'name', 'metric.followers'].flatMap((column) =>
      [1, 2].map((every) => ['organizations', column, every] as const),
    ),
  ])('refuses %s whose %s is blank in every record or every second one (%d)', async (name, column, every) => {
    const context = await onPortal(LAST, datasets(100), followed)
    await go(context, LAST)
    const broken = blank(name === 'datasets' ? datasets(100) : followed, column, every)
    replica.publish(name, { content: Buffer.from(broken), modified: new Date(`${DATE}T05:00:00Z`) })
    const next = { ...context, clock: () => new Date(`${DATE}T16:00:00Z`) }
    await expect(go(next, DATE)).rejects.toMatchObject({ kind: column === 'id' ? 'contract' : 'gate' })
    expect(await next.documents.ids('tops')).toEqual([`mobilite-transport/${LAST}`])
  })

  test('judges each source for itself: a local file is published with a warning, beside a portal that is fine', async () => {
    const context = await onPortal(LAST, datasets(100), followed)
    await go(context, LAST)
    const next = { ...context, clock: () => new Date(`${DATE}T16:00:00Z`), warnings: context.warnings }
    const file = await writeTestFile(context.folder, 'few.csv', datasets(10))
    await go(next, DATE, { sources: { datasets: file } })
    expect(context.warnings.at(-1)).toMatch(
      /^publishing from a local file that looks incomplete or too old: 10 datasets where/,
    )
    replica.publish('organizations', { content: Buffer.from(ORGANIZATIONS), modified: new Date(`${DATE}T05:00:00Z`) })
    await expect(go(next, DATE, { sources: { datasets: file } })).rejects.toMatchObject({
      kind: 'gate',
      message: expect.not.stringContaining('10 datasets'),
    })
  })

  test('refuses an incomplete export from an address given by hand', async () => {
    const context = await onPortal(LAST, datasets(100), followed)
    await go(context, LAST)
    replica.publish('datasets', { content: Buffer.from(datasets(10)), modified: new Date(`${DATE}T05:00:00Z`) })
    const next = { ...context, clock: () => new Date(`${DATE}T16:00:00Z`) }
    const sources = { datasets: `${replica.url}/file/datasets`, organizations: `${replica.url}/file/organizations` }
    await expect(go(next, DATE, { sources })).rejects.toMatchObject({ kind: 'gate' })
  })

  test('refuses a small portal without followers once, and lets it pass after --accept-incomplete', async () => {
    const none = organizationsCsv([['o1', 'Un', 0]])
    const context = await onPortal(LAST, datasets(10), none)
    await expect(go(context, LAST)).rejects.toMatchObject({ kind: 'gate' })
    await go(context, LAST, { acceptIncomplete: true })
    expect((await go(context, LAST)).status).toBe('unchanged')
    replica.publish('datasets', { content: Buffer.from(datasets(11)), modified: new Date(`${DATE}T05:00:00Z`) })
    const next = { ...context, clock: () => new Date(`${DATE}T16:00:00Z`) }
    expect((await go(next, DATE)).status).toBe('published')
    expect(context.warnings.at(-1)).toBe(`no organization has a follower, as in the snapshot of ${LAST}`)
  })
})

describe('a snapshot that the store fails to read', () => {
  /** A context whose archive fails to read one object, as after an HTTP 500 or with the wrong permissions. */
  function withUnreadable(context: TestContext, key: string): TestContext {
    const archive = Object.create(context.archive, {
      read: {
        value: (wanted: string, range?: { start: number; end: number }) => {
          if (wanted === key) throw new Failure('store', `cannot read ${key}: permission denied`)
          return context.archive.read(wanted, range)
        },
      },
    })
    return { ...context, archive }
  }

  test('is not replaced by what the portal has now', async () => {
    const context = await onPortal(LAST)
    await go(context, LAST)
    const before = await readFolder(join(context.folder, 'datagouv'))
    const later = { ...context, clock: () => new Date(`${DATE}T16:00:00Z`) }
    const unreadable = withUnreadable(later, `snapshots/${LAST}/snapshot.json`)
    for (const step of [run, archive, publish])
      await expect(step(of(unreadable, LAST), unreadable)).rejects.toMatchObject({ kind: 'store' })
    expect(await readFolder(join(context.folder, 'datagouv'))).toEqual(before)
  })

  test('does not let the gate be skipped', async () => {
    const context = await onPortal(LAST)
    await go(context, LAST)
    replica.publish('datasets', { content: Buffer.from(datasets(10)), modified: new Date(`${DATE}T05:00:00Z`) })
    const later = { ...context, clock: () => new Date(`${DATE}T16:00:00Z`) }
    const unreadable = withUnreadable(later, `snapshots/${LAST}/snapshot.json`)
    await expect(go(unreadable, DATE)).rejects.toMatchObject({ kind: 'store' })
    expect(await later.documents.ids('tops')).toEqual([`mobilite-transport/${LAST}`])
  })
})

describe('problems found by attacks', () => {
  test('another setting columns between the steps changes nothing: the names found are stored with the snapshot', async () => {
    const context = await testContextWith('')
    await run(await createRunRequest(context, datasets(4), ORGANIZATIONS), context)
    const before = await readFolder(join(context.folder, 'datagouv'))
    const mapped = await testContextWith('columns: { datasets: { title: description } }', context.folder)
    await archive(of(mapped), mapped)
    await publish(of(context), context)
    expect(await readFolder(join(context.folder, 'datagouv'))).toEqual(before)
  })

  test('a CSV made with other column names is not published', async () => {
    const context = await testContextWith('')
    await run(await createRunRequest(context, datasets(4), ORGANIZATIONS), context)
    await edit(join(context.folder, DESCRIPTION), (description) => ({
      ...description,
      'urn:datagouv-tops:column_names': { title: 'description' },
    }))
    await expect(publish(of(context), context)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/made with other column names/),
    })
  })

  test('the same bytes with a new date are a new publication, and never too old', async () => {
    const context = await onPortal('2026-09-02')
    await go(context, '2026-09-02')
    replica.publish('datasets', { content: Buffer.from(datasets(100)), modified: new Date(`${DATE}T05:00:00Z`) })
    replica.publish('organizations', { content: Buffer.from(ORGANIZATIONS), modified: new Date(`${DATE}T05:00:00Z`) })
    const later = { ...context, clock: () => new Date(`${DATE}T16:00:00Z`) }
    await go(later, DATE)
    expect(context.warnings.join('\n')).not.toMatch(/has published nothing new since/)
    const edition = await later.documents.find<Edition>('tops', EDITION)
    expect(edition!.source.organizations.last_modified).toBe(`${DATE}T05:00:00.000Z`)
  })

  test('a second run of the first date is judged against the first', async () => {
    const context = await onPortal(DATE)
    await go(context, DATE)
    replica.publish('datasets', { content: Buffer.from(datasets(10)), modified: new Date(`${DATE}T06:00:00Z`) })
    await expect(go(context, DATE)).rejects.toMatchObject({ kind: 'gate' })
  })

  test('records that are repeated do not hide that others are lost', async () => {
    const context = await onPortal(LAST)
    await go(context, LAST)
    const half = datasets(50)
    const doubled = half + half.slice(half.indexOf('\r\n') + 2)
    replica.publish('datasets', { content: Buffer.from(doubled), modified: new Date(`${DATE}T05:00:00Z`) })
    const later = { ...context, clock: () => new Date(`${DATE}T16:00:00Z`) }
    await expect(go(later, DATE)).rejects.toMatchObject({ kind: 'gate' })
  })

  test('a run of one watch that replaces the snapshot warns of the editions of the others', async () => {
    const watches = 'watches: [{ name: a, terms: [vélo] }, { name: b, terms: [mobilité] }]'
    const context = await testContextWith(watches)
    await run(await createRunRequest(context, datasets(4), ORGANIZATIONS), context)
    const request = await createRunRequest(context, datasets(6), ORGANIZATIONS)
    await run({ ...request, watches: context.config.watches.slice(1) }, context)
    expect(context.warnings).toEqual([
      expect.stringMatching(/^the edition of a was made from the snapshot that this run replaces/),
    ])
  })

  test.each(['http://', 'http://[::1', 'http://h:99999/', 'file://host/x', 'file:///a%2Fb', 'file:///%zz'])(
    'the address %s given by hand is a usage error',
    async (datasets) => {
      const context = await testContextWith('')
      await expect(go(context, DATE, { sources: { datasets } })).rejects.toMatchObject({ kind: 'usage' })
    },
  )
})

const testContextWith = (config: string, folder?: string) => openTestContext(undefined, config, folder)
