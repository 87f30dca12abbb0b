import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { GetObjectCommand, HeadBucketCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { openS3, type S3 } from '../../src/stores/s3/s3.ts'
import { archiveContract, put, readAll } from '../contracts/archive.ts'
import { restrictedCredentials, type TestBucket, testBucket } from '../helpers/bucket.ts'
import { temporaryFolder } from '../helpers/exports.ts'
import { failureOf } from '../helpers/failure.ts'
import { isInstalled, serviceOrSkip, startOwnServer } from '../helpers/services.ts'

const MODULE = JSON.stringify(new URL('../../dist/stores/s3/s3.js', import.meta.url))
const CSV = { contentType: 'text/csv; charset=utf-8' }
const MIB = 1 << 20

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

beforeEach(() => {
  // Ignore the user's own AWS settings.
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, '/dev/null')
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
})
afterEach(() => vi.unstubAllEnvs())

const minio = serviceOrSkip('minio', 'the S3 archive')
if (minio) {
  // Runs before the contract's own preparations, and again after each test.
  beforeEach(() => {
    for (const [name, value] of Object.entries(minio)) vi.stubEnv(name, value)
  })
  archiveContract('a bucket', testBucket)

  describe('a bucket', () => {
    let place: TestBucket
    beforeEach(async () => {
      place = await testBucket()
    })
    afterEach(() => place.close())

    test('is made by the first write, and no sooner', async () => {
      const { archive, bucket, client } = place
      expect(await archive.stat('a')).toBeUndefined()
      await archive.sweep('a')
      await archive.remove('a')
      await expect(client.send(new HeadBucketCommand({ Bucket: bucket }))).rejects.toMatchObject({ name: 'NotFound' })
      const object = await archive.create('a', CSV)
      await object.write(Buffer.alloc(6 * MIB))
      await object.abort()
      await put(archive, 'a', 'x')
      expect((await readAll(archive, 'a')).toString()).toBe('x')
    })

    test.each([
      { key: 'small', size: 10 },
      { key: 'large', size: 11 * MIB },
    ])('keeps type and sha256 with a $key object', async ({ key, size }) => {
      const { archive, bucket, client } = place
      const content = Buffer.alloc(size, 'x')
      await put(archive, key, content)
      const facts = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
      expect(facts).toMatchObject({
        ContentType: 'text/csv; charset=utf-8',
        ContentLength: size,
        Metadata: { sha256: sha256Of(content) },
      })
    })

    test('reports an object whose bytes are not those written as damaged', async () => {
      const { archive, bucket, client } = place
      await put(archive, 'x/a.csv', 'true')
      const Metadata = { sha256: sha256Of(Buffer.from('true')) }
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'x/a.csv', Body: 'fals', Metadata }))
      expect(await failureOf(readAll(archive, 'x/a.csv'))).toMatchObject({
        kind: 'store',
        message: expect.stringMatching(
          /^"x\/a\.csv" in the archive s3:\/\/\S+ is damaged: .*; restore it, or remove it/,
        ),
      })
    })

    test('ignores foreign objects whose keys no folder could have', async () => {
      const { archive, bucket, client } = place
      await put(archive, 'x/a', 'x')
      for (const Key of ['x/', 'x/.hidden', 'x//b', '.DS_Store', 'a\\b']) {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'theirs' })).catch(() => {})
      }
      const keys: string[] = []
      for await (const { key } of archive.list('')) keys.push(key)
      expect(keys).toEqual(['x/a'])
    })

    test('sweeps what version 0.1 staged beside an object', async () => {
      const { archive, bucket, client, leftovers } = place
      await put(archive, 'x/a', 'kept')
      const Key = 'x/.a.0123456789ab.partial'
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'half' }))
      const keys: string[] = []
      for await (const key of archive.pendingKeys()) keys.push(key)
      expect(keys).toEqual(['x/a'])
      await archive.sweep('x/a')
      expect(await leftovers()).toBe(0)
      expect((await readAll(archive, 'x/a')).toString()).toBe('kept')
    })

    test('reads foreign objects that have no sha256', async () => {
      const { archive, bucket, client } = place
      await put(archive, 'a', 'x')
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'b', Body: 'theirs' }))
      expect((await readAll(archive, 'b')).toString()).toBe('theirs')
    })

    test('does not let a slow reader hold up a writer, and never mixes two objects', async () => {
      const { archive } = place
      await put(archive, 'a', Buffer.alloc(9 * MIB, 'o'))
      const reading = archive.read('a')[Symbol.asyncIterator]()
      await reading.next()
      await put(archive, 'a', Buffer.alloc(7 * MIB, 'n'))
      const rest = async () => {
        for (let next = await reading.next(); !next.done; next = await reading.next()) {
          expect(Buffer.from(next.value).includes('n')).toBe(false)
        }
      }
      expect(await failureOf(rest())).toMatchObject({
        kind: 'store',
        message: expect.stringMatching(/: it was replaced while it was read; run again$/),
      })
      expect((await readAll(archive, 'a')).equals(Buffer.alloc(7 * MIB, 'n'))).toBe(true)
    })

    test('gives one whole object, with its own sha256, to a key that several write at once in parts', async () => {
      const { archive, leftovers } = place
      const contents = ['1', '2', '3'].map((digit) => Buffer.alloc(11 * MIB + Number(digit), digit))
      await Promise.all(contents.map((content) => put(archive, 'x/a', content)))
      expect(contents.map(sha256Of)).toContain(sha256Of(await readAll(archive, 'x/a')))
      expect(await leftovers()).toBe(0)
    })

    test('a writer that is killed leaves nothing to see, and what it leaves is swept by the next', async () => {
      const { archive, bucket, leftovers } = place
      await put(archive, 'x/a', 'old')
      const script = `
        const { openS3 } = await import(${MODULE})
        const archive = await openS3('s3://${bucket}')
        const object = await archive.create('x/a', { contentType: 'text/csv' })
        for (;;) {
          await object.write(Buffer.alloc(6 << 20))
          console.log('on its way')
        }`
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')
      child.kill('SIGKILL')
      await once(child, 'close')
      // The marker and the upload.
      expect(await leftovers()).toBe(2)
      expect((await readAll(archive, 'x/a')).toString()).toBe('old')
      await archive.sweep('x/a')
      expect(await leftovers()).toBe(0)
      await put(archive, 'x/a', 'new')
      expect((await readAll(archive, 'x/a')).toString()).toBe('new')
    })

    test.each([
      [
        'an unknown access key',
        { AWS_ACCESS_KEY_ID: 'nobody' },
        /does not know the access key; check AWS_ACCESS_KEY_ID$/,
      ],
      ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'hunter2' }, /refuses the signature; check AWS_SECRET_ACCESS_KEY$/],
      ['no credentials', { AWS_ACCESS_KEY_ID: '' }, /no credentials; set AWS_ACCESS_KEY_ID and .*, or AWS_PROFILE$/],
    ])('%s is reported, with the remedy and without the secret', async (_, environment, message) => {
      for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
      const archive = await openS3(`s3://${place.bucket}`)
      const calls = [
        () => archive.stat('a'),
        () => readAll(archive, 'a'),
        () => put(archive, 'a', 'x'),
        () => archive.sweep('a'),
      ]
      for (const call of calls) {
        const failure = await failureOf(call())
        expect(failure).toMatchObject({ kind: 'store', message: expect.stringMatching(message) })
        expect(failure.message).not.toMatch(/\n|hunter2|miniopassword/)
      }
      await archive.close()
    })

    test('a missing permission is reported, with those that are needed', async () => {
      await put(place.archive, 'a', 'old')
      for (const [name, value] of Object.entries(await restrictedCredentials('s3:ListBucket', 's3:GetObject'))) {
        vi.stubEnv(name, value)
      }
      const archive = await openS3(`s3://${place.bucket}`)
      expect((await readAll(archive, 'a')).toString()).toBe('old')
      for (const content of ['new', Buffer.alloc(6 * MIB)]) {
        expect(await failureOf(put(archive, 'a', content))).toMatchObject({
          kind: 'store',
          message: `cannot write "a" in the archive s3://${place.bucket}: permission denied; the access key needs GetObject, PutObject, DeleteObject, ListBucket, AbortMultipartUpload and ListBucketMultipartUploads on it`,
        })
      }
      await archive.close()
    })

    test('credentials may come from a profile', async () => {
      const folder = await temporaryFolder()
      const { writeTestFile: write } = await import('../helpers/exports.ts')
      const lines = [
        '[profile archive]',
        `aws_access_key_id = ${minio.AWS_ACCESS_KEY_ID}`,
        `aws_secret_access_key = ${minio.AWS_SECRET_ACCESS_KEY}`,
        `endpoint_url = ${minio.AWS_ENDPOINT_URL_S3}`,
      ]
      vi.stubEnv('AWS_CONFIG_FILE', await write(folder, 'config', lines.join('\n')))
      vi.stubEnv('AWS_PROFILE', 'archive')
      for (const name of Object.keys(minio)) vi.stubEnv(name, undefined)
      const archive = await openS3(`s3://${place.bucket}`)
      await put(archive, 'a', 'x')
      expect((await readAll(archive, 'a')).toString()).toBe('x')
      await archive.close()
    })

    test('the plain SDK can read the object', async () => {
      const { archive, bucket, client } = place
      await put(archive, '2026-11-18/mobilite-transport.csv', 'id;title\r\n')
      const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key: '2026-11-18/mobilite-transport.csv' }))
      expect(await got.Body!.transformToString()).toBe('id;title\r\n')
    })
  })
}

