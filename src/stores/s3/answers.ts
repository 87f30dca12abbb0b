import type { GetObjectCommandOutput, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import type { StoredObject } from '../archive.ts'
import { NotS3Error } from './errors.ts'

/** An object as a listing has it. */
export interface ListedObject extends StoredObject {
  readonly etag: string | undefined
}

/** Whether another page of the listing follows. */
export function isTruncated({ Name, IsTruncated }: ListObjectsV2CommandOutput): boolean {
  required(Name, 'ListObjectsV2', 'a Name')
  return required(IsTruncated, 'ListObjectsV2', 'IsTruncated')
}

/** The objects of a page of a listing. */
export function* objectsOf({ Contents = [], EncodingType }: ListObjectsV2CommandOutput, prefix: string) {
  for (const { Key, Size, LastModified, ETag } of Contents) {
    const encoded = required(Key, 'ListObjectsV2', 'a Key')
    const key = EncodingType === 'url' ? decoded(encoded) : encoded
    if (!key.startsWith(prefix)) throw new NotS3Error('ListObjectsV2 was answered with keys outside the prefix')
    const bytes = required(Number.isSafeInteger(Size) ? Size : undefined, 'ListObjectsV2', 'a Size')
    const modified = required(LastModified, 'ListObjectsV2', 'a LastModified').toISOString()
    yield { key, bytes, modified, etag: ETag }
  }
}

/** Keys are encoded as in a form, because XML cannot carry every character. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    throw new NotS3Error('ListObjectsV2 was answered with a key that is not encoded')
  }
}

/** Returns the size of the whole object, and how many bytes of it the answer announces. */
export function rangeOf({ ContentRange, ETag }: GetObjectCommandOutput, start: number, end: number) {
  required(ETag, 'GetObject', 'an ETag')
  const [, first, last, whole] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(ContentRange ?? '')?.map(Number) ?? []
  const size = required(whole, 'GetObject with a Range', 'a Content-Range')
  if (first !== start || last !== Math.min(end, size - 1))
    throw new NotS3Error('GetObject was answered with a range that was not requested')
  return { size, length: last - first + 1 }
}

/** Checks the status of a deletion, which has no other answer. */
export function requireNoContent(
  { $metadata }: { $metadata: { httpStatusCode?: number | undefined } },
  operation: string,
): void {
  const { httpStatusCode: status } = $metadata
  if (status !== 204) throw new NotS3Error(`${operation} was answered with HTTP ${status} instead of 204`)
}

/** Returns a field of an answer. @throws NotS3Error when it is missing or empty */
export function required<T>(value: T | undefined, operation: string, what: string): T {
  if (value !== undefined && value !== '') return value
  throw new NotS3Error(`${operation} was answered without ${what}`)
}
