import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import type { Edition } from '../../src/editions/edition.ts'
import { Failure } from '../../src/errors.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import type { RunRecord } from '../../src/runs/record.ts'
import { VERSION } from '../../src/version.ts'
import { DATE, openTestContext, type TestContext } from '../helpers/context.ts'
import {
  DATASET_HEADER,
  datasetsCsv,
  flipBit,
  ORGANIZATION_HEADER,
  organizationsCsv,
  readFolder,
  row,
} from '../helpers/exports.ts'
import {
  type Fault,
  type Replica,
  type ReplicaFile,
  type ReplicaOptions,
  type ReplicaRequest,
  startReplica,
} from '../helpers/replica.ts'

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
/** Some 200 kB, so that a connection can drop in the middle. */
const DATASETS = many(4_000)
const ORGANIZATIONS = organizationsCsv(Array.from({ length: 40 }, (_, i) => [`o${i}`, `Name ${i}`, 100 - i] as const))
const FILES = {
  datasets: { content: Buffer.from(DATASETS), modified: MODIFIED },
  organizations: { content: Buffer.from(ORGANIZATIONS), modified: MODIFIED },
}
/** Short, so that no test waits. */
const SHORT_TIMEOUTS = `connect_timeout: 300ms
headers_timeout: 300ms
stall_timeout: 300ms
retries: 2
retry_pause: 1ms
`

let replica: Replica
afterEach(() => replica?.close())

async function start(options: Partial<ReplicaOptions> = {}, settings = '', now = `${DATE}T16:00:00Z`, folder?: string) {
  replica = await startReplica({ files: FILES, ...options })
  return openTestContext(now, `portal: ${replica.url}\n${SHORT_TIMEOUTS}${settings}`, folder)
}

const publish = (context: TestContext, date = DATE, more = {}) =>
  run({ date, watches: context.config.watches, ...more }, context)

const files = async (context: TestContext) => [
  ...(await readFolder(join(context.folder, 'datagouv')).catch(() => new Map())).keys(),
]

/** Applies a fault to the first `count` matching requests. */
function times(
  count: number,
  matches: (seen: ReplicaRequest) => boolean,
  fault: Fault,
): NonNullable<ReplicaOptions['fault']> {
  let left = count
  return (seen) => (matches(seen) && left-- > 0 ? fault : undefined)
}
const always = (matches: (seen: ReplicaRequest) => boolean, fault: Fault) =>
  times(Number.POSITIVE_INFINITY, matches, fault)
const catalogue = ({ path }: ReplicaRequest) => path === 'catalogue'
const latest = ({ path, name }: ReplicaRequest) => path === 'latest' && name === 'datasets'
const file = ({ path, name }: ReplicaRequest) => path === 'file' && name === 'datasets'
const organizations = ({ path, name }: ReplicaRequest) => path === 'file' && name === 'organizations'