describe.runIf(minio && isInstalled('minio'))('a store of its own', () => {
  test('that is killed is reported, and works as before after a restart', async () => {
    const server = await startOwnServer('minio')
    onTestFinished(() => server.remove())
    for (const [name, value] of Object.entries(server.variables)) vi.stubEnv(name, value)
    const { archive, leftovers } = await testBucket()
    await put(archive, 'a', 'old')
    await put(archive, 'b', Buffer.alloc(9 * MIB, 'b'))
    const object = await archive.create('a', CSV)
    await object.write(Buffer.alloc(6 * MIB))
    const reading = archive.read('b')[Symbol.asyncIterator]()
    await reading.next()
    await server.kill()
    const gone = { kind: 'store', message: expect.stringMatching(/cannot be reached \(ECONNREFUSED\); start it/) }
    const ending = object.write(Buffer.alloc(6 * MIB)).then(() => object.complete('0'.repeat(64)))
    expect(await failureOf(ending)).toMatchObject({ kind: 'store' })
    expect(await failureOf(archive.stat('a'))).toMatchObject(gone)
    await object.abort()

    await server.start()
    expect((await readAll(archive, 'a')).toString()).toBe('old')
    await archive.sweep('a')
    expect(await leftovers()).toBe(0)
    let rest = 0
    for (let next = await reading.next(); !next.done; next = await reading.next()) rest += next.value.length
    expect(rest).toBeGreaterThan(8 * MIB)
    await put(archive, 'a', 'new')
    expect((await readAll(archive, 'a')).toString()).toBe('new')
    await archive.close()
  })

  // A tiny file system, which only a privileged user on Linux can mount.
  const canMount = process.platform === 'linux' && process.getuid?.() === 0
  test.runIf(canMount)('whose disk fills up says so, and keeps what it had', async ({ skip }) => {
    const folder = await temporaryFolder()
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', folder], { stdio: 'ignore' })
    } catch {
      skip('this machine mounts no file systems')
    }
    onTestFinished(() => void execFileSync('umount', [folder]))
    const server = await startOwnServer('minio', folder)
    onTestFinished(() => server.remove())
    for (const [name, value] of Object.entries(server.variables)) vi.stubEnv(name, value)
    const { archive, leftovers } = await testBucket()
    await put(archive, 'a', 'old')
    const object = await archive.create('a', CSV)
    const fill = async () => {
      for (let i = 0; i < 100; i++) await object.write(Buffer.alloc(MIB))
    }
    const failure = await failureOf(fill())
    // Sometimes the server closes the connection before it sends the reason.
    expect(failure.message).toMatch(/: the store is full; make room and run again$| broke off the connection; /)
    expect(failure).toMatchObject({ kind: 'store' })
    await object.abort()
    expect(await leftovers()).toBe(0)
    expect((await readAll(archive, 'a')).toString()).toBe('old')
    await archive.close()
  })
})

