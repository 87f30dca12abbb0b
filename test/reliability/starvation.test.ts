import { execFileSync } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../helpers/cli.ts'
import { readFolder, temporaryFolder } from '../helpers/exports.ts'
import { fileSystem, makeReadOnly } from '../stores/children.ts'

const DATE = '2023-07-26'
const source = (name: string) => resolve(`sample/${DATE}/${name}.csv.gz`)
const RUN = [
  'run',
  '--date',
  DATE,
  '--quiet',
  '--datasets',
  source('datasets'),
  '--organizations',
  source('organizations'),
]

const stores = (archive: string, documents: string) => ({
  DATAGOUV_TOPS_ARCHIVE: `file:${archive}`,
  DATAGOUV_TOPS_DOCUMENTS: `sqlite:${join(documents, 'datagouv.db')}`,
})

/** The files of the folder, without the database. */
const objects = async (folder: string) => [...(await readFolder(folder)).keys()].filter((name) => !name.includes('.db'))

test('a disk that fills up during any write fails the run, and leaves no partial files', async ({ skip }) => {
  const disk = await fileSystem('4m', skip)
  const elsewhere = await temporaryFolder()
  const whole = await temporaryFolder()
  expect(await cli(RUN, { cwd: whole, env: stores(whole, whole) })).toMatchObject({ code: 0 })
  const needed = await objects(whole)
  const failed = new Set<string>()
  // Room for nothing, for a part of the first export, for both exports, and for nearly everything.
  for (const room of [0, 40, 160, 440, 480, 560, 700].map((kib) => kib * 1024)) {
    const filler = join(disk, 'filler')
    await writeFile(filler, '')
    const free = Number(execFileSync('df', ['--output=avail', '-B1', disk], { encoding: 'utf8' }).split('\n')[1])
    await writeFile(filler, Buffer.alloc(Math.max(0, free - room)))
    const { code, stdout, stderr } = await cli(RUN, { cwd: elsewhere, env: stores(join(disk, 'archive'), elsewhere) })
    expect([0, 5]).toContain(code)
    if (code === 5) {
      failed.add(/"([^"]*)"/.exec(stderr)?.[1]?.split('/').at(-1) ?? '')
      expect([stdout, stderr]).toEqual([
        '',
        expect.stringMatching(/^datagouv-tops: .*: the disk is full; make room and run again\n$/),
      ])
      const there = await objects(join(disk, 'archive')).catch(() => [])
      expect(there.filter((name) => name.endsWith('.partial') || name.endsWith('.json'))).toEqual([])
    }
  }
  expect(failed.size).toBeGreaterThanOrEqual(2)
  await writeFile(join(disk, 'filler'), '')
  expect(await cli(RUN, { cwd: elsewhere, env: stores(join(disk, 'archive'), elsewhere) })).toMatchObject({ code: 0 })
  expect(await objects(join(disk, 'archive'))).toEqual(needed)
})

test('documents that do not fit any more fail with 5 in one line', async ({ skip }) => {
  const disk = await fileSystem('48k', skip)
  const folder = await temporaryFolder()
  const { code, stdout, stderr } = await cli(RUN, { cwd: folder, env: stores(folder, disk) })
  expect([code, stdout, stderr]).toEqual([
    5,
    '',
    expect.stringMatching(
      /^datagouv-tops: cannot use the document store .*: the disk is full; make room and run again\n$/,
    ),
  ])
  expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.partial'))).toEqual([])
})

test('a file system that is read-only fails with 5 in one line, wherever it is', async ({ skip }) => {
  const disk = await fileSystem('1m', skip)
  const folder = await temporaryFolder()
  makeReadOnly(disk)
  for (const env of [stores(disk, folder), stores(folder, disk)]) {
    const { code, stdout, stderr } = await cli(RUN, { cwd: folder, env })
    expect([code, stdout, stderr]).toEqual([
      5,
      '',
      expect.stringMatching(/^datagouv-tops: [^\n]*(read-only|cannot be opened; check that)[^\n]*\n$/),
    ])
  }
})

test('a heap of 64 MiB is enough for a run, and its result is the same', async () => {
  const [small, usual] = [await temporaryFolder(), await temporaryFolder()]
  const env = { ...stores(small, small), NODE_OPTIONS: '--max-old-space-size=64' }
  expect(await cli(RUN, { cwd: small, env })).toMatchObject({ code: 0, stderr: '' })
  expect(await cli(RUN, { cwd: usual, env: stores(usual, usual) })).toMatchObject({ code: 0 })
  const csv = `${DATE}/mobilite-transport.csv`
  expect((await readFile(join(small, csv))).equals(await readFile(join(usual, csv)))).toBe(true)
})
