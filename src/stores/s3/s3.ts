import type { S3Client } from '@aws-sdk/client-s3'
import { Failure } from '../../errors.ts'
import { type ForwardProxy, NO_PROXIES, proxyFor } from '../../network/proxy.ts'
import { type Archive, archiveFailure, assertKey, isKey, type PendingObject, type StoredObject } from '../archive.ts'
import type { StoreFacts } from '../facts.ts'
import { SILENT, type StoreReport } from '../report.ts'
import { Bucket } from './bucket.ts'
import { createClient } from './client.ts'
import { hasName, isForeign, isUnusable, reasonOf } from './errors.ts'
import { stagedKeyTarget, stagingPrefixes } from './keys.ts'
import { PendingUpload } from './pending.ts'
import { type Range, readObject } from './read.ts'
import { BucketWarnings } from './warnings.ts'

/** Time limit for each cleanup request of a writer. */
const CLEANUP_MS = 3_000

/**
 * Opens a bucket of an S3-compatible store as an archive. Endpoint, region and credentials come from the usual places of
 * AWS: `AWS_ENDPOINT_URL_S3`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, a profile, a web identity. The first write creates the
 * bucket. Nothing is sent to the store before the first call.
 *
 * This module loads the AWS SDK: import it only when an address is `s3://`.
 *
 * @param address `s3://BUCKET`
 * @param report receives a warning, once each, of bucket settings that keep deleted objects
 */
export async function openS3(address: string, report: StoreReport = SILENT, proxies = NO_PROXIES): Promise<Archive> {
  const bucket = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/?$/.exec(address)?.[1]
  if (bucket === undefined) {
    throw new Failure(
      'usage',
      'the archive is not the address of a bucket; write s3://BUCKET, with nothing after it: 3 to 63 of a-z, 0-9, . and -',
    )
  }
  const { client, region, endpoint } = await createClient(proxies)
  const label = endpoint === undefined ? `Amazon (${region})` : new URL(endpoint).host
  const server = endpoint ?? `https://s3.${region}.amazonaws.com`
  // A proxy only tunnels requests to an https endpoint. Its own answers arrive as a ProxyError.
  const proxy = server.startsWith('http:') ? proxyFor(server, proxies) : undefined
  return new S3(new Bucket(client, bucket, region, report), label, server, report, proxy)
}

/** The archive in one bucket. A pending upload uses its bucket, its error handling and its warnings too. */
export class S3 implements Archive {
  readonly address: string
  private readonly warnings: BucketWarnings
  /** Whether the last request showed that the next one would fail as well. */
  private unusable = false

  constructor(
    readonly bucket: Bucket,
    private readonly endpoint: string,
    readonly server: string,
    report: StoreReport,
    private readonly proxy: ForwardProxy | undefined,
  ) {
    this.address = `s3://${bucket.name}`
    this.warnings = new BucketWarnings(bucket, report)
  }

  get client(): S3Client {
    return this.bucket.client
  }

  async exists(): Promise<boolean> {
    return this.withArchiveErrors('list', '', () => this.bucket.exists())
  }

  async create(key: string, { contentType }: Parameters<Archive['create']>[1]): Promise<PendingObject> {
    assertKey(key)
    return new PendingUpload(this, key, contentType)
  }

  /** Uses a listing, because the answer to HEAD has no body and so does not say why the store refuses. */
  async stat(key: string): Promise<StoredObject | undefined> {
    assertKey(key)
    // Keys are listed in ascending order, so `key` comes before any longer key that starts with it.
    for await (const object of this.list(key)) return object.key === key ? object : undefined
    return undefined
  }

  async *read(key: string, range?: Range): AsyncIterable<Uint8Array> {
    assertKey(key)
    try {
      yield* readObject(this.bucket, key, range)
    } catch (error) {
      this.unusable = isUnusable(error)
      throw this.asArchiveFailure('read', key, error)
    }
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    try {
      for await (const { etag: _, ...object } of this.bucket.list(prefix)) if (isKey(object.key)) yield object
    } catch (error) {
      throw this.asArchiveFailure('list', prefix, error)
    }
  }