describe('a run succeeds despite', () => {
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
    ['a catalogue that at first does not answer', { fault: times(1, catalogue, { silent: true }) }],
    ['a redirect that at first fails', { fault: times(1, latest, { status: 500 }) }, 1],
    ['a file that answers 500 twice', { fault: times(2, file, { status: 500 }) }, 3],
    ['a file that resets before it answers', { fault: times(1, file, { reset: true }) }, 2],
    ['a dropped connection, with support for ranges', { fault: times(1, file, { dropAfter: 100_000 }) }, 2],
    ['a connection that drops after the first byte', { fault: times(1, file, { dropAfter: 1 }) }, 2],
    ['a connection that drops twice', { fault: times(2, file, { dropAfter: 60_000 }) }, 3],
    [
      'a dropped connection, without support for ranges',
      {
        fault: (seen) =>
          file(seen)
            ? replica.requests.filter(file).length > 1
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
      'a dropped connection without validators, by a new download',
      {
        fault: (seen) =>
          file(seen)
            ? { omitValidators: true, ...(replica.requests.filter(file).length === 1 && { dropAfter: 50_000 }) }
            : undefined,
      },
    ],
    ['an answer without ETag and Last-Modified', { fault: always(file, { omitValidators: true }) }, 1],
    [
      'a catalogue without sizes and checksums',
      {
        catalogue: (metadata) => ({
          resources: metadata.resources.map(({ filesize: _f, checksum: _c, ...rest }) => rest),
        }),
      },
      1,
    ],
    [
      'a catalogue without the marks of exports, by their known ids',
      { catalogue: (metadata) => ({ resources: metadata.resources.map((one) => ({ ...one, extras: {} })) }) },
      1,
    ],
    [
      'a catalogue without "latest", by "url"',
      { catalogue: (metadata) => ({ resources: metadata.resources.map(({ latest: _, ...rest }) => rest) }) },
      1,
    ],
    [
      'a checksum of an unknown kind',
      {
        catalogue: (metadata) => ({
          resources: metadata.resources.map((one) => ({ ...one, checksum: { type: 'md5', value: 'x' } })),
        }),
      },
      1,
    ],
    [
      'a file sent as gzip despite "accept-encoding: identity"',
      {
        fault: always(file, {
          body: gzipSync(DATASETS),
          headers: { 'content-encoding': 'gzip', 'content-length': String(gzipSync(DATASETS).length) },
        }),
      },
      1,
    ],
    ['a file that is deleted after the redirect named it', { fault: times(1, file, { status: 404 }) }, 2],
    [
      'a file that is deleted while its download is resumed',
      {
        fault: (seen) => {
          const number = file(seen) ? replica.requests.filter(file).length : 0
          return number === 1 ? { dropAfter: 50_000 } : number === 2 ? { status: 404 } : undefined
        },
      },
      3,
    ],
    ['a "latest" that answers 404, by "url"', { fault: always(latest, { status: 404 }) }, 1],
    ['a "latest" that answers 410, by "url"', { fault: always(latest, { status: 410 }) }, 1],
    ['a chain of 10 redirects', { fault: times(9, latest, { headers: { location: '/latest/datasets' } }) }, 1],
    ['outdated metadata, by reading the catalogue again', { catalogue: staleOnce() }],
  ]
  test.each(rows)('%s', async (_, options, requests) => {
    const context = await start(options)
    const result = await publish(context)
    expect(result.published).toMatchObject([{ datasets: 2_000 }])
    const edition = (await context.documents.find<Edition>('tops', EDITION))!
    expect(edition.source.datasets).toMatchObject({
      url: `${replica.url}/file/datasets`,
      records: 4_000,
      bytes: Buffer.byteLength(DATASETS),
    })
    expect(await files(context)).toHaveLength(5)
    if (requests !== undefined) expect(replica.requests.filter(file)).toHaveLength(requests)
  })

  /** Puts the checksums of older files into the first response of the catalogue. */
  function staleOnce(): NonNullable<ReplicaOptions['catalogue']> {
    let first = true
    return (metadata) => {
      if (!first) return metadata
      first = false
      return {
        resources: metadata.resources.map((one) => ({ ...one, checksum: { type: 'sha1', value: '0'.repeat(40) } })),
      }
    }
  }

  test('an export that is replaced during the download, by downloading the new one', async () => {
    const context = await start({
      fault: (seen) => {
        if (!file(seen)) return undefined
        if (replica.requests.filter(file).length === 1) return { dropAfter: 50_000 }
        replica.publish('datasets', { content: Buffer.from(many(5_000)), modified: new Date('2026-11-18T06:00:00Z') })
        return undefined
      },
    })
    const { snapshot } = await publish(context)
    expect(snapshot!.datasets.records).toBe(5_000)
    expect(context.warnings.join('\n')).toMatch(
      /it changed during the download; it may just have been replaced, so this run fetches it again/,
    )
  })

  test('a download that takes longer than the stall time-out, as long as bytes arrive', async () => {
    const context = await start({ fault: always(file, { trickle: 200 }) })
    expect((await publish(context)).status).toBe('published')
  })
})

