import { mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { openFolder } from '../../src/stores/folder/folder.ts'
import { archiveContract, put, readAll } from '../contracts/archive.ts'
import { temporaryFolder } from '../helpers/exports.ts'
import { fileSystem, makeReadOnly, needUnprivileged, publicFolder, run } from './children.ts'

const CSV = { contentType: 'text/csv' }

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
  for await (const object of archive.list('')) expect.unreachable(object.key)
  await archive.sweep('a/b')
  await archive.remove('a/b')
  expect(await readdir(join(folder, '../..'))).toEqual([])
  await put(archive, 'a/b', 'x')
  expect((await readAll(archive, 'a/b')).toString()).toBe('x')
})

test('a folder keeps no empty folders when an object is aborted, committed under another key or removed', async () => {
  const folder = await temporaryFolder()
  const archive = await openFolder(folder)
  await (await archive.create('a/b/c', CSV)).abort()
  expect(await readdir(folder)).toEqual([])
  const object = await archive.create('a/b/c', CSV)
  await object.complete('')
  await object.commit('d/e')
  expect(await readdir(folder, { recursive: true })).toEqual(['d', 'd/e'])
  await archive.remove('d/e')
  expect(await readdir(folder)).toEqual([])
})

test('a folder ignores foreign entries: hidden files, folders, names that are not keys, broken links', async () => {
  const folder = await temporaryFolder()
  const archive = await openFolder(folder)
  await put(archive, 'x/a', 'x')
  for (const name of ['.DS_Store', 'x/.hidden']) await writeFile(join(folder, name), '')
  await symlink('nowhere', join(folder, 'x/broken'))
  await mkdtemp(join(folder, 'empty-'))
  const keys: string[] = []
  for await (const { key } of archive.list('')) keys.push(key)
  expect(keys).toEqual(['x/a'])
  await expect(archive.create('x/.hidden', CSV)).rejects.toMatchObject({ kind: 'usage' })
})

test.runIf(process.platform === 'linux')('a folder keeps no file open', async () => {
  const folder = await temporaryFolder()
  const archive = await openFolder(folder)
  await put(archive, 'a', Buffer.alloc(1 << 20))
  for await (const _ of archive.read('a')) break
  await (await archive.create('a', CSV)).abort()
  const swept = await archive.create('a', CSV)
  await swept.complete('')
  await archive.sweep('a')
  await expect(swept.commit()).rejects.toMatchObject({
    message: `cannot finish "a" in the archive file:${folder}: its partial file is gone, removed by another run or by hand; run again`,
  })
  await swept.abort()
  await vi.waitFor(async () => {
    const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''))
    expect((await Promise.all(links)).filter((path) => path.startsWith(folder))).toEqual([])
  })
})

test.each([
  ['a file where a folder should be', 'file/b', 'a file stands where a folder should be; move it away'],
  ['a name that is too long', `${'b'.repeat(300)}.csv`, 'the name is too long for this file system'],
  ['links in a circle', 'circle/b', 'its symbolic links form a circle'],
])('%s is reported in one line with its remedy', async (_, key, message) => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'file'), '')
  await symlink('circle', join(folder, 'circle'))
  const archive = await openFolder(folder)
  const failure = await archive.create(key, CSV).catch((error) => error)
  expect(failure).toMatchObject({ kind: 'store', message: expect.stringContaining(message) })
  expect(failure.message).toContain(`cannot write "${key.slice(0, 80)}`)
  expect(failure.message).not.toContain('\n')
})

test('a folder in the place of the object is reported in one line with its remedy', async () => {
  const folder = await temporaryFolder()
  const archive = await openFolder(folder)
  await put(archive, 'a/b', 'x')
  const remedy = expect.stringMatching(/a folder stands where a file should be; move it away/)
  await expect(readAll(archive, 'a')).rejects.toMatchObject({ kind: 'store', message: remedy })
  await expect(put(archive, 'a', 'x')).rejects.toMatchObject({ kind: 'store', message: remedy })
})

test('a folder that is not this user’s is reported in one line with its remedy', async ({ skip }) => {
  await needUnprivileged(skip)
  const folder = join(await publicFolder(), 'archive')
  await put(await openFolder(folder), 'x/kept', 'x')
  expect(await run('attempt', ['folder', folder], { unprivileged: true })).toBe(
    `store: cannot write "x/0" in the archive file:${folder}: permission denied; give this user access to it, or name another folder in the setting archive`,
  )
  expect(await readdir(folder, { recursive: true })).toEqual(['x', 'x/kept'])
})

test('too many open files are reported in one line with their remedy, and leave nothing', async () => {
  const folder = await temporaryFolder()
  expect(await run('attempt', ['folder', folder, '1', '200'], { files: 64 })).toMatch(
    /^store: cannot write "x\/\d+" in the archive .*: too many files are open; raise the limit \(ulimit -n\) and run again$/,
  )
  expect(await readdir(folder)).toEqual([])
})

test('a file system that is read-only is reported in one line with its remedy, and can be read', async ({ skip }) => {
  const folder = await fileSystem('1m', skip)
  const archive = await openFolder(folder)
  await put(archive, 'x/a', 'x')
  makeReadOnly(folder)
  for (const key of ['x/a', 'x/b', 'y/a', 'z']) {
    await expect(archive.create(key, CSV)).rejects.toMatchObject({
      kind: 'store',
      message: `cannot write "${key}" in the archive file:${folder}: the file system is read-only; name another folder in the setting archive`,
    })
  }
  expect((await readAll(archive, 'x/a')).toString()).toBe('x')
})

test('a disk that fills up is reported, and nothing of the object remains', async ({ skip }) => {
  const folder = await fileSystem('1m', skip)
  const archive = await openFolder(folder)
  await put(archive, 'x/a', 'old')
  const full = { kind: 'store', message: expect.stringMatching(/: the disk is full; make room and run again$/) }
  const large = await archive.create('x/a', CSV)
  await expect(large.write(Buffer.alloc(2 << 20))).rejects.toMatchObject(full)
  const small = await archive.create('y/a', CSV)
  await expect(small.write(Buffer.alloc(100_000))).rejects.toMatchObject(full)
  await large.abort()
  await small.abort()
  expect(await readdir(folder, { recursive: true })).toEqual(['x', 'x/a'])
  expect((await readAll(archive, 'x/a')).toString()).toBe('old')
})
