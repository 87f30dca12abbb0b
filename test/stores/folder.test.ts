import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openFolder } from '../../src/stores/folder.ts'
import { archiveContract, put, readAll } from '../contracts/archive.ts'
import { temporaryFolder } from '../helpers/exports.ts'

archiveContract('a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-test-'))
  return {
    archive: await openFolder(folder),
    leftovers: async () =>
      (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.partial')).length,
    close: () => rm(folder, { recursive: true }),
  }
})

test('a folder is made by the first write, and no sooner', async () => {
  const folder = join(await temporaryFolder(), 'not/yet')
  const archive = await openFolder(folder)
  expect(await archive.stat('a')).toBeUndefined()
  await archive.sweep('a/b')
  expect(await readdir(join(folder, '../..'))).toEqual([])
  await put(archive, 'a/b', 'x')
  expect((await readAll(archive, 'a/b')).toString()).toBe('x')
})

test.each(['../a', 'a/../../b', '/a', 'a//b', '', 'a\\b', 'a\0b', '.', 'a/.'])(
  'a folder refuses the key %j',
  async (key) => {
    const archive = await openFolder(await temporaryFolder())
    await expect(archive.create(key, { contentType: 'text/csv' })).rejects.toMatchObject({ kind: 'usage' })
  },
)

test('a file where a folder should be is told in one line with its remedy', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a'), '')
  const archive = await openFolder(folder)
  await expect(archive.create('a/b', { contentType: 'text/csv' })).rejects.toMatchObject({
    kind: 'store',
    message: `cannot write "a/b" in the archive file:${folder}: a file stands where a folder should be; move it away, or name another folder with --archive`,
  })
})

// A tiny file system of its own; only a privileged user of Linux can have one.
const canMount = process.platform === 'linux' && process.getuid?.() === 0
test.runIf(canMount)('a disk that fills up is told as such, and nothing stays of the object', async ({ skip }) => {
  const folder = await temporaryFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    skip('this machine mounts no file systems')
  }
  try {
    const archive = await openFolder(folder)
    await put(archive, 'x/a', 'old')
    const object = await archive.create('x/a', { contentType: 'text/csv' })
    await expect(object.write(Buffer.alloc(2 << 20))).rejects.toMatchObject({
      kind: 'store',
      message: expect.stringMatching(/the disk is full; make room and run again$/),
    })
    await object.abort()
    expect(await readdir(join(folder, 'x'))).toEqual(['a'])
    expect((await readAll(archive, 'x/a')).toString()).toBe('old')
  } finally {
    execFileSync('umount', [folder])
  }
})
