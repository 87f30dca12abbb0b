import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { type Fault, type Replica, type ReplicaOptions, type Seen, startReplica } from '../../src/demo/replica.ts'
import type { Edition } from '../../src/editions/edition.ts'
import type { Failure } from '../../src/errors.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import type { RunRecord } from '../../src/runs/record.ts'
import {
  contents,
  DATASET_HEADER,
  datasetsCsv,
  ORGANIZATION_HEADER,
  organizationsCsv,
  row,
} from '../helpers/exports.ts'
import { DATE, type TestWorld, testWorld } from '../helpers/world.ts'

const EDITION = `mobilite-transport/${DATE}`
const MODIFIED = new Date('2026-11-18T05:00:00Z')
const many = (size: number) =>
  datasetsCsv(
    Array.from({ length: size }, (_, i) => ({
      id: `d${i}`,
      title: i % 2 ? 'Mobilité' : 'Budget',
      organization: `o${i % 5}`,
    })),
  )
/** Some 200 kB, so that there is something to cut. */
const DATASETS = many(4_000)
const ORGANIZATIONS = organizationsCsv(Array.from({ length: 40 }, (_, i) => [`o${i}`, `Name ${i}`, 100 - i] as const))
const FILES = {
  datasets: { content: Buffer.from(DATASETS), modified: MODIFIED },
  organizations: { content: Buffer.from(ORGANIZATIONS), modified: MODIFIED },
}
/** Quick, so that no test waits. */
const QUICK = `connect_timeout: 300ms
headers_timeout: 300ms
stall_timeout: 300ms
retries: 2
retry_pause: 1ms
`

let replica: Replica
afterEach(() => replica?.close())

async function start(options: Partial<ReplicaOptions> = {}, settings = '', now = `${DATE}T16:00:00Z`, folder?: string) {
  replica = await startReplica({ files: FILES, ...options })
  return testWorld(now, `portal: ${replica.url}\n${QUICK}${settings}`, folder)
}

const go = (world: TestWorld, date = DATE, more = {}) => run({ date, watches: world.config.watches, ...more }, world)

const files = async (world: TestWorld) => [
  ...(await contents(join(world.folder, 'datagouv')).catch(() => new Map())).keys(),
]

/** The fault holds for the first so many requests that it fits. */
function times(count: number, fits: (seen: Seen) => boolean, fault: Fault): NonNullable<ReplicaOptions['fault']> {
  let left = count
  return (seen) => (fits(seen) && left-- > 0 ? fault : undefined)
}
const always = (fits: (seen: Seen) => boolean, fault: Fault) => times(Number.POSITIVE_INFINITY, fits, fault)
const catalogue = ({ path }: Seen) => path === 'catalogue'
const latest = ({ path, name }: Seen) => path === 'latest' && name === 'datasets'
const file = ({ path, name }: Seen) => path === 'file' && name === 'datasets'
const organizations = ({ path, name }: Seen) => path === 'file' && name === 'organizations'