describe('where there is no store', () => {
  const failureAt = async (endpoint: string) => {
    vi.stubEnv('AWS_ENDPOINT_URL_S3', endpoint)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'someone')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hunter2')
    const archive = await openS3('s3://datagouv')
    const failure = await failureOf(archive.stat('a'))
    await archive.close()
    expect(failure).toMatchObject({ kind: 'store' })
    return failure.message
  }
  const at = (server: { address(): unknown }) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  test('a port without a listener is reported', async () => {
    const message = await failureAt('http://user:hunter2@127.0.0.1:1')
    const what = 'cannot list "a" in the archive s3://datagouv'
    expect(message).toBe(
      `${what}: 127.0.0.1:1 cannot be reached (ECONNREFUSED); start it, or check AWS_ENDPOINT_URL_S3`,
    )
  })

  test('a server that never answers is reported', async () => {
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
    const server = createTcpServer(() => {}).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    expect(await failureAt(at(server))).toMatch(/does not answer in time; check that it is up and run again$/)
  })

  test.each([
    [200, /does not answer like an S3 store; check AWS_ENDPOINT_URL_S3$/],
    [404, /does not answer like an S3 store; check AWS_ENDPOINT_URL_S3$/],
    [502, /is not ready or overloaded \(HTTP 502\); run again later$/],
  ])('a web server that answers %i is reported', async (status, message) => {
    const server = createServer((_, response) => void response.writeHead(status).end('<html><br>Hello')).listen(0)
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    expect(await failureAt(at(server))).toMatch(message)
  })

  test.each(['s3://', 's3://a', 's3://datagouv/folder', 's3://key:hunter2@datagouv', 's3://Data_Gouv', 's3:datagouv'])(
    'the address %s is refused',
    async (address) => {
      const failure = await failureOf(openS3(address))
      expect(failure).toMatchObject({ kind: 'usage', message: expect.stringMatching(/write s3:\/\/BUCKET/) })
      expect(failure.message).not.toContain('hunter2')
    },
  )

  test.each(['../a', 'a/../../b', '/a', 'a//b', '', 'a\\b', 'a\0b', '.', 'a/.', '.x', 'a/.x'])(
    'the key %j is refused',
    async (key) => {
      const archive = await openS3('s3://datagouv')
      await expect(archive.create(key, CSV)).rejects.toMatchObject({ kind: 'usage' })
      await archive.close()
    },
  )

  test('an empty AWS variable counts as not set', async () => {
    for (const name of ['AWS_ENDPOINT_URL_S3', 'AWS_REGION', 'AWS_SESSION_TOKEN']) vi.stubEnv(name, '')
    const archive = (await openS3('s3://datagouv')) as S3
    expect(await archive.client.config.region()).toBe('us-east-1')
    expect(archive.client.config.forcePathStyle).toBe(false)
    await archive.close()
  })

  test.each(['http://ada:s3#cr@127.0.0.1:9', 'localhost:9000', 'not an address'])(
    'the endpoint %s is refused',
    async (endpoint) => {
      vi.stubEnv('AWS_ENDPOINT_URL_S3', endpoint)
      await expect(openS3('s3://datagouv')).rejects.toMatchObject({
        kind: 'usage',
        message: 'AWS_ENDPOINT_URL_S3 is not the address of a store; write http://HOST:9000 or https://HOST',
      })
    },
  )
})
