import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { PutBucketLifecycleConfigurationCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Archive } from '../../src/stores/archive.ts'
import { openS3 } from '../../src/stores/s3/s3.ts'
import { openSqlite } from '../../src/stores/sqlite/sqlite.ts'
import { put, readAll } from '../contracts/archive.ts'
import { restrictedCredentials, type TestBucket, testBucket } from '../helpers/bucket.ts'
import { cli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/exports.ts'
import { failureOf } from '../helpers/failure.ts'
import { type FakeAnswer, type Operation, type S3Proxy, s3Proxy } from '../helpers/s3Proxy.ts'
import { serviceOrSkip } from '../helpers/services.ts'

const CSV = { contentType: 'text/csv; charset=utf-8' }
const LARGE = Buffer.alloc(11 << 20, 'n')
const FOREIGN = /does not answer like an S3 store; check AWS_ENDPOINT_URL_S3$/

const XHTML = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>Log in</p></body></html>'
const ANSWERS: Readonly<Record<string, FakeAnswer>> = {
  'a web page': { status: 200, headers: { 'content-type': 'text/html', etag: '"page"' }, body: XHTML },
  'a web page without its type': { status: 200, headers: {}, body: XHTML },
  nothing: { status: 200, headers: {}, body: '' },
  'XML of another kind': {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: '<?xml version="1.0"?><ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name></Bucket></Buckets></ListAllMyBucketsResult>',
  },
  'XML that breaks off': {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: '<?xml version="1.0"?><ListBucketResult><Name>a</Name><IsTruncated>false</IsTruncated><Contents><Key>x',
  },
}

beforeEach(() => {
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, '/dev/null')
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  // The SDK repeats some of these requests, which only takes longer.
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
})
afterEach(() => vi.unstubAllEnvs())

/** Leaves an unfinished upload, as a killed writer does. */
async function begin(archive: Archive) {
  const object = await archive.create('x/a', CSV)
  await object.write(LARGE)
}

/** Calls of the archive that depend on the answer to an operation. */
const USES: Readonly<Record<Exclude<Operation, 'CreateBucket'>, (archive: Archive) => Promise<unknown>>> = {
  AbortMultipartUpload: (archive) => archive.sweep('x/a'),
  CompleteMultipartUpload: (archive) => put(archive, 'x/a', LARGE),
  CopyObject: (archive) => put(archive, 'x/a', 'new'),
  CreateMultipartUpload: (archive) => put(archive, 'x/a', LARGE),
  DeleteObject: (archive) => archive.remove('x/a'),
  GetObject: (archive) => readAll(archive, 'x/a'),
  ListMultipartUploads: (archive) => archive.sweep('x/a'),
  ListObjectsV2: (archive) => archive.stat('x/a'),
  PutObject: (archive) => put(archive, 'x/a', 'new'),
  UploadPart: (archive) => put(archive, 'x/a', LARGE),
}
const OPERATIONS = Object.keys(USES) as (keyof typeof USES)[]