describe('a run gets over', () => {
  const rows: [title: string, options: Partial<ReplicaOptions>, requests?: number][] = [
    ['nothing at all', {}, 1],
    ['a catalogue that answers 503 once', { fault: times(1, catalogue, { status: 503 }) }],
    [
      'a catalogue that answers 429 with Retry-After',
      { fault: times(1, catalogue, { status: 429, headers: { 'retry-after': '0' } }) },
    ],
    [
      'a Retry-After that is a date in the past',
      { fault: times(1, file, { status: 503, headers: { 'retry-after': 'Wed, 18 Nov 2020 16:00:00 GMT' } }) },
      2,
    ],
    ['a catalogue that resets the connection twice', { fault: times(2, catalogue, { reset: true }) }],
    ['a catalogue that does not answer at first', { fault: times(1, catalogue, { silent: true }) }],
    ['a redirect that fails at first', { fault: times(1, latest, { status: 500 }) }, 1],
    ['a file that answers 500 twice', { fault: times(2, file, { status: 500 }) }, 3],
    ['a file that resets before it answers', { fault: times(1, file, { reset: true }) }, 2],
    ['a connection that drops, with ranges honoured', { fault: times(1, file, { dropAfter: 100_000 }) }, 2],
    ['a connection that drops at the first byte', { fault: times(1, file, { dropAfter: 1 }) }, 2],
    ['a connection that drops twice', { fault: times(2, file, { dropAfter: 60_000 }) }, 3],
    [
      'a connection that drops, with ranges ignored',
      {
        fault: (seen) =>
          file(seen)
            ? replica.seen.filter(file).length > 1
              ? { ignoreRange: true }
              : { dropAfter: 50_000 }
            : undefined,
      },
      2,
    ],
    ['a body that stalls', { fault: times(1, file, { stallAfter: 70_000 }) }, 2],
    ['a body that trickles', { fault: always(file, { trickle: 4_000 }) }, 1],
    ['an answer without a length', { fault: always(file, { chunked: true }) }, 1],
    [
      'a drop without any validator: it is fetched anew',
      {
        fault: (seen) =>
          file(seen)
            ? { anonymous: true, ...(replica.seen.filter(file).length === 1 && { dropAfter: 50_000 }) }
            : undefined,
      },
    ],
    ['an answer without ETag and Last-Modified', { fault: always(file, { anonymous: true }) }, 1],
    [
      'a catalogue without sizes and checksums',
      { catalogue: (said) => ({ resources: said.resources.map(({ filesize: _f, checksum: _c, ...rest }) => rest) }) },
      1,
    ],
    [
      'a catalogue without the marks of exports: the known ids serve',
      { catalogue: (said) => ({ resources: said.resources.map((one) => ({ ...one, extras: {} })) }) },
      1,
    ],
    [
      'a catalogue without latest: url serves',
      { catalogue: (said) => ({ resources: said.resources.map(({ latest: _, ...rest }) => rest) }) },
      1,
    ],
    [
      'a checksum of a kind that it does not know',
      {
        catalogue: (said) => ({
          resources: said.resources.map((one) => ({ ...one, checksum: { type: 'md5', value: 'x' } })),
        }),
      },
      1,
    ],
    [
      'a file that comes as gzip although plain bytes were asked for',
      {
        fault: always(file, {
          body: gzipSync(DATASETS),
          headers: { 'content-encoding': 'gzip', 'content-length': String(gzipSync(DATASETS).length) },
        }),
      },
      1,
    ],
    ['metadata of the export before: the second look has the new ones', { catalogue: staleOnce() }],
  ]
  test.each(rows)('%s', async (_, options, requests) => {
    const world = await start(options)
    const result = await go(world)
    expect(result.published).toMatchObject([{ datasets: 2_000 }])
    const edition = (await world.documents.find<Edition>('tops', EDITION))!
    expect(edition.source.datasets).toMatchObject({
      url: `${replica.url}/file/datasets`,
      records: 4_000,
      bytes: Buffer.byteLength(DATASETS),
    })
    expect(await files(world)).toHaveLength(5)
    if (requests !== undefined) expect(replica.seen.filter(file)).toHaveLength(requests)
  })

  /** The first answer of the catalogue states the checksums of older files. */
  function staleOnce(): NonNullable<ReplicaOptions['catalogue']> {
    let first = true
    return (said) => {
      if (!first) return said
      first = false
      return { resources: said.resources.map((one) => ({ ...one, checksum: { type: 'sha1', value: '0'.repeat(40) } })) }
    }
  }

  test('a drop during which the export is replaced: it starts again with the new one', async () => {
    const world = await start({
      fault: (seen) => {
        if (!file(seen)) return undefined
        if (replica.seen.filter(file).length === 1) return { dropAfter: 50_000 }
        replica.publish('datasets', { content: Buffer.from(many(5_000)), modified: new Date('2026-11-18T06:00:00Z') })
        return undefined
      },
    })
    const { snapshot } = await go(world)
    expect(snapshot!.datasets.records).toBe(5_000)
    expect(world.warnings.join('\n')).toMatch(
      /changed while it was fetched; it may just have been replaced, so it is fetched once more/,
    )
  })

  test('a slow portal that trickles longer than the stall time-out, since bytes keep coming', async () => {
    const world = await start({ fault: always(file, { trickle: 200 }) })
    expect((await go(world)).status).toBe('published')
  })
})

