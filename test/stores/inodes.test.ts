import { readdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { openFolder } from '../../src/stores/folder/folder.ts'
import { put, readAll } from '../contracts/archive.ts'
import { cli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/exports.ts'
import { fileSystem, run } from './children.ts'

const NO_INODES = /: the disk has no inodes left, so it holds too many files; remove some and run again$/

/** Empties the disk and fills it again, until this many inodes are free. */
async function leaveFree(disk: string, inodes: number, free: number): Promise<void> {
  for (const name of await readdir(disk)) await rm(join(disk, name), { recursive: true })
  await Promise.all(Array.from({ length: inodes - free }, (_, i) => writeFile(join(disk, `filler-${i}`), '')))
}

test('a folder on a disk without inodes names them, and keeps what it has', async ({ skip }) => {
  const folder = await fileSystem('nr_inodes=3', skip)
  const archive = await openFolder(folder)
  await put(archive, 'a', 'old')
  await put(archive, 'b', 'old')
  const failure = { kind: 'store', message: expect.stringMatching(NO_INODES) }
  for (const key of ['a', 'x/a']) {
    await expect(archive.create(key, { contentType: 'text/csv' })).rejects.toMatchObject(failure)
  }
  expect((await readAll(archive, 'a')).toString()).toBe('old')
})

test('SQLite on a disk without inodes names them, whichever of its files lacks one', async ({ skip }) => {
  const disk = await fileSystem('nr_inodes=8', skip)
  const results: string[] = []
  for (let free = 0; free < 7; free++) {
    await leaveFree(disk, 7, free)
    results.push(await run('attempt', ['sqlite', join(disk, 'folder/datagouv.db')]))
  }
  // The folder, the database, and one or two more files of SQLite.
  const failures = results.filter((result) => result !== 'done')
  expect(failures.length).toBeGreaterThanOrEqual(2)
  expect(results.slice(failures.length)).toEqual(Array(7 - failures.length).fill('done'))
  for (const failure of failures) expect(failure).toMatch(NO_INODES)
})

test('a run on a disk that runs out of inodes anywhere ends with 5 and names them', async ({ skip }) => {
  const disk = await fileSystem('nr_inodes=20', skip)
  const source = (name: string) => resolve(`sample/2023-07-26/${name}.csv.gz`)
  const cwd = await temporaryFolder()
  const env = {
    DATAGOUV_TOPS_ARCHIVE: `file:${join(disk, 'archive')}`,
    DATAGOUV_TOPS_DOCUMENTS: `sqlite:${join(disk, 'datagouv.db')}`,
  }
  const sources = ['--datasets', source('datasets'), '--organizations', source('organizations')]
  let failed = 0
  for (const free of [0, 1, 2, 3, 5, 7, 9, 11, 15]) {
    await leaveFree(disk, 19, free)
    const { code, stderr } = await cli(['run', '--date', '2023-07-26', '--quiet', ...sources], { cwd, env })
    if (code === 0) continue
    failed++
    expect([free, code, stderr]).toEqual([
      free,
      5,
      expect.stringMatching(
        /^datagouv-tops: .*: the disk has no inodes left, so it holds too many files; remove some and run again\n$/,
      ),
    ])
  }
  expect(failed).toBeGreaterThanOrEqual(5)
  expect(failed).toBeLessThan(9)
})