  async remove(key: string): Promise<void> {
    assertKey(key)
    await this.withArchiveErrors('remove', key, () => this.delete(key))
  }

  /** Removes the staged copies of the object. A killed writer leaves an open upload too; a staged object marks its key. */
  async sweep(key: string): Promise<void> {
    assertKey(key)
    await this.withArchiveErrors('clean', key, async () => {
      const { now, before } = stagingPrefixes(key)
      for (const prefix of [now, before]) {
        for await (const staged of this.bucket.list(prefix)) {
          if (stagedKeyTarget(staged.key) === key) await this.removeStaged(staged.key)
        }
      }
    })
  }

  async *pendingKeys(): AsyncIterable<string> {
    const keys = new Set<string>()
    try {
      for await (const object of this.bucket.list('')) {
        const key = stagedKeyTarget(object.key)
        if (key !== undefined) keys.add(key)
      }
    } catch (error) {
      throw this.asArchiveFailure('list', '', error)
    }
    yield* keys
  }

  async facts(): Promise<StoreFacts> {
    const headers = await this.withArchiveErrors('list', '', () => this.bucket.headers())
    const now = new Date(headers.date ?? Number.NaN)
    return {
      product: `${headers.server ?? 'an S3 store'} at ${this.endpoint}`,
      driver: '@aws-sdk/client-s3',
      ...(!Number.isNaN(now.getTime()) && { now }),
    }
  }

  async close(): Promise<void> {
    this.client.destroy()
  }

  /** Runs requests to the store and turns their errors into failures of this archive. */
  async withArchiveErrors<T>(verb: string, key: string, body: () => Promise<T>): Promise<T> {
    try {
      const result = await body()
      this.unusable = false
      return result
    } catch (error) {
      this.unusable = isUnusable(error)
      throw this.asArchiveFailure(verb, key, error)
    }
  }

  /**
   * Sends a cleanup request after a write has failed, if the store is usable, and waits for it only briefly. The next run
   * sweeps the rest.
   *
   * @returns whether the store confirmed it
   */
  async cleanUp(send: (options: { abortSignal: AbortSignal }) => Promise<unknown>): Promise<boolean> {
    if (this.unusable) return false
    try {
      await send({ abortSignal: AbortSignal.timeout(CLEANUP_MS) })
      return true
    } catch (error) {
      this.unusable = isUnusable(error)
      return false
    }
  }

  /**
   * Deletes the staged copy of a committed object. The object is already committed, so a refusal is only a warning. But a
   * response that no S3 store sends is an error: the earlier responses cannot be trusted either.
   */
  async discardStaged(key: string): Promise<void> {
    try {
      await this.delete(key, { abortSignal: AbortSignal.timeout(CLEANUP_MS) })
    } catch (error) {
      if (isForeign(error)) throw error
      this.unusable = isUnusable(error)
      if (hasName(error, 'AccessDenied', 'AllAccessDisabled', 'Forbidden')) this.warnings.missingPermission()
    }
  }

  private async delete(key: string, options?: { abortSignal: AbortSignal }): Promise<void> {
    const isVersioned = await this.bucket.delete(key, options)
    if (isVersioned) await this.warnings.versions()
  }

  /** Ends the uploads under a staged object's key, and deletes it last: it is the mark by which a sweep finds them. */
  private async removeStaged(key: string): Promise<void> {
    for await (const upload of this.bucket.uploads(key)) await this.bucket.abortUpload(key, upload)
    await this.delete(key)
  }

  private asArchiveFailure(verb: string, key: string, error: unknown): unknown {
    const reason = reasonOf(error, this.endpoint, this.proxy)
    return reason === undefined ? error : archiveFailure(verb, key, this.address, reason, error)
  }
}
