import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import { Failure, quoted } from '../../errors.ts'
import { type Archive, cannot, type PendingObject, type StoredObject } from '../archive.ts'
import type { StoreFacts } from '../facts.ts'
import { isHidden, PendingUpload, partialOf, partialPrefix } from './pending.ts'
import { isAway, isNamed, reasonOf, unlessGone } from './reasons.ts'

/**
 * A store that is gone is to be told within a minute: the SDK tries three times (`AWS_MAX_ATTEMPTS`), here of at most 10 s
 * without a byte in either direction (the SDK makes 13 of them), and without 6 more in which it would wait to be told that it
 * may send a part. The SDK's newer checksums are left out where nobody requires them, because other
 * stores than Amazon's refuse some of them; every request's body is covered by its signature, and the whole object by its
 * sha256.
 */
const CLIENT: S3ClientConfig = {
  requestHandler: { connectionTimeout: 5_000, socketTimeout: 10_000 },
  expectContinueHeader: false,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
}

/** Reads come in blocks of this size. A block is asked for again when the connection breaks, for this long. */
const BLOCK_BYTES = 4 * 1024 * 1024
const PATIENCE_MS = 10_000

/** How long a store may take to clear up after a writer that gave up. */
const TIDY_MS = 3_000

/** Where Amazon's own store is meant, or one that does not care. */
const DEFAULT_REGION = 'us-east-1'

/**
 * A bucket of an S3-compatible store as an archive. Endpoint, region and credentials come from where every AWS tool looks
 * for them: `AWS_ENDPOINT_URL_S3`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, a profile, a web identity. The bucket is made by the
 * first write. Nothing is asked of the store before the first call.
 *
 * This module loads the AWS SDK: import it only when an address is `s3://`.
 *
 * @param address `s3://BUCKET`
 */
export async function openS3(address: string): Promise<Archive> {
  const bucket = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/?$/.exec(address)?.[1]
  if (bucket === undefined) {
    throw new Failure(
      'usage',
      'the archive is not the address of a bucket; write s3://BUCKET, with nothing after it: 3 to 63 of a-z, 0-9, . and -',
    )
  }
  // The SDK's notice that it will give up this Node some day is not for those who run the program.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const regionless = new S3Client(CLIENT)
  const region = await regionless.config.region().catch(() => DEFAULT_REGION)
  const client = new S3Client({ ...CLIENT, region })
  const endpoint = await client.config.serviceConfiguredEndpoint?.()
  if (endpoint !== undefined && !/^https?:\/\/[^/]/.test(endpoint)) {
    throw new Failure(
      'usage',
      'AWS_ENDPOINT_URL_S3 is not the address of a store; write http://HOST:9000 or https://HOST',
    )
  }
  // A store on one host has no names like BUCKET.HOST.
  client.config.forcePathStyle = endpoint !== undefined
  return new S3(client, bucket, region, endpoint === undefined ? `Amazon (${region})` : new URL(endpoint).host)
}

/** What reading and writing share: one bucket, and its troubles told as such. */
export class S3 implements Archive {
  readonly address: string
  readonly client: S3Client
  readonly bucket: string
  private readonly region: string
  private readonly place: string
  /** Whether the last that was heard of the store is that it does not answer. */
  private away = false

  constructor(client: S3Client, bucket: string, region: string, place: string) {
    this.address = `s3://${bucket}`
    this.client = client
    this.bucket = bucket
    this.region = region
    this.place = place
  }

  async create(key: string, facts: Parameters<Archive['create']>[1]): Promise<PendingObject> {
    refuseUnlessKey(key)
    return new PendingUpload(this, key, facts)
  }

  /** By a listing, because the answer to HEAD says nothing of why it refuses. */
  async stat(key: string): Promise<StoredObject | undefined> {
    refuseUnlessKey(key)
    // In ascending order, what is only longer comes after it.
    for await (const object of this.list(key)) return object.key === key ? object : undefined
    return undefined
  }