const minio = serviceOrSkip('minio', 'the answers of an S3 store')
describe.runIf(minio)('an endpoint that answers', () => {
  let place: TestBucket
  let proxy: S3Proxy
  /** The same bucket, through the proxy. */
  let archive: Archive
  beforeEach(async () => {
    for (const [name, value] of Object.entries(minio!)) vi.stubEnv(name, value)
    place = await testBucket()
    await put(place.archive, 'x/a', 'old')
    await begin(place.archive)
    proxy = await s3Proxy(minio!.AWS_ENDPOINT_URL_S3!)
    vi.stubEnv('AWS_ENDPOINT_URL_S3', proxy.url)
    archive = await openS3(`s3://${place.bucket}`)
  })
  afterEach(async () => {
    await archive.close()
    await place.archive.sweep('x/a')
    await place.close()
  })
  const faults = Object.keys(ANSWERS).flatMap((answer) => OPERATIONS.map((operation) => ({ operation, answer })))

  test.each(faults)('$operation with $answer is no S3 store, and loses nothing', async ({ operation, answer }) => {
    proxy.fault = { operation, answer: ANSWERS[answer]! }
    const failure = await failureOf(USES[operation](archive))
    expect(failure).toMatchObject({ kind: 'store', message: expect.stringMatching(FOREIGN) })
    expect(failure.message).not.toContain('\n')
    expect((await readAll(place.archive, 'x/a')).toString()).toBe('old')
    proxy.fault = undefined
    await archive.sweep('x/a')
    await put(archive, 'x/a', 'new')
    expect((await readAll(archive, 'x/a')).toString()).toBe('new')
    expect(await place.leftovers()).toBe(0)
  })

  test.each(Object.entries(ANSWERS))('everything with %s is no S3 store', async (_, answer) => {
    proxy.fault = { operation: 'every', answer }
    const calls = [
      ...Object.values(USES),
      (archive: Archive) => archive.facts(),
      async (archive: Archive) => {
        for await (const key of archive.pendingKeys()) expect.unreachable(key)
      },
    ]
    for (const call of calls) {
      expect(await failureOf(call(archive))).toMatchObject({
        kind: 'store',
        message: expect.stringMatching(FOREIGN),
      })
    }
  })

  test.each([
    [
      'CopyObject with a result, although it copied nothing,',
      'CopyObject',
      '<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>',
    ],
    [
      'CopyObject with a time of its own, although it copied nothing,',
      'CopyObject',
      '<CopyObjectResult><ETag>"e"</ETag><LastModified>2100-01-01T00:00:00Z</LastModified></CopyObjectResult>',
    ],
    [
      'CompleteMultipartUpload with a result, although it joined nothing,',
      'CompleteMultipartUpload',
      '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>',
    ],
  ] as const)('%s keeps the staged copy and the earlier object', async (_, operation, body) => {
    await place.archive.sweep('x/a')
    proxy.fault = { operation, answer: { status: 200, headers: { 'content-type': 'application/xml' }, body } }
    const object = await archive.create('x/a', CSV)
    await object.write(LARGE)
    const ending = object.complete('0'.repeat(64)).then(() => object.commit())
    expect(await failureOf(ending)).toMatchObject({ kind: 'store', message: expect.stringMatching(FOREIGN) })
    await object.abort()
    expect(await place.leftovers()).toBeGreaterThan(0)
    if (operation === 'CopyObject') expect((await readAll(place.archive, 'x/a')).toString()).toBe('old')
  })

  test.each(['CopyObject', 'DeleteObject', 'ListObjectsV2'] as const)(
    '%s with a page, although the store did it, does not count as a commit',
    async (operation) => {
      proxy.fault = { operation, answer: ANSWERS['a web page']!, forwards: true }
      expect(await failureOf(put(archive, 'x/a', 'new'))).toMatchObject({
        kind: 'store',
        message: expect.stringMatching(FOREIGN),
      })
      const there = (await readAll(place.archive, 'x/a')).toString()
      expect(there).toBe('new')
    },
  )

  test.each([
    ['fewer bytes', { 'content-range': 'bytes 0-2/3', etag: '"e"' }, 'ol'],
    ['more bytes', { 'content-range': 'bytes 0-2/3', etag: '"e"' }, 'older'],
    ['another range', { 'content-range': 'bytes 1-2/3', etag: '"e"' }, 'ld'],
    ['a range of nothing', { 'content-range': 'bytes 0-2/3', etag: '"e"' }, ''],
    ['no ETag', { 'content-range': 'bytes 0-2/3' }, 'old'],
  ])('GetObject with %s is no S3 store', async (_, headers, body) => {
    proxy.fault = { operation: 'GetObject', answer: { status: 206, headers, body } }
    expect(await failureOf(readAll(archive, 'x/a'))).toMatchObject({
      kind: 'store',
      message: expect.stringMatching(FOREIGN),
    })
  })

  test.each([
    ['a key outside the prefix', '<Contents><Key>y</Key><Size>1</Size></Contents>', 'false'],
    ['an object without size', '<Contents><Key>x/a</Key></Contents>', 'false'],
    ['no next page', '', 'true'],
    [
      'a time that is none',
      '<Contents><Key>x/a</Key><Size>1</Size><LastModified>yesterday</LastModified></Contents>',
      'false',
    ],
    [
      'a size that is none',
      '<Contents><Key>x/a</Key><Size>big</Size><LastModified>2026-11-18T16:00:00Z</LastModified></Contents>',
      'false',
    ],
    [
      'a key that is not encoded',
      '<Contents><Key>x/a%</Key><Size>1</Size><LastModified>2026-11-18T16:00:00Z</LastModified></Contents>',
      'false',
    ],
  ])('ListObjectsV2 with %s is no S3 store', async (_, contents, truncated) => {
    const head = `<Name>b</Name><EncodingType>url</EncodingType><IsTruncated>${truncated}</IsTruncated>`
    const body = `<ListBucketResult>${head}${contents}</ListBucketResult>`
    proxy.fault = { operation: 'ListObjectsV2', answer: { status: 200, headers: {}, body } }
    expect(await failureOf(archive.stat('x/a'))).toMatchObject({
      kind: 'store',
      message: expect.stringMatching(FOREIGN),
    })
  })

  test('CreateBucket with a page does not create a bucket', async () => {
    proxy.fault = { operation: 'CreateBucket', answer: ANSWERS.nothing! }
    const none = await openS3(`s3://${place.bucket}-none`)
    expect(await failureOf(put(none, 'a', 'x'))).toMatchObject({
      kind: 'store',
      message: expect.stringMatching(FOREIGN),
    })
    await none.close()
  })

  const source = (name: string) => resolve(`sample/2023-07-26/${name}.csv.gz`)
  const RUN = ['run', '--date', '2023-07-26', '--datasets', source('datasets')]
  const run = async (folder: string, environment: Readonly<Record<string, string>>) => {
    const env = {
      ...minio,
      AWS_EC2_METADATA_DISABLED: 'true',
      DATAGOUV_TOPS_ARCHIVE: `s3://${place.bucket}`,
      DATAGOUV_TOPS_DOCUMENTS: `sqlite:${folder}/datagouv.db`,
      ...environment,
    }
    return cli([...RUN, '--organizations', source('organizations')], { cwd: folder, env })
  }

  test.each(['every', 'CopyObject', 'DeleteObject', 'ListObjectsV2'] as const)(
    '%s with a page costs the run with 5, and it publishes no document',
    async (operation) => {
      const folder = await temporaryFolder()
      proxy.fault = { operation, answer: ANSWERS['a web page']! }
      const { code, stderr } = await run(folder, { AWS_ENDPOINT_URL_S3: proxy.url })
      expect([code, stderr]).toEqual([5, expect.stringMatching(new RegExp(FOREIGN.source.replace('$', '\n$')))])
      const documents = await openSqlite(`${folder}/datagouv.db`)
      onTestFinished(() => documents.close())
      expect(await documents.ids('tops')).toEqual([])
      proxy.fault = undefined
      expect(await run(folder, { AWS_ENDPOINT_URL_S3: proxy.url })).toMatchObject({ code: 0 })
      expect(await documents.ids('tops')).toEqual(['mobilite-transport/2023-07-26'])
    },
  )

  test('a first run without the permission to delete succeeds and warns once, with the remedy', async () => {
    const folder = await temporaryFolder()
    const { AWS_ENDPOINT_URL_S3 } = minio!
    vi.stubEnv('AWS_ENDPOINT_URL_S3', AWS_ENDPOINT_URL_S3!)
    const rights = ['ListBucket', 'GetObject', 'PutObject', 'AbortMultipartUpload', 'ListBucketMultipartUploads']
    const { code, stderr } = await run(folder, await restrictedCredentials(...rights.map((right) => `s3:${right}`)))
    const warnings = stderr.split('\n').filter((line) => line.startsWith('warning:'))
    expect([code, warnings]).toEqual([
      0,
      expect.arrayContaining([
        `warning: the access key may not delete objects in s3://${place.bucket}, so each file stays there twice, the second time under .partial/; grant it DeleteObject, or expire .partial/ by a lifecycle rule (docs/deploy.md, "A bucket's permissions and lifecycle")`,
      ]),
    ])
    expect(warnings.filter((line) => line.includes('.partial/'))).toHaveLength(1)
  })

  test('a versioned bucket is warned of once, until the lifecycle rules of docs/deploy.md are there', async () => {
    const { bucket, client } = place
    await client.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    )
    const warnings: string[] = []
    const writeTwo = async () => {
      const opened = await openS3(`s3://${bucket}`, { info: () => {}, warn: (line) => warnings.push(line) })
      await put(opened, 'b', 'x')
      await put(opened, 'c', 'x')
      await opened.close()
    }
    await writeTwo()
    expect(warnings).toEqual([
      `s3://${bucket} is versioned and keeps what is deleted, so each file stays there twice; expire noncurrent versions by a lifecycle rule, and grant the access key GetLifecycleConfiguration to end this warning (docs/deploy.md, "A bucket's permissions and lifecycle")`,
    ])
    const page = await readFile('docs/deploy.md', 'utf8')
    const rules = JSON.parse(/--lifecycle-configuration '(.*?)'/s.exec(page)![1]!)
    await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: rules }))
    await writeTwo()
    expect(warnings).toHaveLength(1)
  })
})

test.each([
  [
    'with the region',
    { 'x-amz-bucket-region': 'eu-west-3' },
    '<Error><Code>PermanentRedirect</Code><Message>The bucket must be addressed elsewhere.</Message></Error>',
    /\(PermanentRedirect\); set AWS_REGION to "eu-west-3", or check AWS_ENDPOINT_URL_S3$/,
  ],
  ['without a body', {}, '', /\(HTTP 301\); set AWS_REGION, or check AWS_ENDPOINT_URL_S3$/],
  ['with a page', { location: 'https://login.example/' }, XHTML, /\(HTTP 301\); set AWS_REGION, or check AWS_/],
])('a redirect %s names endpoint and region as the likely cause', async (_, headers, body, message) => {
  const server = createServer((_, response) => void response.writeHead(301, headers).end(body)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://${host}`)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'someone')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hunter2')
  const archive = await openS3('s3://datagouv')
  onTestFinished(() => archive.close())
  const failure = await failureOf(put(archive, 'a', 'x'))
  expect(failure).toMatchObject({ kind: 'store', message: expect.stringMatching(message) })
  expect(failure.message).toContain(`the bucket is in another region or at another endpoint than ${host}`)
})