describe('nothing is published, nothing stays, and one line says why, for', () => {
  const csv = (text: string): Partial<ReplicaOptions> => ({
    files: { ...FILES, datasets: { content: Buffer.from(text), modified: MODIFIED } },
  })
  const orgs = (text: string | Buffer): Partial<ReplicaOptions> => ({
    files: { ...FILES, organizations: { content: Buffer.from(text as string), modified: MODIFIED } },
  })
  const rows: [
    title: string,
    options: Partial<ReplicaOptions>,
    kind: Failure['kind'],
    message: RegExp,
    requests?: number,
  ][] = [
    [
      'a catalogue that keeps answering 503',
      { fault: always(catalogue, { status: 503 }) },
      'portal',
      /answers 503; gave up after 3 tries, nothing was published/,
    ],
    [
      'a catalogue that is not there',
      { fault: always(catalogue, { status: 404 }) },
      'portal',
      /answers 404; check the address/,
      0,
    ],
    ['a catalogue that is forbidden', { fault: always(catalogue, { status: 403 }) }, 'portal', /answers 403/, 0],
    [
      'a catalogue that is HTML',
      { fault: always(catalogue, { body: '<html>maintenance</html>' }) },
      'portal',
      /is not JSON \(it begins with "<html>maintenance<\/html>"\)/,
    ],
    [
      'a catalogue that is JSON of another kind',
      { catalogue: () => ['no'] },
      'portal',
      /lists no resources; is ".*" a uData portal\?/,
    ],
    [
      'a catalogue with resources of odd types',
      { catalogue: () => ({ resources: [null, 3, 'x', [], { extras: 'no' }] }) },
      'portal',
      /has no datasets export: 1 resource, no export/,
    ],
    [
      'a catalogue that lists one of the two',
      { catalogue: ({ resources }) => ({ resources: resources.filter(({ title }) => title.includes('dataset')) }) },
      'portal',
      /has no organizations export: 1 resource, exports of "dataset". Set catalogue/,
    ],
    [
      'a catalogue whose address is no http address',
      {
        catalogue: ({ resources }) => ({
          resources: resources.map((one) => ({ ...one, url: 'file:///etc/passwd', latest: 'ftp://x' })),
        }),
      },
      'portal',
      /has no http address \("file:\/\/\/etc\/passwd"\)/,
    ],
    [
      'an address that is none',
      {
        catalogue: (said) => ({ resources: said.resources.map((one) => ({ ...one, latest: null, url: 'http://[' })) }),
      },
      'portal',
      /has no http address \("http:\/\/\["\)/,
    ],
    [
      'a catalogue that breaks off each time',
      { fault: always(catalogue, { dropAfter: 20 }) },
      'portal',
      /gave up after 3 tries/,
    ],
    [
      'a redirect loop',
      { fault: always(latest, { headers: { location: '/latest/datasets' } }) },
      'portal',
      /redirects more than 5 times/,
    ],
    [
      'a redirect to another scheme',
      { fault: always(latest, { headers: { location: 'file:///etc/passwd' } }) },
      'portal',
      /redirects to "file:\/\/\/etc\/passwd", which is not followed/,
    ],
    [
      'a redirect to nowhere',
      { fault: always(latest, { headers: { location: 'http://' } }) },
      'portal',
      /redirects to nowhere/,
    ],
    ['a file that is gone', { fault: always(file, { status: 410 }) }, 'portal', /answers 410/, 1],
    [
      'a file that keeps answering 500',
      { fault: always(file, { status: 500 }) },
      'portal',
      /answers 500; gave up after 3 tries/,
      3,
    ],
    [
      'a portal that asks to come back in an hour',
      { fault: always(file, { status: 503, headers: { 'retry-after': '3600' } }) },
      'portal',
      /answers 503 and asks to come back in 1 h 0 min/,
      1,
    ],
    [
      'a file that is empty of content',
      { fault: always(file, { status: 204 }) },
      'portal',
      /answers 204 where a file was expected/,
    ],
    [
      'a file that never answers',
      { fault: always(file, { silent: true }) },
      'portal',
      /no answer within 0.3 s; gave up after 3 tries/,
    ],
    ['a file that always resets', { fault: always(file, { reset: true }) }, 'portal', /gave up after 3 tries/, 3],
    [
      'a file that drops again and again',
      { fault: always(file, { dropAfter: 10 }) },
      'portal',
      /gave up after 3 tries/,
      3,
    ],
    [
      'a file that stalls again and again',
      { fault: always(file, { stallAfter: 10 }) },
      'portal',
      /no byte for 0.3 s; gave up after 3 tries/,
      3,
    ],
    [
      'an encoding that was not asked for',
      { fault: always(file, { headers: { 'content-encoding': 'br' } }) },
      'portal',
      /comes in the encoding br/,
    ],
    [
      'a checksum that is wrong, also the second time',
      {
        catalogue: ({ resources }) => ({
          resources: resources.map((one) => ({ ...one, checksum: { type: 'sha1', value: '0'.repeat(40) } })),
        }),
      },
      'portal',
      /organizations export is not the file that the catalogue describes: its sha1 is \w{40}, not 0{40}, also when it was fetched once more/,
    ],
    [
      'a size that is wrong, also the second time',
      {
        catalogue: ({ resources }) => ({ resources: resources.map((one) => ({ ...one, filesize: one.filesize + 1 })) }),
      },
      'portal',
      /its bytes is \d+, not \d+, also when it was fetched once more/,
    ],
    [
      'a file cut short, that says so itself',
      { fault: always(file, { body: DATASETS.slice(0, 100_001) }) },
      'portal',
      /datasets export is not the file .* its bytes is \d+, not \d+/,
    ],
    [
      'HTML in place of CSV',
      { catalogue: unstated, fault: always(file, { body: '<html>\n<p>no</p>\n' }) },
      'contract',
      /datasets export has no column "title"/,
    ],
    [
      'JSON in place of CSV',
      { catalogue: unstated, fault: always(file, { body: '{"a": 1}' }) },
      'contract',
      /datasets export, the header, line 1, column 2: a quote stands/,
    ],
    [
      'an empty file',
      { catalogue: unstated, fault: always(file, { body: '' }) },
      'contract',
      /datasets export is empty/,
    ],
    ['a header alone', csv(DATASET_HEADER), 'contract', /has a header but no record/],
    [
      'exports that are swapped',
      { files: { datasets: FILES.organizations, organizations: FILES.datasets } },
      'contract',
      /organizations export has no column "name"/,
    ],
    [
      'latin1',
      orgs(Buffer.from(ORGANIZATION_HEADER + row('o1', 'Région', 'x', 1), 'latin1')),
      'contract',
      /record 1, line 2, column 8: the bytes here are not UTF-8/,
    ],
    [
      'UTF-16',
      orgs(Buffer.from(`\ufeff${ORGANIZATIONS}`, 'utf16le')),
      'contract',
      /organizations export, the header, line 1, column 1: the bytes here are not UTF-8/,
    ],
    ['another separator', csv(DATASETS.replaceAll(';', ',')), 'contract', /text follows a closing quote/],
    [
      'a missing column',
      orgs(row('id', 'name', 'followers') + row('o1', 'Un', 1)),
      'contract',
      /no column "metric.followers" \(found: "id", "name", "followers"\); .* map it with the setting columns/,
    ],
    [
      'followers that are all zero',
      orgs(
        organizationsCsv([
          ['o1', 'Un', 0],
          ['o2', 'Deux', ''],
        ]),
      ),
      'gate',
      /no organization has a follower/,
    ],
    [
      'an export that was not renewed for months',
      { files: { ...FILES, datasets: { ...FILES.datasets, modified: new Date('2026-08-01T05:00:00Z') } } },
      'gate',
      /the datasets export was last modified on 2026-08-01, 108 days before/,
    ],
  ]
  test.each(rows)('%s', async (_, options, kind, message, requests) => {
    const world = await start(options)
    const failure: Failure = await go(world).then(
      () => expect.unreachable('it published'),
      (error) => error,
    )
    expect([failure.kind, failure.message]).toEqual([kind, expect.stringMatching(message)])
    expect(failure.message).not.toContain('\n')
    const kept = await files(world)
    expect(kept.filter((key) => !key.startsWith('refused/'))).toEqual([])
    expect(kept.length).toBe(kind === 'gate' ? 2 : 0)
    expect(await world.documents.list('tops')).toEqual([])
    if (requests !== undefined) expect(replica.seen.filter(file)).toHaveLength(requests)
  })

  /** A catalogue that states neither size nor checksum, as some portals do. */
  function unstated({ resources }: { resources: readonly object[] }) {
    return { resources: resources.map((one) => ({ ...one, filesize: null, checksum: null })) }
  }

  test('a portal that is not there', async () => {
    const world = await start()
    await replica.close()
    await expect(go(world)).rejects.toMatchObject({
      kind: 'portal',
      message: expect.stringMatching(/the connection is refused; gave up after 3 tries/),
    })
  })

  test('a file that grows larger than what is accepted when it is decompressed', async () => {
    const body = gzipSync(`${DATASETS}${'\r\n'.repeat(1 << 20)}`)
    const world = await start({ catalogue: unstated, fault: always(file, { body }) }, 'max_export_size: 1MiB\n')
    await expect(go(world)).rejects.toMatchObject({
      kind: 'contract',
      message: expect.stringMatching(/^cannot read the datasets export: it is larger than 1.05 MB \(max_export_size\)/),
    })
    expect(await files(world)).toEqual([])
  })

  test('a file that is larger than what is accepted', async () => {
    const world = await start({ fault: always(organizations, { chunked: true }) }, 'max_export_size: 100KiB\n')
    await expect(go(world)).rejects.toMatchObject({
      kind: 'contract',
      message: expect.stringMatching(/is larger than 102 kB/),
    })
  })
})

