import type { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { SILENT, type StoreReport } from '../report.ts'
import { isTruncated, type ListedObject, objectsOf, rangeOf, required, requireNoContent } from './answers.ts'
import { hasName, NotS3Error, unlessMissing } from './errors.ts'

/** AWS's default region. CreateBucket fails if it is given as the location constraint. Other stores accept it. */
export const DEFAULT_REGION = 'us-east-1'

interface RequestOptions {
  readonly abortSignal?: AbortSignal
}

/** A byte range of an object, with the size, ETag and checksum of the whole object. */
export interface Block {
  readonly chunks: readonly Uint8Array[]
  readonly size: number
  readonly etag: string | undefined
  readonly sha256: string | undefined
}

/** A finished part of an upload, in the form that CompleteMultipartUpload expects. */
export interface Part {
  readonly PartNumber: number
  readonly ETag: string
}

/**
 * The requests that an archive sends to its bucket. Each checks that the response has the fields that the S3 API reference
 * requires (and AWS, MinIO, Ceph, Garage and SeaweedFS send). A captive portal answers every request with 200 and its own
 * page, which would otherwise pass for a successful upload, a copy or an empty bucket.
 */
export class Bucket {
  constructor(
    readonly client: S3Client,
    readonly name: string,
    private readonly region: string,
    private readonly report: StoreReport = SILENT,
  ) {
    // Web servers send ETags too, so an HTML page in response to an upload can only be recognized by its content type.
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args)
          const { statusCode, headers } = answer.response as { statusCode: number; headers: Record<string, string> }
          if (statusCode === 200 && commandName !== 'GetObjectCommand' && /html/i.test(headers['content-type'] ?? ''))
            throw new NotS3Error(`${commandName?.replace(/Command$/, '')} was answered with a web page`)
          return answer
        },
      { step: 'deserialize', priority: 'low' },
    )
  }

  /** Stores a small object; creates the bucket when there is none. */
  async put(key: string, body: Uint8Array, options?: RequestOptions): Promise<void> {
    const request = () => new PutObjectCommand({ Bucket: this.name, Key: key, Body: body })
    const { ETag } = await this.client.send(request(), options).catch(async (error) => {
      if (!hasName(error, 'NoSuchBucket')) throw error
      await this.create()
      return this.client.send(request(), options).catch((retryError) => {
        if (!hasName(retryError, 'NoSuchBucket')) throw retryError
        throw new NotS3Error('CreateBucket succeeded, but the bucket does not exist')
      })
    })
    required(ETag, 'PutObject', 'an ETag')
  }

  /** Begins an upload in parts and returns its id. */
  async createUpload(key: string, contentType: string, options?: RequestOptions): Promise<string> {
    const request = new CreateMultipartUploadCommand({ Bucket: this.name, Key: key, ContentType: contentType })
    const { UploadId } = await this.client.send(request, options)
    return required(UploadId, 'CreateMultipartUpload', 'an UploadId')
  }

  async uploadPart(
    key: string,
    upload: string,
    partNumber: number,
    body: Uint8Array,
    options?: RequestOptions,
  ): Promise<Part> {
    const target = { Bucket: this.name, Key: key, UploadId: upload, PartNumber: partNumber }
    const { ETag } = await this.client.send(new UploadPartCommand({ ...target, Body: body }), options)
    return { PartNumber: partNumber, ETag: required(ETag, 'UploadPart', 'an ETag') }
  }

  async completeUpload(key: string, upload: string, parts: readonly Part[]): Promise<void> {
    const target = { Bucket: this.name, Key: key, UploadId: upload, MultipartUpload: { Parts: [...parts] } }
    const { ETag } = await this.client.send(new CompleteMultipartUploadCommand(target))
    required(ETag, 'CompleteMultipartUpload', 'an ETag')
  }

  /** Ends an upload and frees its parts. Does nothing if the upload no longer exists. */
  async abortUpload(key: string, upload: string, options?: RequestOptions): Promise<void> {
    const request = new AbortMultipartUploadCommand({ Bucket: this.name, Key: key, UploadId: upload })
    const answer = await unlessMissing(this.client.send(request, options), 'NoSuchUpload')
    if (answer !== undefined) requireNoContent(answer, 'AbortMultipartUpload')
  }

  /** Lists the ids of the uploads under exactly this key. MinIO can list uploads only by their exact key. */
  async *uploads(key: string): AsyncIterable<string> {
    for (let marker = {}, hasMore = true; hasMore; ) {
      const page = await this.client.send(
        new ListMultipartUploadsCommand({ Bucket: this.name, Prefix: key, ...marker }),
      )
      required(page.Bucket, 'ListMultipartUploads', 'a Bucket')
      hasMore = required(page.IsTruncated, 'ListMultipartUploads', 'IsTruncated')
      for (const { UploadId } of page.Uploads ?? []) yield required(UploadId, 'ListMultipartUploads', 'an UploadId')
      if (hasMore) {
        const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page
        marker = { KeyMarker: required(KeyMarker, 'ListMultipartUploads', 'a NextKeyMarker'), UploadIdMarker }
      }
    }
  }

  /** Copies an object within the bucket, in one atomic step, with a new type and sha256; returns the copy's ETag and time. */
  async copy(
    from: string,
    to: string,
    contentType: string,
    sha256: string,
  ): Promise<{ etag: string; modified: Date | undefined }> {
    const source = [this.name, ...from.split('/')].map(encodeURIComponent).join('/')
    const target = { Bucket: this.name, Key: to, ContentType: contentType, Metadata: { sha256 } }
    const request = new CopyObjectCommand({ ...target, CopySource: source, MetadataDirective: 'REPLACE' })
    const { CopyObjectResult } = await this.client.send(request)
    const etag = required(CopyObjectResult?.ETag, 'CopyObject', 'an ETag')
    return { etag, modified: CopyObjectResult?.LastModified }
  }

  /**
   * Deletes an object if it exists.
   *
   * @returns whether the bucket is versioned, and so still holds the object as an old version
   */
  async delete(key: string, options?: RequestOptions): Promise<boolean> {
    const request = new DeleteObjectCommand({ Bucket: this.name, Key: key })
    const answer = await unlessMissing(this.client.send(request, options), 'NoSuchBucket', 'NoSuchKey')
    if (answer === undefined) return false
    requireNoContent(answer, 'DeleteObject')
    return answer.DeleteMarker === true
  }

  /** Lists the objects whose key begins with `prefix`, in key order. Yields nothing if the bucket does not exist. */
  async *list(prefix: string): AsyncIterable<ListedObject> {
    for (let token: string | undefined, hasMore = true; hasMore; ) {
      const query = { Bucket: this.name, Prefix: prefix, EncodingType: 'url', ContinuationToken: token } as const
      const page = await unlessMissing(this.client.send(new ListObjectsV2Command(query)), 'NoSuchBucket')
      if (page === undefined) return
      hasMore = isTruncated(page)
      yield* objectsOf(page, prefix)
      if (hasMore) token = required(page.NextContinuationToken, 'ListObjectsV2', 'a NextContinuationToken')
    }
  }

  async exists(): Promise<boolean> {
    const request = new ListObjectsV2Command({ Bucket: this.name, MaxKeys: 1 })
    const page = await unlessMissing(this.client.send(request), 'NoSuchBucket')
    if (page !== undefined) isTruncated(page)
    return page !== undefined
  }

  /** Returns the store's response headers, which include its software and its clock. */
  async headers(): Promise<Readonly<Record<string, string>>> {
    const request = new ListObjectsV2Command({ Bucket: this.name, MaxKeys: 1 })
    let headers: Readonly<Record<string, string>> = {}
    request.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args)
        headers = (answer.response as { headers: typeof headers }).headers
        return answer
      },
      // Runs before the answer is parsed, so an error's headers are seen too.
      { step: 'deserialize', priority: 'low' },
    )
    const page = await unlessMissing(this.client.send(request), 'NoSuchBucket')
    if (page !== undefined) isTruncated(page)
    return headers
  }

  /**
   * Reads the bytes from `start` to `end` (inclusive), or to the end of the object. If `etag` is given, fails unless the object
   * still has it.
   */
  async read(key: string, start: number, end: number, etag: string | undefined): Promise<Block> {
    const condition = etag === undefined ? {} : { IfMatch: etag }
    const request = new GetObjectCommand({ Bucket: this.name, Key: key, Range: `bytes=${start}-${end}`, ...condition })
    const answer = await unlessMissing(this.client.send(request), 'InvalidRange')
    // Nothing lies in that range: the object ends before it, or is empty.
    if (answer === undefined) return { chunks: [], size: 0, etag: undefined, sha256: undefined }
    const body = answer.Body as Readable
    try {
      const { size, length } = rangeOf(answer, start, end)
      const chunks: Uint8Array[] = []
      let received = 0
      for await (const chunk of body) {
        chunks.push(chunk)
        received += chunk.length
        if (received > length) break
      }
      if (received !== length)
        throw new NotS3Error('GetObject returned a different number of bytes than its Content-Range announced')
      return { chunks, size, etag: answer.ETag, sha256: answer.Metadata?.sha256 }
    } finally {
      body.destroy()
    }
  }

  /** Whether a lifecycle rule removes noncurrent versions; undefined when the access key may not see the rules. */
  async expiresVersions(): Promise<boolean | undefined> {
    const request = new GetBucketLifecycleConfigurationCommand({ Bucket: this.name })
    try {
      const { Rules = [] } = await this.client.send(request)
      return Rules.some(
        ({ Status, NoncurrentVersionExpiration }) => Status === 'Enabled' && NoncurrentVersionExpiration,
      )
    } catch (error) {
      return hasName(error, 'NoSuchLifecycleConfiguration') ? false : undefined
    }
  }

  private async create(): Promise<void> {
    const location = this.region === DEFAULT_REGION ? {} : { LocationConstraint: this.region as never }
    const request = new CreateBucketCommand({ Bucket: this.name, CreateBucketConfiguration: location })
    // The response has no field that every store sends, so it cannot be checked. The next write fails if there is no bucket.
    const created = await unlessMissing(this.client.send(request), 'BucketAlreadyOwnedByYou', 'BucketAlreadyExists')
    if (created !== undefined) this.report.info(`created the bucket ${this.name}`)
  }
}
