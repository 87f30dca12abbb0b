import { close, open, read } from 'node:fs'
import { promisify } from 'node:util'

/** The size of a chunk: large enough for few calls, small enough for the processor's cache. */
const CHUNK_BYTES = 1 << 19

const openFile = promisify(open)
const readFile = promisify(read)
const closeFile = promisify(close)

/** Reads a whole file in chunks. It is opened when the first chunk is requested. */
export async function* readFileChunks(path: string): AsyncIterable<Uint8Array> {
  const descriptor = await openFile(path, 'r')
  try {
    yield* readDescriptorChunks(descriptor)
  } finally {
    await closeFile(descriptor)
  }
}

/**
 * Reads an open file to its end, in chunks. Two buffers alternate: one is filled while the caller works on the other. So a chunk
 * is valid until the next one is requested.
 *
 * @param position where to start; by default the current position of the file
 */
export async function* readDescriptorChunks(descriptor: number, position?: number): AsyncIterable<Uint8Array> {
  const buffers = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)]
  const fill = (buffer: Buffer, at?: number) => {
    const filling = readFile(descriptor, buffer, 0, CHUNK_BYTES, at ?? null)
    // The error is thrown where the promise is awaited; until then it must not end the process.
    filling.catch(() => {})
    return filling
  }
  let at = position
  let pending = fill(buffers[0]!, at)
  try {
    for (let turn = 1; ; turn ^= 1) {
      const { bytesRead, buffer } = await pending
      if (bytesRead === 0) return
      if (at !== undefined) at += bytesRead
      pending = fill(buffers[turn]!, at)
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await pending.catch(() => {})
  }
}