describe('the completeness gate', () => {
  /** A world with an accepted snapshot of the week before, and then these files. */
  async function secondWeek(datasets: string, organizations: string, settings = '') {
    const first = await start({}, settings, '2026-11-11T16:00:00Z')
    await go(first, '2026-11-11')
    replica.publish('datasets', { content: Buffer.from(datasets), modified: MODIFIED })
    replica.publish('organizations', { content: Buffer.from(organizations), modified: MODIFIED })
    return testWorld(`${DATE}T16:00:00Z`, `portal: ${replica.url}\n${QUICK}${settings}`, first.folder)
  }
  const fewer = (count: number) =>
    organizationsCsv(Array.from({ length: 40 - count }, (_, i) => [`o${i}`, `Name ${i}`, 100 - i] as const))

  test.each([
    [
      'half of the datasets',
      many(2_000),
      ORGANIZATIONS,
      /2,000 datasets where 2026-11-11 had 4,000: 50.0 % fewer \(gate_max_loss is 5 %\)/,
    ],
    ['a tenth of the organisations', DATASETS, fewer(4), /36 organizations where 2026-11-11 had 40: 10.0 % fewer/],
    [
      'a top organisation',
      DATASETS,
      ORGANIZATIONS.replace('"o3";"Name 3"', '"p3";"Name 3"'),
      /1 organization of the TOP of 2026-11-11 is gone: "Name 3" \(o3, rank 4\)/,
    ],
  ])(
    'refuses an export that lost %s, keeps it aside, and leaves last week as it was',
    async (_, datasets, orgs, message) => {
      const world = await secondWeek(datasets, orgs)
      await expect(go(world)).rejects.toMatchObject({ kind: 'gate', message: expect.stringMatching(message) })
      expect((await files(world)).filter((key) => key.includes(DATE))).toEqual([
        `refused/${DATE}/datasets.csv.gz`,
        `refused/${DATE}/organizations.csv.gz`,
      ])
      expect((await world.documents.list('tops')).map(({ _id }) => _id)).toEqual(['mobilite-transport/2026-11-11'])
    },
  )

  test('lets a small loss pass, and any loss that the setting allows', async () => {
    expect((await go(await secondWeek(many(3_900), ORGANIZATIONS))).status).toBe('published')
    await replica.close()
    expect((await go(await secondWeek(many(2_000), ORGANIZATIONS, 'gate_max_loss: 60%\n'))).status).toBe('published')
  })

  test('publishes what it doubts with --accept-incomplete, and the record says so', async () => {
    const world = await secondWeek(many(2_000), ORGANIZATIONS)
    expect((await go(world, DATE, { acceptIncomplete: true })).status).toBe('published')
    const [record] = await world.documents.list<{ _id: string; warnings: string[] }>('runs', {
      descending: true,
      limit: 1,
    })
    expect(record!.warnings.join()).toMatch(
      /published although incomplete, by --accept-incomplete: 2,000 datasets where/,
    )
  })
})