describe('a run fails in one line, and publishes and leaves nothing, for', () => {
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
      /it answers 503 \(3 attempts\); nothing was published/,
    ],
    [
      'a missing catalogue',
      { fault: always(catalogue, { status: 404 }) },
      'portal',
      /it answers 404, which a retry will not change. Check the settings portal/,
      0,
    ],
    ['a catalogue that is forbidden', { fault: always(catalogue, { status: 403 }) }, 'portal', /answers 403/, 0],
    [
      'a catalogue in HTML',
      { fault: always(catalogue, { body: '<html>maintenance</html>' }) },
      'portal',
      /is not JSON \(it starts with "<html>maintenance<\/html>"\)/,
    ],
    [
      'a catalogue that is JSON of another kind',
      { catalogue: () => ['no'] },
      'portal',
      /it lists no resources. Is ".*" a uData portal\?/,
    ],
    [
      'a catalogue with resources of odd types',
      { catalogue: () => ({ resources: [null, 3, 'x', [], { extras: 'no' }] }) },
      'portal',
      /cannot find the datasets export: \S+ lists 1 resource, none with the extra csv-export:model/,
    ],
    [
      'a catalogue that lists one of the two',
      { catalogue: ({ resources }) => ({ resources: resources.filter(({ title }) => title.includes('dataset')) }) },
      'portal',
      /cannot find the organizations export: \S+ lists 1 resource, exports of "dataset". Set catalogue/,
    ],
    [
      'a catalogue without http addresses',
      {
        catalogue: ({ resources }) => ({
          resources: resources.map((one) => ({ ...one, url: 'file:///etc/passwd', latest: 'ftp://x' })),
        }),
      },
      'portal',
      /has no http address for it \("file:\/\/\/etc\/passwd"\)/,
    ],
    [
      'a catalogue with an invalid address',
      {
        catalogue: (metadata) => ({
          resources: metadata.resources.map((one) => ({ ...one, latest: null, url: 'http://[' })),
        }),
      },
      'portal',
      /has no http address for it \("http:\/\/\["\)/,
    ],
    [
      'a catalogue that breaks off each time',
      { fault: always(catalogue, { dropAfter: 20 }) },
      'portal',
      /\(3 attempts\)/,
    ],
    [
      'a redirect loop',
      { fault: always(latest, { headers: { location: '/latest/datasets' } }) },
      'portal',
      /redirects more than 10 times/,
    ],
    [
      'a redirect to another scheme',
      { fault: always(latest, { headers: { location: 'file:///etc/passwd' } }) },
      'portal',
      /"file:\/\/\/etc\/passwd" is not a safe address/,
    ],
    [
      'a redirect without an address',
      { fault: always(latest, { headers: { location: 'http://' } }) },
      'portal',
      /cannot follow the redirect of \S+: "http:\/\/" is not an address/,
    ],
    [
      'a deleted file',
      { fault: always(file, { status: 410 }) },
      'portal',
      /^cannot fetch \S+\/file\/datasets: it answers 410, even after 3 downloads; nothing was published/,
      3,
    ],
    [
      'a file that keeps answering 500',
      { fault: always(file, { status: 500 }) },
      'portal',
      /answers 500 \(3 attempts\)/,
      3,
    ],
    [
      'a portal that asks to wait an hour',
      { fault: always(file, { status: 503, headers: { 'retry-after': '3600' } }) },
      'portal',
      /it answers 503 and asks to wait 1 h 0 min/,
      1,
    ],
    [
      'a response without content',
      { fault: always(file, { status: 204 }) },
      'portal',
      /it answers 204 instead of a file/,
    ],
    [
      'a file that never answers',
      { fault: always(file, { silent: true }) },
      'portal',
      /no answer within 0.3 s \(3 attempts\)/,
    ],
    ['a file that always resets', { fault: always(file, { reset: true }) }, 'portal', /\(3 attempts\)/, 3],
    ['a file that drops again and again', { fault: always(file, { dropAfter: 10 }) }, 'portal', /\(3 attempts\)/, 3],
    [
      'a file that stalls again and again',
      { fault: always(file, { stallAfter: 10 }) },
      'portal',
      /no byte for 0.3 s \(3 attempts\)/,
      3,
    ],
    [
      'a file that trickles',
      { fault: always(file, { trickle: 1, trickleMs: 20 }) },
      'portal',
      /only \d+ bytes in 0\.3 s, less than 1 kB a second \(min_rate\) \(3 attempts\)/,
      3,
    ],
    [
      'a catalogue that trickles',
      { fault: always(catalogue, { trickle: 1, trickleMs: 20 }) },
      'portal',
      /only \d+ bytes in 0\.3 s, less than 1 kB a second \(min_rate\) \(3 attempts\)/,
    ],
    [
      'a catalogue of a thousand other exports, of which it names five',
      {
        catalogue: ({ resources }) => ({
          resources: Array.from({ length: 1_000 }, (_, i) => ({
            ...resources[0]!,
            extras: { 'csv-export:model': `model\u001b[31m${i}` },
          })),
        }),
      },
      'portal',
      /lists 1,000 resources, exports of "model\\u001b\[31m0", .*"model\\u001b\[31m4" and 995 more\. Set catalogue/,
    ],
    [
      'a catalogue larger than metadata are',
      {
        catalogue: ({ resources }) => ({
          resources: Array.from({ length: 20_000 }, () => ({ ...resources[0]!, extras: {} })),
        }),
      },
      'portal',
      /it is larger than 2\.1 MB/,
    ],
    [
      'a broken file that is not the one of the catalogue either',
      { fault: always(file, { body: `${DATASETS}"x` }) },
      'portal',
      /datasets export is not the file .* it has \d+ bytes, not \d+, even after a second download/,
      2,
    ],
    [
      'a broken file of the right size that is not the one of the catalogue',
      { fault: always(file, { body: DATASETS.replace('"', 'x') }) },
      'portal',
      /datasets export is not the file .* its sha1 is \w+, not \w+, even after a second download/,
      2,
    ],
    [
      'a NUL byte, with the id of its record',
      csv(DATASETS.replace('Mobilité', 'Mobi\0lité')),
      'contract',
      /record 2, line 3, column \d+: a NUL byte in the record with the id "d1"; nothing was published\. Correct the record "d1" on the portal, or run with a corrected copy/,
    ],
    [
      'an unsupported encoding',
      { fault: always(file, { headers: { 'content-encoding': 'br' } }) },
      'portal',
      /sent in the unsupported encoding "br"/,
    ],
    [
      'a checksum that is wrong twice',
      {
        catalogue: ({ resources }) => ({
          resources: resources.map((one) => ({ ...one, checksum: { type: 'sha1', value: '0'.repeat(40) } })),
        }),
      },
      'portal',
      /organizations export is not the file that the catalogue describes: its sha1 is \w{40}, not 0{40}, even after a second download/,
    ],
    [
      'a size that is wrong twice',
      {
        catalogue: ({ resources }) => ({ resources: resources.map((one) => ({ ...one, filesize: one.filesize + 1 })) }),
      },
      'portal',
      /it has \d+ bytes, not \d+, even after a second download/,
    ],
    [
      'a file cut short, with a matching length header',
      { fault: always(file, { body: DATASETS.slice(0, 100_001) }) },
      'portal',
      /datasets export is not the file .* it has \d+ bytes, not \d+/,
    ],
    [
      'HTML instead of CSV',
      { catalogue: withoutFacts, fault: always(file, { body: '<html>\n<p>no</p>\n' }) },
      'contract',
      /datasets export has no column "title"/,
    ],
    [
      'JSON instead of CSV',
      { catalogue: withoutFacts, fault: always(file, { body: '{"a": 1}' }) },
      'contract',
      /datasets export, the header, line 1, column 2: a quote inside/,
    ],
    [
      'an empty file',
      { catalogue: withoutFacts, fault: always(file, { body: '' }) },
      'contract',
      /datasets export is empty/,
    ],
    ['a header without records', csv(DATASET_HEADER), 'contract', /has a header but no record/],
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
      /record 1, line 2, column 8: invalid UTF-8/,
    ],
    [
      'UTF-16',
      orgs(Buffer.from(`\ufeff${ORGANIZATIONS}`, 'utf16le')),
      'contract',
      /organizations export, the header, line 1, column 1: invalid UTF-8/,
    ],
    [
      'another separator',
      csv(DATASETS.replaceAll(';', ',')),
      'contract',
      /line 1, column 5: a comma \(","\) separates the fields/,
    ],
    [
      'a missing column',
      orgs(row('id', 'name', 'followers') + row('o1', 'Un', 1)),
      'contract',
      /no column "metric.followers" \(found: "id", "name", "followers"\); .* map it with the setting columns/,
    ],
    [
      'organizations without followers',
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
      /the datasets export was last modified on 2026-08-01, 108 days before the edition's date/,
    ],
  ]
  test.each(rows)('%s', async (_, options, kind, message, requests) => {
    const context = await start(options)
    const failure: Failure = await publish(context).then(
      () => expect.unreachable('it published'),
      (error) => error,
    )
    expect([failure.kind, failure.message]).toEqual([kind, expect.stringMatching(message)])
    expect(failure.message).not.toContain('\n')
    const kept = await files(context)
    expect(kept.filter((key) => !key.startsWith('refused/'))).toEqual([])
    expect(kept.length).toBe(kind === 'gate' ? 2 : 0)
    expect(await context.documents.list('tops')).toEqual([])
    if (requests !== undefined) expect(replica.requests.filter(file)).toHaveLength(requests)
  })

  /** Removes sizes and checksums from the catalogue, as on some portals. */
  function withoutFacts({ resources }: { resources: readonly object[] }) {
    return { resources: resources.map((one) => ({ ...one, filesize: null, checksum: null })) }
  }

  test('a portal that cannot be reached', async () => {
    const context = await start()
    await replica.close()
    await expect(publish(context)).rejects.toMatchObject({
      kind: 'portal',
      message: expect.stringMatching(/the connection is refused \(3 attempts\)/),
    })
  })

  test('a file that exceeds max_export_size when decompressed', async () => {
    const body = gzipSync(`${DATASETS}${'\r\n'.repeat(1 << 20)}`)
    const context = await start({ catalogue: withoutFacts, fault: always(file, { body }) }, 'max_export_size: 1MiB\n')
    await expect(publish(context)).rejects.toMatchObject({
      kind: 'contract',
      message: expect.stringMatching(/^cannot read the datasets export: it is larger than 1.05 MB \(max_export_size\)/),
    })
    expect(await files(context)).toEqual([])
  })

  test('a file that exceeds max_export_size', async () => {
    const context = await start({ fault: always(organizations, { chunked: true }) }, 'max_export_size: 100KiB\n')
    await expect(publish(context)).rejects.toMatchObject({
      kind: 'contract',
      message: expect.stringMatching(/it is larger than 102 kB/),
    })
  })
})

