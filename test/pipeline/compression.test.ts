import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { gunzipSync, gzipSync, inflateRawSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { detectGzip, gunzip, tee } from '../../src/pipeline/compression.ts'
import { gzipTee } from '../../src/pipeline/gzip.ts'

const TEXT = Buffer.from(Array.from({ length: 60_000 }, (_, line) => `"${line}";"é";"transport"\r\n`).join(''))
const SIZES = [1 << 20, 100_000, 4_096]

/** Yields chunks that are overwritten when the next one is requested, as those of a file are. */
async function* fleeting(bytes: Uint8Array, size: number, onEnd: () => void = () => {}): AsyncIterable<Uint8Array> {
  const buffer = Buffer.alloc(size)
  try {
    for (let at = 0; at < bytes.length; at += size) {
      const chunk = buffer.subarray(0, Math.min(size, bytes.length - at))
      chunk.set(bytes.subarray(at, at + size))
      yield chunk
      buffer.fill(0xff)
    }
  } finally {
    onEnd()
  }
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const chunk of chunks) parts.push(Buffer.from(chunk))
  return Buffer.concat(parts)
}

/** Collects slowly written bytes in buffers of its own. */
function slowSink() {
  const parts: Buffer[] = []
  const write = async (bytes: Uint8Array) => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    parts.push(Buffer.from(bytes))
  }
  return { write, written: () => Buffer.concat(parts) }
}

describe('chunks that are overwritten by the next one', () => {
  test.each([1, 2, 3, ...SIZES])('are recognized as gzip or not, without losing a byte: %d at a time', async (size) => {
    const bytes = size < 10 ? TEXT.subarray(0, 1_000) : TEXT
    const plain = await detectGzip(fleeting(bytes, size))
    expect([plain.gzip, (await joined(plain.chunks)).equals(bytes)]).toEqual([false, true])
    const gzipped = await detectGzip(fleeting(gzipSync(bytes), size))
    expect([gzipped.gzip, gunzipSync(await joined(gzipped.chunks)).equals(bytes)]).toEqual([true, true])
  })

  test.each(SIZES)('are decompressed: %d at a time', async (size) => {
    expect((await joined(gunzip(fleeting(gzipSync(TEXT), size), 'export'))).equals(TEXT)).toBe(true)
  })

  test.each(SIZES)('are passed on and compressed on the way: %d at a time', async (size) => {
    const { write, written } = slowSink()
    expect((await joined(gzipTee(fleeting(TEXT, size), write))).equals(TEXT)).toBe(true)
    expect(gunzipSync(written()).equals(TEXT)).toBe(true)
  })

  test.each([0, 1, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 9 << 18])(
    'are compressed to one gzip stream that the system’s gunzip takes: %d bytes',
    async (length) => {
      // Bytes that cannot be compressed, and bytes that can, each over several pieces.
      const bytes = Buffer.concat([randomBytes(length), Buffer.alloc(length)]).subarray(0, length)
      for (const content of [bytes, Buffer.alloc(length, 'transport;')]) {
        const { write, written } = slowSink()
        expect((await joined(gzipTee(fleeting(content, 70_000), write))).equals(content)).toBe(true)
        const plain = execFileSync('gzip', ['-dc'], { input: written(), maxBuffer: 1 << 24 })
        expect(plain.equals(content)).toBe(true)
        // A reader that stops after the first gzip stream, as some do, has everything.
        expect(inflateRawSync(written().subarray(10)).equals(content)).toBe(true)
      }
    },
  )

  test.each(SIZES)('are passed on and copied on the way: %d at a time', async (size) => {
    const { write, written } = slowSink()
    expect((await joined(tee(fleeting(TEXT, size), write))).equals(TEXT)).toBe(true)
    expect(written().equals(TEXT)).toBe(true)
  })
})

describe('errors in a stream', () => {
  const gzipped = gzipSync(TEXT)
  const broken = Buffer.from(gzipped)
  broken.fill(0xff, broken.length >> 1)

  test.each([
    ['damaged', broken],
    ['cut short', gzipped.subarray(0, gzipped.length - 100)],
  ])('gzip that is %s is refused, and its source is left', async (_, bytes) => {
    let ended = false
    const reading = joined(
      gunzip(
        fleeting(bytes, 4_096, () => (ended = true)),
        'the export',
      ),
    )
    await expect(reading).rejects.toThrow(/^the export is damaged: its gzip data is truncated or corrupt/)
    expect(ended).toBe(true)
  })

  test('an error of the source is reported as such', async () => {
    async function* failing() {
      yield gzipped.subarray(0, 1_000)
      throw new Failure('portal', 'the line is dead')
    }
    await expect(joined(gunzip(failing(), 'export'))).rejects.toThrow('the line is dead')
    await expect(joined(gzipTee(failing(), async () => {}))).rejects.toThrow('the line is dead')
  })

  test('a store that fails stops the reading', async () => {
    let ended = false
    const source = fleeting(TEXT, 4_096, () => (ended = true))
    const refuse = async () => {
      throw new Failure('store', 'the disk is full')
    }
    await expect(joined(gzipTee(source, refuse))).rejects.toThrow('the disk is full')
    expect(ended).toBe(true)
  })

  test('a store that fails before the first byte ends the reading at the first byte', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    async function* late() {
      await new Promise((resolve) => setTimeout(resolve, 20))
      yield TEXT
    }
    const refuse = async () => {
      throw new Failure('store', 'the disk is full')
    }
    await expect(joined(gzipTee(late(), refuse))).rejects.toThrow('the disk is full')
    expect(unhandled).toEqual([])
  })

  test.each([
    ['gunzip', (onEnd: () => void) => gunzip(fleeting(gzipped, 4_096, onEnd), 'export')],
    ['gzipAside', (onEnd: () => void) => gzipTee(fleeting(TEXT, 4_096, onEnd), async () => {})],
  ])('%s closes its source when the reader stops', async (_, open) => {
    let ended = false
    for await (const chunk of open(() => (ended = true))) if (chunk.length > 0) break
    expect(ended).toBe(true)
  })
})