describe('an export that the portal has not renewed', () => {
  test('is not fetched a second time, and a new date is published from what is stored, with the fact recorded', async () => {
    const first = await start({}, '', '2026-11-11T16:00:00Z')
    await go(first, '2026-11-11')
    const world = await testWorld(`${DATE}T16:00:00Z`, `portal: ${replica.url}\n${QUICK}`, first.folder)
    expect((await go(world)).status).toBe('published')
    expect(replica.seen.filter(({ path }) => path === 'file')).toHaveLength(2)
    expect(world.warnings).toEqual(['the portal has not published since 2026-11-11: both exports are unchanged'])
    const [before, now] = await world.documents.list<Edition>('tops')
    expect(now!.source).toEqual(before!.source)
  })

  test('is skipped when the setting says so', async () => {
    const first = await start({}, '', '2026-11-11T16:00:00Z')
    await go(first, '2026-11-11')
    const world = await testWorld(
      `${DATE}T16:00:00Z`,
      `portal: ${replica.url}\n${QUICK}when_unchanged: skip\n`,
      first.folder,
    )
    expect(await go(world)).toMatchObject({ status: 'unchanged', summary: expect.stringMatching(/^skipped: /) })
    expect((await files(world)).filter((key) => key.includes(DATE))).toEqual([])
  })

  test('costs one conditional request each when the catalogue states no checksum', async () => {
    const unstated: ReplicaOptions['catalogue'] = ({ resources }) => ({
      resources: resources.map((one) => ({ ...one, checksum: null })),
    })
    const world = await start({ catalogue: unstated })
    await go(world)
    expect((await go(world)).status).toBe('unchanged')
    const conditional = replica.seen.filter(({ headers }) => headers['if-modified-since'] !== undefined && true)
    expect(conditional.filter(({ path }) => path === 'file')).toHaveLength(2)
  })

  test.each([
    ['cut', (path: string) => writeFile(path, 'x'), /datasets.csv.gz has 1 bytes, not \d+. Restore it from a backup/],
    [
      'damaged inside',
      async (path: string) => {
        const stored = await readFile(path)
        stored[stored.length >> 1]! ^= 1
        await writeFile(path, stored)
      },
      /^the stored datasets export of 2026-11-11 cannot be used \(.*\); it is fetched from the portal$/,
    ],
    ['gone', (path: string) => rm(path), /datasets.csv.gz is missing. Restore it from a backup/],
  ])('is fetched again when the stored one is %s, and a warning says so', async (how, damage, warning) => {
    const first = await start({}, '', '2026-11-11T16:00:00Z')
    await go(first, '2026-11-11')
    await damage(join(first.folder, 'datagouv/snapshots/2026-11-11/datasets.csv.gz'))
    const world = await testWorld(`${DATE}T16:00:00Z`, `portal: ${replica.url}\n${QUICK}`, first.folder)
    expect((await go(world)).published).toMatchObject([{ datasets: 2_000 }])
    expect(world.warnings).toEqual([expect.stringMatching(warning)])
    expect(await files(world)).toHaveLength(how === 'gone' ? 9 : 10)
  })

  test('is asked for on a past date with --refetch alone, and says so', async () => {
    const first = await start()
    await go(first)
    const world = await testWorld('2026-11-25T16:00:00Z', `portal: ${replica.url}\n${QUICK}`, first.folder)
    const before = replica.seen.length
    expect((await go(world)).status).toBe('unchanged')
    expect([replica.seen.length, world.warnings]).toEqual([before, []])
    await go(world, DATE, { refetch: true })
    expect(world.warnings).toEqual([
      `--refetch replaces the snapshot of ${DATE}; the portal's current export is used instead, also for an edition that exists`,
    ])
  })

  test('is asked for again on the same date, and nothing changes', async () => {
    const world = await start()
    await go(world)
    expect((await go(world)).status).toBe('unchanged')
    expect(replica.seen.filter(({ path }) => path === 'file')).toHaveLength(2)
  })
})