describe('the completeness gate', () => {
  /** Opens a context with a snapshot of the week before, and publishes these files on the portal. */
  async function secondWeek(datasets: string, organizations: string, settings = '') {
    const first = await start({}, settings, '2026-11-11T16:00:00Z')
    await publish(first, '2026-11-11')
    replica.publish('datasets', { content: Buffer.from(datasets), modified: MODIFIED })
    replica.publish('organizations', { content: Buffer.from(organizations), modified: MODIFIED })
    return openTestContext(`${DATE}T16:00:00Z`, `portal: ${replica.url}\n${SHORT_TIMEOUTS}${settings}`, first.folder)
  }
  const fewer = (count: number) =>
    organizationsCsv(Array.from({ length: 40 - count }, (_, i) => [`o${i}`, `Name ${i}`, 100 - i] as const))

  test.each([
    [
      'half of the datasets',
      many(2_000),
      ORGANIZATIONS,
      /2,000 datasets where 2026-11-11 had 4,000: 50.0% fewer \(gate_max_loss is 5%\)/,
    ],
    ['a tenth of the organizations', DATASETS, fewer(4), /36 organizations where 2026-11-11 had 40: 10.0% fewer/],
    [
      'a top organization',
      DATASETS,
      ORGANIZATIONS.replace('"o3";"Name 3"', '"p3";"Name 3"'),
      /1 organization in the TOP of 2026-11-11 is gone: "Name 3" \(o3, rank 4\)/,
    ],
  ])(
    'refuses an export that lost %s, keeps it for inspection, and leaves last week unchanged',
    async (_, datasets, orgs, message) => {
      const context = await secondWeek(datasets, orgs)
      await expect(publish(context)).rejects.toMatchObject({ kind: 'gate', message: expect.stringMatching(message) })
      expect((await files(context)).filter((key) => key.includes(DATE))).toEqual([
        `refused/${DATE}/datasets.csv.gz`,
        `refused/${DATE}/organizations.csv.gz`,
      ])
      expect((await context.documents.list('tops')).map(({ _id }) => _id)).toEqual(['mobilite-transport/2026-11-11'])
    },
  )

  test('accepts a small loss, and any loss that the setting allows', async () => {
    expect((await publish(await secondWeek(many(3_900), ORGANIZATIONS))).status).toBe('published')
    await replica.close()
    expect((await publish(await secondWeek(many(2_000), ORGANIZATIONS, 'gate_max_loss: 60%\n'))).status).toBe(
      'published',
    )
  })

  test('names the date of the refused edition in the command that publishes it', async () => {
    const context = await secondWeek(many(2_000), ORGANIZATIONS)
    const inspect = `Inspect refused/${DATE}/organizations.csv.gz and refused/${DATE}/datasets.csv.gz. Wait for the next export`
    const command = `"run ${DATE} --accept-incomplete"`
    await expect(publish(context)).rejects.toThrow(
      `${inspect}, or publish the portal's current export for this date all the same: ${command}`,
    )
    const sources = { datasets: `${replica.url}/file/datasets`, organizations: `${replica.url}/file/organizations` }
    await expect(publish(context, DATE, { sources })).rejects.toThrow(
      `or publish the date all the same: ${command} with the same --datasets and --organizations`,
    )
    // The later run is for a past date, which now has a snapshot.
    await publish(context, DATE, { acceptIncomplete: true })
    replica.publish('datasets', { content: Buffer.from(many(1_000)), modified: new Date(`${DATE}T05:00:00Z`) })
    await expect(publish(context)).rejects.toThrow(`"run ${DATE} --accept-incomplete --refetch"`)
  })

  test('publishes a doubtful export with --accept-incomplete, and records that', async () => {
    const context = await secondWeek(many(2_000), ORGANIZATIONS)
    expect((await publish(context, DATE, { acceptIncomplete: true })).status).toBe('published')
    const [record] = await context.documents.list<{ _id: string; warnings: string[] }>('runs', {
      descending: true,
      limit: 1,
    })
    expect(record!.warnings.join()).toMatch(
      /publishing an incomplete export because of --accept-incomplete: 2,000 datasets where/,
    )
  })
})

