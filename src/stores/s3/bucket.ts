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
import { isTruncated, type ListedObject, objectsOf, rangeOf, required, requireNoContent } from './answers.ts'
import { hasName, NotS3Error, unlessMissing } from './errors.ts'

/** Amazon's first region, which a request for a new bucket must not name. Other stores accept it. */
export const DEFAULT_REGION = 'us-east-1'

interface RequestOptions {
  readonly abortSignal?: AbortSignal
}

/** Some bytes of an object, and what the answer says of the whole. */
export interface Block {
  readonly chunks: readonly Uint8Array[]
  readonly size: number
  readonly etag: string | undefined
  readonly sha256: string | undefined
}

/** A finished part of an upload, as S3 wants it named when the upload is completed. */
export interface Part {
  readonly PartNumber: number
  readonly ETag: string
}

/**
 * The requests that an archive sends to its bucket. Each checks that the answer has what S3's API reference promises (and
 * AWS, MinIO, Ceph, Garage and SeaweedFS send): a captive portal answers everything with 200 and a page of its own, and
 * without a look that would be an upload, a copy or an empty bucket.
 */
export class Bucket {
  readonly client: S3Client
  readonly name: string
  private readonly region: string

  constructor(client: S3Client, name: string, region: string) {
    this.client = client
    this.name = name
    this.region = region
    // Web servers send an ETag with their pages, too, so a page as answer to an upload has to be seen by its type.
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (given) => {
          const answer = await next(given)
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
      return this.client.send(request(), options).catch((again) => {
        if (!hasName(again, 'NoSuchBucket')) throw again
        throw new NotS3Error('CreateBucket was answered as done, and there is no bucket')
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
    number: number,
    body: Uint8Array,
    options?: RequestOptions,
  ): Promise<Part> {
    const target = { Bucket: this.name, Key: key, UploadId: upload, PartNumber: number }
    const { ETag } = await this.client.send(new UploadPartCommand({ ...target, Body: body }), options)
    return { PartNumber: number, ETag: required(ETag, 'UploadPart', 'an ETag') }
  }

  async completeUpload(key: string, upload: string, parts: readonly Part[]): Promise<void> {
    const target = { Bucket: this.name, Key: key, UploadId: upload, MultipartUpload: { Parts: [...parts] } }
    const { ETag } = await this.client.send(new CompleteMultipartUploadCommand(target))
    required(ETag, 'CompleteMultipartUpload', 'an ETag')
  }

  /** Ends an upload and frees its parts. An upload that the store no longer knows is no error. */
  async abortUpload(key: string, upload: string, options?: RequestOptions): Promise<void> {
    const request = new AbortMultipartUploadCommand({ Bucket: this.name, Key: key, UploadId: upload })
    const answer = await unlessMissing(this.client.send(request, options), 'NoSuchUpload')
    if (answer !== undefined) requireNoContent(answer, 'AbortMultipartUpload')
  }

  /** Lists the ids of the uploads under exactly this key; MinIO lists uploads in no other way. */
  async *uploads(key: string): AsyncIterable<string> {
    for (let marker = {}, more = true; more; ) {
      const page = await this.client.send(
        new ListMultipartUploadsCommand({ Bucket: this.name, Prefix: key, ...marker }),
      )
      required(page.Bucket, 'ListMultipartUploads', 'a Bucket')
      more = required(page.IsTruncated, 'ListMultipartUploads', 'IsTruncated')
      for (const { UploadId } of page.Uploads ?? []) yield required(UploadId, 'ListMultipartUploads', 'an UploadId')
      if (more) {
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
   * Deletes an object; a missing one is no error.
   *
   * @returns whether the bucket is versioned and keeps the object all the same
   */
  async delete(key: string, options?: RequestOptions): Promise<boolean> {
    const request = new DeleteObjectCommand({ Bucket: this.name, Key: key })
    const answer = await unlessMissing(this.client.send(request, options), 'NoSuchBucket', 'NoSuchKey')
    if (answer === undefined) return false
    requireNoContent(answer, 'DeleteObject')
    return answer.DeleteMarker === true
  }

  /** Lists the objects whose key begins with `prefix`, by key; none when there is no bucket. */
  async *list(prefix: string): AsyncIterable<ListedObject> {
    for (let token: string | undefined, more = true; more; ) {
      const query = { Bucket: this.name, Prefix: prefix, EncodingType: 'url', ContinuationToken: token } as const
      const page = await unlessMissing(this.client.send(new ListObjectsV2Command(query)), 'NoSuchBucket')
      if (page === undefined) return
      more = isTruncated(page)
      yield* objectsOf(page, prefix)
      if (more) token = required(page.NextContinuationToken, 'ListObjectsV2', 'a NextContinuationToken')
    }
  }

  /** Returns the headers with which the store answers, which name its software and its clock. */
  async headers(): Promise<Readonly<Record<string, string>>> {
    const request = new ListObjectsV2Command({ Bucket: this.name, MaxKeys: 1 })
    let headers: Readonly<Record<string, string>> = {}
    request.middlewareStack.add(
      (next) => async (given) => {
        const answer = await next(given)
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

  /** Reads the bytes from `start` up to and including `end`, or to the object's end; of the object with this ETag when one is given. */
  async read(key: string, start: number, end: number, etag: string | undefined): Promise<Block> {
    const same = etag === undefined ? {} : { IfMatch: etag }
    const request = new GetObjectCommand({ Bucket: this.name, Key: key, Range: `bytes=${start}-${end}`, ...same })
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
        throw new NotS3Error('GetObject was answered with another number of bytes than announced')
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
    // Its answer has nothing that every store sends; the write that follows shows whether there is a bucket.
    await unlessMissing(this.client.send(request), 'BucketAlreadyOwnedByYou', 'BucketAlreadyExists')
  }
}
