import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, quoted } from '../../errors.ts'
import type { Block, Bucket } from './bucket.ts'

/** Objects are read in blocks of this size. When the connection breaks, the block is read again for this long. */
const BLOCK_BYTES = 4 * 1024 * 1024
const RETRY_MS = 10_000

/** Both ends are included. */
export interface Range {
  readonly start: number
  readonly end: number
}

/**
 * Reads an object block by block, and receives a whole block before it yields it. MinIO lets no writer replace an object while
 * it is being sent, so a slow reader would delay a writer, and a pause would look like a dead connection.
 *
 * @throws Failure `store` if the whole object was read and its sha256 is not the one stored with it
 */
export async function* readObject(bucket: Bucket, key: string, range?: Range): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256')
  let first: Block | undefined
  let at = range?.start ?? 0
  let end = range?.end ?? Number.POSITIVE_INFINITY
  while (at <= end) {
    const block = await readBlock(bucket, key, { start: at, end: Math.min(at + BLOCK_BYTES - 1, end) }, first?.etag)
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
  const what = `${quoted(key)} in the archive s3://${bucket.name} is damaged`
  const why = `its bytes have the sha256 ${found}, but it was written with ${quoted(first.sha256)}`
  throw new Failure('store', `${what}: ${why}; restore it, or remove it and run again for its date`)
}

/** Reads a block, and reads it again if the connection breaks. */
async function readBlock(bucket: Bucket, key: string, { start, end }: Range, etag: string | undefined): Promise<Block> {
  for (const since = Date.now(); ; await sleep(1_000)) {
    try {
      return await bucket.read(key, start, end, etag)
    } catch (error) {
      if (!isBroken(error) || Date.now() - since > RETRY_MS) throw error
    }
  }
}

/** Whether the connection broke or fell silent, rather than the store refusing. */
function isBroken(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string }
  return code === 'ECONNRESET' || code === 'EPIPE' || name === 'TimeoutError'
}
