import { close, open, read } from 'node:fs'
import { promisify } from 'node:util'

/** A file is read in chunks of this size: few enough calls, and short enough to stay in a processor's cache. */
const CHUNK_BYTES = 1 << 19

const openFile = promisify(open)
const readFile = promisify(read)
const closeFile = promisify(close)

/** A file from its first byte to its last; it is opened when the first chunk is asked for. */
export async function* readPath(path: string): AsyncIterable<Uint8Array> {
  const descriptor = await openFile(path, 'r')
  try {
    yield* readDescriptor(descriptor)
  } finally {
    await closeFile(descriptor)
  }
}

/**
 * What is left of an open file. Two buffers take turns: while one is worked on, the other is filled beside it. So a chunk
 * is gone when the next one is asked for, and a file of any size takes the memory of two chunks.
 *
 * @param position where to begin, in a file that is read and written; otherwise where the file is at
 */
export async function* readDescriptor(descriptor: number, position?: number): AsyncIterable<Uint8Array> {
  const buffers = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)]
  const fill = (buffer: Buffer, at?: number) => {
    const filling = readFile(descriptor, buffer, 0, CHUNK_BYTES, at ?? null)
    // Whoever waits for it is told; it must not end the process before.
    filling.catch(() => {})
    return filling
  }
  let at = position
  let filling = fill(buffers[0]!, at)
  try {
    for (let turn = 1; ; turn ^= 1) {
      const { bytesRead, buffer } = await filling
      if (bytesRead === 0) return
      if (at !== undefined) at += bytesRead
      filling = fill(buffers[turn]!, at)
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await filling.catch(() => {})
  }
}
