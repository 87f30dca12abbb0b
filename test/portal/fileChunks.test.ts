import { open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readDescriptorChunks, readFileChunks } from '../../src/portal/fileChunks.ts'
import { temporaryFolder } from '../helpers/exports.ts'

/** Writes a file of several chunks that ends in the middle of one. */
async function bigFile(): Promise<string> {
  const path = join(await temporaryFolder(), 'big')
  await writeFile(path, Buffer.from(Uint32Array.from({ length: 700_001 }, (_, index) => index * 2_654_435_761).buffer))
  return path
}

/** Reads chunk by chunk, with a pause in which the next one is read. */
async function concat(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const chunk of chunks) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    parts.push(Buffer.from(chunk))
  }
  return Buffer.concat(parts)
}

const openFiles = async () => (await readdir('/proc/self/fd')).length

test('a file is read whole and closed', async () => {
  const path = await bigFile()
  const before = await openFiles()
  expect((await concat(readFileChunks(path))).equals(await readFile(path))).toBe(true)
  expect(await openFiles()).toBe(before)
})

test('a file whose reader stops is closed', async () => {
  const path = await bigFile()
  const before = await openFiles()
  for await (const chunk of readFileChunks(path)) if (chunk.length > 0) break
  expect(await openFiles()).toBe(before)
})

test('an open file is read from its current position, or from a given one', async () => {
  const path = await bigFile()
  const content = await readFile(path)
  const file = await open(path)
  await file.read(Buffer.alloc(1_000))
  expect((await concat(readDescriptorChunks(file.fd))).equals(content.subarray(1_000))).toBe(true)
  expect((await concat(readDescriptorChunks(file.fd, 7))).equals(content.subarray(7))).toBe(true)
  await file.close()
})

test('a missing file fails with ENOENT', async () => {
  await expect(concat(readFileChunks(join(await temporaryFolder(), 'none')))).rejects.toMatchObject({ code: 'ENOENT' })
})