describe('an export that the portal has not renewed', () => {
  test('is not downloaded again: a new date is published from the stored export, with a warning', async () => {
    const first = await start({}, '', '2026-11-11T16:00:00Z')
    await publish(first, '2026-11-11')
    const context = await openTestContext(
      `${DATE}T16:00:00Z`,
      `portal: ${replica.url}\n${SHORT_TIMEOUTS}`,
      first.folder,
    )
    expect((await publish(context)).status).toBe('published')
    expect(replica.requests.filter(({ path }) => path === 'file')).toHaveLength(2)
    expect(context.warnings).toEqual([
      'the portal has published nothing new since 2026-11-11: both exports are unchanged',
    ])
    const [before, now] = await context.documents.list<Edition>('tops')
    expect(now!.source).toEqual(before!.source)
  })

  test('is not downloaded again either if the portal compresses it, and describes the compressed file', async () => {
    const compressed = ({ content, modified }: ReplicaFile) => ({ content: gzipSync(content), modified })
    const compressedFiles = { datasets: compressed(FILES.datasets), organizations: compressed(FILES.organizations) }
    const first = await start({ files: compressedFiles }, '', '2026-11-11T16:00:00Z')
    await publish(first, '2026-11-11')
    const settings = `portal: ${replica.url}\n${SHORT_TIMEOUTS}`
    const context = await openTestContext(`${DATE}T16:00:00Z`, settings, first.folder)
    expect((await publish(context)).status).toBe('published')
    expect(replica.requests.filter(({ path }) => path === 'file')).toHaveLength(2)
    expect(context.warnings).toEqual([
      'the portal has published nothing new since 2026-11-11: both exports are unchanged',
    ])
    const other = datasetsCsv([{ id: 'd1', title: 'Transport', organization: 'o1' }])
    replica.publish('datasets', { content: gzipSync(other), modified: new Date(`${DATE}T05:00:00Z`) })
    await publish(context, DATE, { acceptIncomplete: true })
    expect(replica.requests.filter(({ path }) => path === 'file')).toHaveLength(3)
  })

  test('is skipped with when_unchanged: skip', async () => {
    const first = await start({}, '', '2026-11-11T16:00:00Z')
    await publish(first, '2026-11-11')
    const context = await openTestContext(
      `${DATE}T16:00:00Z`,
      `portal: ${replica.url}\n${SHORT_TIMEOUTS}when_unchanged: skip\n`,
      first.folder,
    )
    expect(await publish(context)).toMatchObject({
      status: 'unchanged',
      summary: 'skipped, unchanged since 2026-11-11 (when_unchanged is skip)',
    })
    expect((await files(context)).filter((key) => key.includes(DATE))).toEqual([])
  })

  test('costs one conditional request per export without a checksum in the catalogue', async () => {
    const withoutChecksums: ReplicaOptions['catalogue'] = ({ resources }) => ({
      resources: resources.map((one) => ({ ...one, checksum: null })),
    })
    const context = await start({ catalogue: withoutChecksums })
    await publish(context)
    expect((await publish(context)).status).toBe('unchanged')
    const conditional = replica.requests.filter(({ headers }) => headers['if-modified-since'] !== undefined)
    expect(conditional.filter(({ path }) => path === 'file')).toHaveLength(2)
  })

  test.each([
    ['cut', (path: string) => writeFile(path, 'x'), /datasets.csv.gz has 1 bytes, not \d+. Restore it from a backup/],
    [
      'damaged inside',
      flipBit,
      /^cannot use the stored datasets export of 2026-11-11 \(.*\); fetching it from the portal instead$/,
    ],
    ['gone', (path: string) => rm(path), /datasets.csv.gz is missing. Restore it from a backup/],
  ])('is downloaded again if the stored export is %s, with a warning', async (how, damage, warning) => {
    const first = await start({}, '', '2026-11-11T16:00:00Z')
    await publish(first, '2026-11-11')
    await damage(join(first.folder, 'datagouv/snapshots/2026-11-11/datasets.csv.gz'))
    const context = await openTestContext(
      `${DATE}T16:00:00Z`,
      `portal: ${replica.url}\n${SHORT_TIMEOUTS}`,
      first.folder,
    )
    expect((await publish(context)).published).toMatchObject([{ datasets: 2_000 }])
    expect(context.warnings).toEqual([expect.stringMatching(warning)])
    expect(await files(context)).toHaveLength(how === 'gone' ? 9 : 10)
  })

  test('is not downloaded again if the archive cannot store its copy', async () => {
    const first = await start({}, '', '2026-11-11T16:00:00Z')
    await publish(first, '2026-11-11')
    const settings = `portal: ${replica.url}\n${SHORT_TIMEOUTS}`
    const context = await openTestContext(`${DATE}T16:00:00Z`, settings, first.folder)
    const full = new Failure('store', 'cannot write: the disk is full')
    const archive = Object.assign(Object.create(context.archive) as typeof context.archive, {
      create: () => Promise.reject(full),
    })
    await expect(publish({ ...context, archive })).rejects.toBe(full)
    expect(context.warnings.filter((warning) => warning.includes('fetching it from the portal'))).toEqual([])
  })

  test('is not downloaded again if only the other export cannot be read', async () => {
    const first = await start({}, '', '2026-11-11T16:00:00Z')
    await publish(first, '2026-11-11')
    const settings = `portal: ${replica.url}\n${SHORT_TIMEOUTS}`
    const context = await openTestContext(`${DATE}T16:00:00Z`, settings, first.folder)
    const full = new Failure('store', 'cannot write: the disk is full')
    const actual = context.archive
    const archive = Object.assign(Object.create(actual) as typeof actual, {
      create: (key: string, ...rest: unknown[]) =>
        key.includes('datasets') ? Promise.reject(full) : Reflect.apply(actual.create, actual, [key, ...rest]),
      async *read(key: string, ...rest: unknown[]) {
        if (key.endsWith('organizations.csv.gz')) throw new Failure('store', `cannot read ${key}: permission denied`)
        yield* Reflect.apply(actual.read, actual, [key, ...rest])
      },
    })
    await expect(publish({ ...context, archive })).rejects.toBe(full)
    expect(context.warnings.filter((warning) => warning.includes('fetching it from the portal'))).toEqual([
      expect.stringContaining('the stored organizations export of 2026-11-11'),
    ])
  })

  test('is downloaded for a past date only with --refetch, with a warning', async () => {
    const first = await start()
    await publish(first)
    const context = await openTestContext(
      '2026-11-25T16:00:00Z',
      `portal: ${replica.url}\n${SHORT_TIMEOUTS}`,
      first.folder,
    )
    const before = replica.requests.length
    expect((await publish(context)).status).toBe('unchanged')
    expect([replica.requests.length, context.warnings]).toEqual([before, []])
    await publish(context, DATE, { refetch: true })
    const asToday = 'so its edition will show the portal\'s data of today. To use an older export, run "import"'
    const lost = 'What this run replaces cannot be restored'
    expect(context.warnings).toEqual([`--refetch replaces the snapshot of ${DATE}, ${asToday}. ${lost}`])

    context.warnings.length = 0
    const missing = '2026-11-11'
    await publish(context, missing)
    expect(context.warnings[0]).toBe(
      `there is no snapshot of ${missing}, ${asToday}. To undo this run, use "remove ${missing} --snapshot"`,
    )
    await rm(join(context.folder, 'datagouv/snapshots', missing), { recursive: true })
    context.warnings.length = 0
    await publish(context, missing)
    expect(context.warnings[0]).toBe(`there is no snapshot of ${missing}, ${asToday}. ${lost}`)
  })

  test('does not change the edition if its date is run again', async () => {
    const context = await start()
    await publish(context)
    expect((await publish(context)).status).toBe('unchanged')
    expect(replica.requests.filter(({ path }) => path === 'file')).toHaveLength(2)
  })
})