describe('columns', () => {
  test('that have another name are mapped, through every step', async () => {
    const organizations = row('id', 'title', 'followers') + row('o1', 'Un', 7)
    const settings = 'columns: { organizations: { name: title, metric.followers: followers } }\n'
    const world = await start(
      { files: { ...FILES, organizations: { content: Buffer.from(organizations), modified: MODIFIED } } },
      settings,
    )
    await go(world)
    const edition = await world.documents.find<Edition>('tops', EDITION)
    expect(edition!.organizations).toMatchObject([{ id: 'o1', name: 'Un', followers: 7 }])
  })

  test('that are new are fine, and the run record names them', async () => {
    const first = await start({}, '', '2026-11-11T16:00:00Z')
    await go(first, '2026-11-11')
    const wider = ORGANIZATIONS.replace(/^.*\r\n/, (header) => `"new";"newer";${header}`).replace(/^(?="o)/gm, '1;"x";')
    replica.publish('organizations', { content: Buffer.from(wider), modified: MODIFIED })
    const world = await testWorld(`${DATE}T16:00:00Z`, `portal: ${replica.url}\n${QUICK}`, first.folder)
    const { run_id } = await go(world)
    const record = await world.documents.find<RunRecord>('runs', run_id)
    expect(record!.steps[0]).toMatchObject({ name: 'read organizations', facts: { new_columns: ['new', 'newer'] } })
  })
})

test('says who asks', async () => {
  const world = await start()
  await go(world)
  expect(new Set(replica.seen.map(({ headers }) => headers['user-agent']))).toEqual(new Set(['datagouv-tops/0.1.0']))
})

test('tells each retry in one line, and the run record keeps it', async () => {
  const world = await start({ fault: times(1, file, { dropAfter: 100_000 }) })
  const { run_id } = await go(world)
  expect((await world.documents.find<RunRecord>('runs', run_id))!.warnings).toEqual(world.warnings)
  expect(world.warnings).toEqual([
    expect.stringMatching(/^http:\S+\/file\/datasets: .*; trying again in 0\.0 s \(1 of 2\)$/),
  ])
})
