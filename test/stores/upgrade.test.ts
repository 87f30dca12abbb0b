import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { cli } from '../helpers/cli.ts'
import { readFolder, temporaryFolder } from '../helpers/exports.ts'

/**
 * A folder that version 0.1 left: two weeks of two watches, a failed run, and the two exports of the next week. The SQLite file uses a
 * write-ahead log, the CSVs have no description, and the snapshots lack the facts that came later.
 */
const FIXTURE = fileURLToPath(new URL('stores-of-0.1.tar.gz', import.meta.url))
const NEXT = ['--datasets', 'week2.csv', '--organizations', 'organizations.csv', '--quiet']

async function folderOf01() {
  const cwd = await temporaryFolder()
  execFileSync('tar', ['-xzf', FIXTURE, '-C', cwd])
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli(args, { cwd })
    expect([args, code, stderr]).toEqual([args, 0, expect.not.stringContaining('warning')])
    return stdout
  }
  return { cwd, run }
}

test('commands that read show the editions, runs and reasons of version 0.1, and change no byte', async () => {
  const { cwd, run } = await folderOf01()
  const before = await readFolder(cwd)
  expect(await run('show', '--ids')).toBe('bus\nvelo\ngare\n')
  expect(await run('show', '2026-11-04', '--watch', 'velo', '--ids')).toBe('velo\n')
  expect(JSON.parse(await run('changes', '--json', '--quiet'))).toMatchObject({
    from: '2026-11-04',
    to: '2026-11-11',
    entered: [{ dataset_id: 'gare' }],
    left: [],
  })
  expect(await run('explain', 'eau', '--quiet')).toContain('is not in the list')
  expect(await run('search', 'vélo', '--csv', '--quiet')).toMatch(/^[^\n]*\n[^\n]*Pistes cyclables[^\n]*\n$/)
  expect(
    (await run('runs'))
      .split('\n')
      .slice(1, 4)
      .map((line) => line.split(/ {2,}/)[3]),
  ).toEqual(['failed', 'published', 'published'])
  expect(await run('verify', '--quiet')).toBe('')
  expect(await readFolder(cwd)).toEqual(before)
})

test('the next run continues the history of version 0.1', async () => {
  const { run } = await folderOf01()
  await run('run', '2026-11-18', ...NEXT)
  expect(JSON.parse(await run('changes', '2026-11-04', '--json', '--quiet'))).toMatchObject({ to: '2026-11-18' })
  expect(await run('verify', '--quiet')).toBe('')
})

test('republishing an edition of version 0.1 keeps its CSV byte for byte, and adds the description', async () => {
  const { cwd, run } = await folderOf01()
  const before = await readFolder(cwd)
  await run('backfill', '--from', '2026-11-01', '--to', '2026-11-11', '--force', '--quiet')
  const after = await readFolder(cwd)
  for (const [path, bytes] of before) if (path.endsWith('.csv')) expect([path, after.get(path)]).toEqual([path, bytes])
  expect([...after.keys()].filter((path) => path.endsWith('csv-metadata.json'))).toHaveLength(4)
  expect(await run('verify', '--quiet')).toBe('')
})