  /**
   * Block by block, each taken off the connection before it is handed out: MinIO lets nobody replace an object while it is
   * being sent, so a slow reader would hold up a writer, and a pause would look like a dead connection.
   */
  async *read(key: string, range?: { start: number; end: number }): AsyncIterable<Uint8Array> {
    refuseUnlessKey(key)
    const hash = createHash('sha256')
    let first: Block | undefined
    let at = range?.start ?? 0
    let end = range?.end ?? Number.POSITIVE_INFINITY
    while (at <= end) {
      const last = Math.min(at + BLOCK_BYTES - 1, end)
      const block = await this.guard('read', key, () => this.block(key, at, last, first?.etag))
      first ??= block
      end = Math.min(end, first.size - 1)
      for (const chunk of block.chunks) {
        if (range === undefined) hash.update(chunk)
        at += chunk.length
        yield chunk
      }
    }
    if (range !== undefined || first?.sha256 === undefined) return
    const found = hash.digest('hex')
    if (found === first.sha256) return
    const what = `${quoted(key)} in the archive ${this.address} is damaged`
    const why = `its bytes have the sha256 ${found}, written were ${quoted(first.sha256)}`
    throw new Failure('store', `${what}: ${why}; restore it, or remove it and run again for its date`)
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    try {
      for await (const object of this.objects(prefix)) if (!isHidden(object.key)) yield object
    } catch (error) {
      throw this.trouble('list', prefix, error)
    }
  }

  private async *objects(prefix: string): AsyncIterable<StoredObject> {
    try {
      const query = { Bucket: this.bucket, Prefix: prefix, EncodingType: 'url' } as const
      for await (const page of paginateListObjectsV2({ client: this.client }, query)) {
        for (const { Key, Size, LastModified } of page.Contents ?? []) {
          // Encoded as in a form, because XML cannot carry every character.
          const key = decodeURIComponent(Key!.replaceAll('+', ' '))
          yield { key, bytes: Size!, modified: LastModified!.toISOString() }
        }
      }
    } catch (error) {
      if (!isNamed(error, 'NoSuchBucket')) throw error
    }
  }

  async remove(key: string): Promise<void> {
    refuseUnlessKey(key)
    const request = new DeleteObjectCommand({ Bucket: this.bucket, Key: key })
    await this.guard('remove', key, () => unlessGone(this.client.send(request), 'NoSuchBucket', 'NoSuchKey'))
  }

  /** What killed writers leave is beside the object, under names that are marked by an object each. */
  async sweep(key: string): Promise<void> {
    refuseUnlessKey(key)
    await this.guard('clean', key, async () => {
      for await (const object of this.objects(partialPrefix(key))) {
        if (partialOf(object.key) === key) await this.removePartial(object.key)
      }
    })
  }

  async *pending(): AsyncIterable<string> {
    const keys = new Set<string>()
    try {
      for await (const object of this.objects('')) {
        const key = partialOf(object.key)
        if (key !== undefined) keys.add(key)
      }
    } catch (error) {
      throw this.trouble('list', '', error)
    }
    yield* keys
  }

  async facts(): Promise<StoreFacts> {
    const request = new ListObjectsV2Command({ Bucket: this.bucket, MaxKeys: 1 })
    let headers: Readonly<Record<string, string>> = {}
    request.middlewareStack.add(
      (next) => async (given) => {
        const answer = await next(given)
        headers = (answer.response as { headers: typeof headers }).headers
        return answer
      },
      // Right after the answer came, whatever it is.
      { step: 'deserialize', priority: 'low' },
    )
    await this.guard('list', '', () => unlessGone(this.client.send(request), 'NoSuchBucket'))
    const now = new Date(headers.date ?? Number.NaN)
    return {
      product: `${headers.server ?? 'an S3 store'} at ${this.place}`,
      driver: '@aws-sdk/client-s3',
      ...(!Number.isNaN(now.getTime()) && { now }),
    }
  }

  async close(): Promise<void> {
    this.client.destroy()
  }

