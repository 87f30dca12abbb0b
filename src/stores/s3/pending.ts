import { randomBytes } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { Archive, PendingObject } from '../archive.ts'
import type { S3 } from './s3.ts'

/** The smallest part that S3 takes; 10,000 of them make 48 GiB. One fills while another is on its way. */
const PART_BYTES = 5 * 1024 * 1024

/** What the names of an object's partial ones begin with. */
export function partialPrefix(key: string): string {
  return key.replace(/[^/]*$/, '.$&.')
}

/** Whether lists leave it out. */
export function isHidden(candidate: string): boolean {
  return /(^|\/)\.[^/]*\.partial$/.test(candidate)
}

/** The key of the object that a partial one would become; undefined for any other object. */
export function partialOf(candidate: string): string | undefined {
  const [, folder, name] = /^(.*\/)?\.([^/]+)\.[0-9a-f]{12}\.partial$/s.exec(candidate) ?? []
  return name === undefined ? undefined : `${folder ?? ''}${name}`
}

/**
 * An object on its way to a bucket. It is put beside its place, in one request when it fits into one part, else part by
 * part; `commit` copies it to its place.
 *
 * **Why a copy.** An upload fixes name and metadata when it begins, but only at its end is it known where the object
 * belongs and what its sha256 is (S3's own checksums of uploads are those of the parts, together). A copy within the store
 * takes both, in one atomic step that every S3 store knows, and it fails when somebody swept what it is a copy of. It ends
 * at 5 GiB, a hundred times what the exports are.
 *
 * **Why a marker.** Whoever sweeps must find what a killed writer left, but MinIO lists uploads under their exact key
 * only. So an empty object marks the name, at random as several may write one key at once, before the upload begins;
 * completing the upload replaces it.
 */
export class PendingUpload implements PendingObject {
  private readonly s3: S3
  private readonly key: string
  private readonly type: { readonly ContentType: string }
  private readonly beside: { readonly Bucket: string; readonly Key: string }
  private readonly parts: { PartNumber: number; ETag: string | undefined }[] = []
  /** The part that fills, and the one that is on its way (or was: its memory is used again). */
  private filling: Buffer | undefined
  private sent: Buffer | undefined
  private filled = 0
  private sending: Promise<void> = Promise.resolve()
  private readonly stop = new AbortController()
  private upload: string | undefined
  private marked = false
  private sha256 = ''
  private ended = false

  constructor(s3: S3, key: string, { contentType }: Parameters<Archive['create']>[1]) {
    this.s3 = s3
    this.key = key
    this.type = { ContentType: contentType }
    this.beside = { Bucket: s3.bucket, Key: `${partialPrefix(key)}${randomBytes(6).toString('hex')}.partial` }
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      // Memory that is not touched yet costs nothing, so a hundred small lists side by side do not either.
      this.filling ??= Buffer.allocUnsafeSlow(PART_BYTES)
      const taken = Math.min(bytes.length - at, PART_BYTES - this.filled)
      this.filling.set(bytes.subarray(at, at + taken), this.filled)
      this.filled += taken
      at += taken
      if (this.filled === PART_BYTES) await this.guard(() => this.sendPart())
    }
  }

  async complete(sha256: string): Promise<void> {
    this.sha256 = sha256
    await this.guard(async () => {
      if (this.upload !== undefined) await this.completeUpload(this.upload)
      else await this.putBeside(this.filling?.subarray(0, this.filled))
    })
  }

  async commit(elsewhere = this.key): Promise<void> {
    const { client, bucket } = this.s3
    const source = [bucket, ...this.beside.Key.split('/')].map(encodeURIComponent).join('/')
    const target = { Bucket: bucket, Key: elsewhere, ...this.type, Metadata: { sha256: this.sha256 } }
    const request = new CopyObjectCommand({ ...target, CopySource: source, MetadataDirective: 'REPLACE' })
    await this.guard(() => client.send(request))
    await this.abort()
  }

  /** Ends the object without it, or after it was copied to its place: either way nothing stays beside it. */
  async abort(): Promise<void> {
    if (this.ended) return
    this.ended = true
    this.filling = undefined
    this.sent = undefined
    this.stop.abort()
    await this.sending.catch(() => {})
    const { s3, beside, upload } = this
    if (upload !== undefined) {
      const request = new AbortMultipartUploadCommand({ ...beside, UploadId: upload })
      await s3.tidy((options) => s3.client.send(request, options))
    }
    if (this.marked) await s3.tidy((options) => s3.client.send(new DeleteObjectCommand(beside), options))
  }

  /** Sends the part that is full, as soon as the one before has arrived. */
  private async sendPart(): Promise<void> {
    await this.sending
    this.upload ??= await this.begin()
    const number = this.parts.length + 1
    const part = { PartNumber: number, ETag: undefined as string | undefined }
    this.parts.push(part)
    const body = this.filling!.subarray(0, this.filled)
    const request = new UploadPartCommand({ ...this.beside, UploadId: this.upload, PartNumber: number, Body: body })
    this.sending = this.s3.client.send(request, { abortSignal: this.stop.signal }).then(({ ETag }) => {
      part.ETag = ETag
    })
    // Told by whoever waits for it next.
    this.sending.catch(() => {})
    ;[this.filling, this.sent] = [this.sent, this.filling]
    this.filled = 0
  }

  private async begin(): Promise<string> {
    await this.putBeside()
    const request = new CreateMultipartUploadCommand({ ...this.beside, ...this.type })
    return (await this.s3.client.send(request)).UploadId!
  }

  private async putBeside(body: Uint8Array = new Uint8Array()): Promise<void> {
    this.marked = true
    const request = new PutObjectCommand({ ...this.beside, Body: body })
    await this.s3.sendToBucket(() => this.s3.client.send(request))
  }

  private async completeUpload(upload: string): Promise<void> {
    if (this.filled > 0) await this.sendPart()
    await this.sending
    const request = { ...this.beside, UploadId: upload, MultipartUpload: { Parts: this.parts } }
    await this.s3.client.send(new CompleteMultipartUploadCommand(request))
    this.upload = undefined
  }

  private guard<T>(body: () => Promise<T>): Promise<T> {
    return this.s3.guard('write', this.key, body)
  }
}
