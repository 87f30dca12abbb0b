import { open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readDescriptor, readPath } from '../../src/portal/file.ts'
import { temporaryFolder } from '../helpers/exports.ts'

/** A file of several chunks, which ends in the middle of one. */
async function bigFile(): Promise<string> {
  const path = join(await temporaryFolder(), 'big')
  await writeFile(path, Buffer.from(Uint32Array.from({ length: 700_001 }, (_, index) => index * 2_654_435_761).buffer))
  return path
}

/** Reads chunk by chunk, working on each for a while as the next one is being read. */
async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const chunk of chunks) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    parts.push(Buffer.from(chunk))
  }
  return Buffer.concat(parts)
}

const openFiles = async () => (await readdir('/proc/self/fd')).length

test('a file is read from its first byte to its last, and closed', async () => {
  const path = await bigFile()
  const before = await openFiles()
  expect((await joined(readPath(path))).equals(await readFile(path))).toBe(true)
  expect(await openFiles()).toBe(before)
})

test('a file that nobody reads on is closed', async () => {
  const path = await bigFile()
  const before = await openFiles()
  for await (const chunk of readPath(path)) if (chunk.length > 0) break
  expect(await openFiles()).toBe(before)
})

test('an open file is read on from where it is, or from a given place', async () => {
  const path = await bigFile()
  const content = await readFile(path)
  const file = await open(path)
  await file.read(Buffer.alloc(1_000))
  expect((await joined(readDescriptor(file.fd))).equals(content.subarray(1_000))).toBe(true)
  expect((await joined(readDescriptor(file.fd, 7))).equals(content.subarray(7))).toBe(true)
  await file.close()
})

test('a file that is not there is told by the system', async () => {
  await expect(joined(readPath(join(await temporaryFolder(), 'none')))).rejects.toMatchObject({ code: 'ENOENT' })
})
