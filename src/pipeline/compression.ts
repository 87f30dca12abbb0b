import type { Writable } from 'node:stream'
import type { ZlibOptions } from 'node:zlib'
import { Failure } from '../errors.ts'

/** Decompressed and compressed bytes come in chunks of this size; 64 KiB would take a third more time. */
const CHUNK_BYTES = 1 << 19
/** So much is decompressed ahead of whoever takes it. */
const AHEAD_BYTES = 2 * CHUNK_BYTES

/** Measured on the export of 224 MB: level 1 takes 1.2 s and makes 43 MB of it, level 6 2.4 s and 36 MB. */
const LEVEL = 1

type Chunks = AsyncIterable<Uint8Array>
type Write = (bytes: Uint8Array) => Promise<void>

/** Says by the first bytes, not by a name, whether chunks are gzip; they can still be read from the start. */
export async function sniff(chunks: Chunks): Promise<{ readonly gzip: boolean; readonly chunks: Chunks }> {
  const iterator = chunks[Symbol.asyncIterator]()
  // A copy, since a chunk is gone when the next one is asked for.
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

/** @throws Failure `contract` when the bytes are damaged or end too early */
export async function* gunzip(chunks: Chunks, name: string): Chunks {
  const { createGunzip } = await import('node:zlib')
  const plain = createGunzip({ chunkSize: CHUNK_BYTES, readableHighWaterMark: AHEAD_BYTES } as ZlibOptions)
  const feeding = feed(chunks, plain)
  try {
    yield* plain
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error
    const why = (error as Error).message
    throw new Failure('contract', `${name} is damaged: its gzip compression breaks off or is wrong (${why})`, {
      cause: error,
    })
  } finally {
    plain.destroy()
    await feeding
  }
}

/** Gives a stream chunk by chunk, each when the one before was used up; trouble with them becomes the stream's. */
async function feed(chunks: Chunks, stream: Writable): Promise<void> {
  const closed = new Promise<void>((resolve) => stream.once('close', resolve))
  try {
    for await (const chunk of chunks) {
      await Promise.race([written(stream, chunk), closed])
      if (stream.destroyed) return
    }
    stream.end()
  } catch (error) {
    stream.destroy(error as Error)
  }
}

function written(stream: Writable, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve) => stream.write(chunk, () => resolve()))
}

/** Passes chunks on and writes them gzip-compressed on the way; compression runs beside whoever takes them. */
export async function* gzipAside(chunks: Chunks, write: Write): Chunks {
  const { createGzip } = await import('node:zlib')
  const gzip = createGzip({ level: LEVEL, memLevel: 9, chunkSize: CHUNK_BYTES })
  const storing = store(gzip, write)
  storing.catch(() => {})
  try {
    for await (const chunk of chunks) {
      const compressed = written(gzip, chunk)
      yield chunk
      await Promise.race([compressed, storing])
    }
    gzip.end()
    await storing
  } finally {
    gzip.destroy()
  }
}

async function store(chunks: Chunks, write: Write): Promise<void> {
  for await (const chunk of chunks) await write(chunk)
}

/** Passes chunks on and writes them as they are on the way. */
export async function* copyAside(chunks: Chunks, write: Write): Chunks {
  for await (const chunk of chunks) {
    await write(chunk)
    yield chunk
  }
}