  /** Removes a partial object and the uploads that would become it. */
  private async removePartial(key: string): Promise<void> {
    const beside = { Bucket: this.bucket, Key: key }
    for (let more = true; more; ) {
      const page = await this.client.send(new ListMultipartUploadsCommand({ Bucket: this.bucket, Prefix: key }))
      for (const { UploadId } of page.Uploads ?? []) {
        const request = new AbortMultipartUploadCommand({ ...beside, UploadId: UploadId! })
        await unlessGone(this.client.send(request), 'NoSuchUpload')
      }
      more = page.IsTruncated === true && page.Uploads !== undefined
    }
    await unlessGone(this.client.send(new DeleteObjectCommand(beside)), 'NoSuchKey')
  }

  /** Sends a write; when there is no bucket, makes it and sends the write again. */
  async sendToBucket<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send()
    } catch (error) {
      if (!isNamed(error, 'NoSuchBucket')) throw error
    }
    // Amazon's first region is the one that must not be named.
    const place = this.region === DEFAULT_REGION ? {} : { LocationConstraint: this.region as never }
    const request = new CreateBucketCommand({ Bucket: this.bucket, CreateBucketConfiguration: place })
    await unlessGone(this.client.send(request), 'BucketAlreadyOwnedByYou', 'BucketAlreadyExists')
    return send()
  }

  /** Does something with the store; what goes wrong is told as trouble with this archive. */
  async guard<T>(verb: string, key: string, body: () => Promise<T>): Promise<T> {
    try {
      const result = await body()
      this.away = false
      return result
    } catch (error) {
      this.away = isAway(error)
      throw this.trouble(verb, key, error)
    }
  }

  /**
   * Clears something up for a writer that has a reason to tell already: not of a store that is away, and not for long. What
   * stays, the next run sweeps.
   */
  async tidy(send: (options: { abortSignal: AbortSignal }) => Promise<unknown>): Promise<void> {
    if (this.away) return
    await send({ abortSignal: AbortSignal.timeout(TIDY_MS) }).catch((error) => {
      this.away = isAway(error)
    })
  }

  /** The bytes from `at` to `last`, of the object with this etag when one is given; a connection that breaks is followed by another. */
  private async block(key: string, at: number, last: number, etag: string | undefined): Promise<Block> {
    const same = etag === undefined ? {} : { IfMatch: etag }
    const request = new GetObjectCommand({ Bucket: this.bucket, Key: key, Range: `bytes=${at}-${last}`, ...same })
    for (const begun = Date.now(); ; await sleep(1_000)) {
      try {
        const got = await unlessGone(this.client.send(request), 'InvalidRange')
        // Nothing lies in that range: the object ends before it, or is empty.
        if (got === undefined) return { chunks: [], size: 0 }
        const chunks: Uint8Array[] = []
        for await (const chunk of got.Body as Readable) chunks.push(chunk)
        const size = got.ContentRange?.split('/')[1]
        if (size === undefined)
          throw new Failure('store', `${this.place} does not give parts of objects, as S3 stores do`)
        return { chunks, size: Number(size), etag: got.ETag, sha256: got.Metadata?.sha256 }
      } catch (error) {
        if (!isBroken(error) || Date.now() - begun > PATIENCE_MS) throw error
      }
    }
  }

  private trouble(verb: string, key: string, error: unknown): unknown {
    const reason = reasonOf(error, this.place)
    return reason === undefined ? error : cannot(verb, key, this.address, reason, error)
  }
}

/** The same keys as in a folder, so that an archive can move. */
function refuseUnlessKey(key: string): void {
  const parts = key.split('/')
  if (parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part))) return
  throw new Failure('usage', `${quoted(key)} cannot be a name in an archive`)
}

/** Some bytes of an object, and what is known of the whole. */
interface Block {
  readonly chunks: readonly Uint8Array[]
  readonly size: number
  readonly etag?: string | undefined
  readonly sha256?: string | undefined
}

/** Whether the connection broke or fell silent, rather than the store saying no. */
function isBroken(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string }
  return code === 'ECONNRESET' || code === 'EPIPE' || name === 'TimeoutError'
}