describe('columns', () => {
  test('that have another name are mapped in every step', async () => {
    const organizations = row('id', 'title', 'followers') + row('o1', 'Un', 7)
    const settings = 'columns: { organizations: { name: title, metric.followers: followers } }\n'
    const context = await start(
      { files: { ...FILES, organizations: { content: Buffer.from(organizations), modified: MODIFIED } } },
      settings,
    )
    await publish(context)
    const edition = await context.documents.find<Edition>('tops', EDITION)
    expect(edition!.organizations).toMatchObject([{ id: 'o1', name: 'Un', followers: 7 }])
  })

  test('that are new are accepted, and listed in the run record', async () => {
    const first = await start({}, '', '2026-11-11T16:00:00Z')
    await publish(first, '2026-11-11')
    const wider = ORGANIZATIONS.replace(/^.*\r\n/, (header) => `"new";"newer";${header}`).replace(/^(?="o)/gm, '1;"x";')
    replica.publish('organizations', { content: Buffer.from(wider), modified: MODIFIED })
    const context = await openTestContext(
      `${DATE}T16:00:00Z`,
      `portal: ${replica.url}\n${SHORT_TIMEOUTS}`,
      first.folder,
    )
    const { run_id } = await publish(context)
    const record = await context.documents.find<RunRecord>('runs', run_id)
    expect(record!.steps[0]).toMatchObject({ name: 'read organizations', facts: { new_columns: ['new', 'newer'] } })
  })
})

test('sends a User-Agent', async () => {
  const context = await start()
  await publish(context)
  expect(new Set(replica.requests.map(({ headers }) => headers['user-agent']))).toEqual(
    new Set([`datagouv-tops/${VERSION}`]),
  )
})

test('reports each retry in one line, which the run record keeps', async () => {
  const context = await start({ fault: times(1, file, { dropAfter: 100_000 }) })
  const { run_id } = await publish(context)
  expect((await context.documents.find<RunRecord>('runs', run_id))!.warnings).toEqual(context.warnings)
  expect(context.warnings).toEqual([
    expect.stringMatching(/^http:\S+\/file\/datasets: .*; retrying in 0\.0 s \(1 of 2\)$/),
  ])
})
