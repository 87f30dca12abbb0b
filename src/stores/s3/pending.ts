import { randomBytes } from 'node:crypto'
import type { PendingObject } from '../archive.ts'
import type { Part } from './bucket.ts'
import { isAnswered, NotS3Error } from './errors.ts'
import { stagingPrefixes } from './keys.ts'
import type { S3 } from './s3.ts'

/** The smallest part that S3 accepts; 10,000 of them make 48 GiB. One fills while another is sent. */
const PART_BYTES = 5 * 1024 * 1024

/**
 * An object on its way to a bucket. It is staged under another key, in one request when it fits into one part, else part by
 * part; `commit` copies it to its own key.
 *
 * **Why a copy.** An upload fixes key and metadata when it begins, but only at its end are the object's key and its sha256
 * known (S3's own checksums of uploads are those of the parts, together). A copy within the store sets both, in one atomic
 * step that every S3 store supports, and it fails when the staged object was swept. Copies end at 5 GiB, twenty times the
 * size of an export.
 *
 * **Why a marker.** A sweep must find the uploads of a killed writer, but MinIO lists uploads under their exact key only. So an
 * empty object marks the key before the upload begins. The key is random, because several writers may write one object at once.
 * Completing the upload replaces it.
 */
export class PendingUpload implements PendingObject {
  private readonly staged: string
  private readonly parts: Part[] = []
  /** The part that is being filled, and the part that is being sent. Their memory is reused. */
  private filling: Buffer | undefined
  private sent: Buffer | undefined
  private filled = 0
  private bytes = 0
  private sending: Promise<void> = Promise.resolve()
  /** The running call, which `abort` waits for. */
  private running: Promise<unknown> = Promise.resolve()
  private readonly stop = new AbortController()
  private upload: string | undefined
  private marked = false
  /** Whether the store may have begun an upload whose id was lost. The marker then stays, so a sweep finds the upload. */
  private hasUnknownUpload = false
  private sha256 = ''
  private ended = false

  constructor(
    private readonly s3: S3,
    private readonly key: string,
    private readonly contentType: string,
  ) {
    this.staged = `${stagingPrefixes(key).now}${randomBytes(6).toString('hex')}.partial`
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      // Untouched memory costs nothing, so a hundred small lists side by side cost nothing either.
      this.filling ??= Buffer.allocUnsafeSlow(PART_BYTES)
      const length = Math.min(bytes.length - at, PART_BYTES - this.filled)
      this.filling.set(bytes.subarray(at, at + length), this.filled)
      this.filled += length
      this.bytes += length
      at += length
      if (this.filled === PART_BYTES) await this.withArchiveErrors(() => this.sendPart())
    }
  }

  async complete(sha256: string): Promise<void> {
    this.sha256 = sha256
    await this.withArchiveErrors(async () => {
      if (this.upload !== undefined) await this.completeUpload(this.upload)
      else await this.stage(this.filling?.subarray(0, this.filled))
    })
  }

  async commit(otherKey = this.key): Promise<void> {
    await this.withArchiveErrors(async () => {
      const copy = await this.s3.bucket.copy(this.staged, otherKey, this.contentType, this.sha256)
      await this.verifyCopy(otherKey, copy)
      await this.s3.discardStaged(this.staged)
    })
    this.ended = true
    this.filling = undefined
    this.sent = undefined
  }

  async abort(): Promise<void> {
    if (this.ended) return
    this.ended = true
    this.stop.abort()
    await this.running
    await this.sending.catch(() => {})
    this.filling = undefined
    this.sent = undefined
    const { bucket } = this.s3
    const { upload, staged } = this
    const freed =
      upload === undefined || (await this.s3.cleanUp((options) => bucket.abortUpload(staged, upload, options)))
    if (freed && this.marked && !this.hasUnknownUpload)
      await this.s3.cleanUp((options) => bucket.delete(staged, options))
  }

  /** Sends the full part, as soon as the one before has arrived. */
  private async sendPart(): Promise<void> {
    await this.sending
    this.upload ??= await this.begin()
    const number = this.parts.length + 1
    const body = this.filling!.subarray(0, this.filled)
    const request = this.s3.bucket.uploadPart(this.staged, this.upload, number, body, { abortSignal: this.stop.signal })
    this.sending = request.then((part) => void this.parts.push(part))
    // The next part, `complete` or `abort` waits for it and sees its error.
    this.sending.catch(() => {})
    ;[this.filling, this.sent] = [this.sent, this.filling]
    this.filled = 0
  }

  private async begin(): Promise<string> {
    await this.stage()
    try {
      return await this.s3.bucket.createUpload(this.staged, this.contentType, { abortSignal: this.stop.signal })
    } catch (error) {
      this.hasUnknownUpload = !isAnswered(error)
      throw error
    }
  }

  private async stage(body: Uint8Array = new Uint8Array()): Promise<void> {
    this.marked = true
    await this.s3.bucket.put(this.staged, body, { abortSignal: this.stop.signal })
  }

  private async completeUpload(upload: string): Promise<void> {
    if (this.filled > 0) await this.sendPart()
    await this.sending
    await this.s3.bucket.completeUpload(this.staged, upload, this.parts)
    this.upload = undefined
  }

  /**
   * Looks up the copy before the staged object is deleted. A different size is right only if another writer has replaced the
   * copy in the meantime. It is then a later object with a different ETag.
   */
  private async verifyCopy(
    key: string,
    { etag, modified }: { etag: string; modified: Date | undefined },
  ): Promise<void> {
    for await (const found of this.s3.bucket.list(key)) {
      if (found.key !== key) break
      if (found.bytes === this.bytes) return
      if (found.etag !== etag && modified !== undefined && found.modified >= modified.toISOString()) return
      const sizes = `${found.bytes} bytes instead of ${this.bytes}`
      throw new NotS3Error(`CopyObject succeeded, but the object has ${sizes}`)
    }
    throw new NotS3Error('CopyObject succeeded, but the object does not exist')
  }

  private withArchiveErrors<T>(body: () => Promise<T>): Promise<T> {
    const work = this.s3.withArchiveErrors('write', this.key, body)
    this.running = work.catch(() => {})
    return work
  }
}
