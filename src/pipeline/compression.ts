import type { Writable } from 'node:stream'
import type { ZlibOptions } from 'node:zlib'
import { Failure } from '../errors.ts'

/** Size of a decompressed chunk. With 64 KiB, decompression takes a third longer. */
const CHUNK_BYTES = 1 << 19
/** How far decompression may run ahead of the reader. */
const AHEAD_BYTES = 2 * CHUNK_BYTES

type Chunks = AsyncIterable<Uint8Array>
type Write = (bytes: Uint8Array) => Promise<void>

/** Detects gzip by the first bytes. The returned chunks include them. */
export async function detectGzip(chunks: Chunks): Promise<{ readonly gzip: boolean; readonly chunks: Chunks }> {
  const iterator = chunks[Symbol.asyncIterator]()
  // A copy, since reading the next chunk overwrites this one.
  let first = Buffer.alloc(0)
  while (first.length < 2) {
    const next = await iterator.next()
    if (next.done) break
    first = Buffer.concat([first, next.value])
  }
  async function* all() {
    try {
      yield first
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { gzip: first[0] === 0x1f && first[1] === 0x8b, chunks: all() }
}

/** Decompresses gzip. @throws Failure `contract` when the bytes are damaged or end too early */
export async function* gunzip(chunks: Chunks, name: string): Chunks {
  const { createGunzip } = await import('node:zlib')
  const plain = createGunzip({ chunkSize: CHUNK_BYTES, readableHighWaterMark: AHEAD_BYTES } as ZlibOptions)
  const feeding = feed(chunks, plain)
  try {
    yield* plain
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error
    const why = (error as Error).message
    const what = `${name} is damaged: its gzip data is truncated or corrupt (${why})`
    throw new Failure('contract', `${what}; nothing was published. Fetch the file again`, { cause: error })
  } finally {
    plain.destroy()
    await feeding
  }
}

/** Writes chunks to a stream. Stays one chunk ahead of it. A read error destroys the stream. */
async function feed(chunks: Chunks, stream: Writable): Promise<void> {
  const closed = new Promise<void>((resolve) => stream.once('close', resolve))
  let before = Promise.resolve()
  try {
    for await (const chunk of chunks) {
      // A copy, since reading the next chunk overwrites this one.
      const written = new Promise<void>((resolve) => stream.write(Buffer.from(chunk), () => resolve()))
      await Promise.race([before, closed])
      if (stream.destroyed) return
      before = written
    }
    stream.end()
  } catch (error) {
    stream.destroy(error as Error)
  }
}

/** Passes chunks on unchanged, and writes each of them. */
export async function* tee(chunks: Chunks, write: Write): Chunks {
  for await (const chunk of chunks) {
    await write(chunk)
    yield chunk
  }
}
