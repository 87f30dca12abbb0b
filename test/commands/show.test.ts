import { lstat, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cli } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv, writeTestFile } from '../helpers/exports.ts'
import { HAS_TERMINAL, inTerminal } from '../helpers/terminal.ts'

const LONG = `Transport ${'x'.repeat(3_000)}`
const DATASETS = [
  { id: 'd1', title: 'Transport B', organization: 'o1', followers: 1 },
  { id: 'd2', title: 'Transport A', organization: 'o1', followers: 3 },
  { id: 'd3', title: LONG, organization: 'o2', followers: 2 },
  { id: 'd4', title: 'Vélo', organization: 'o2', followers: 9 },
]
const WATCHES = `watches:
  - { name: mobilite-transport, terms: [mobilité, transport] }
  - { name: velo, terms: [vélo] }
`
const DATE = '2026-11-18'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'datagouv-tops-test-'))
  await writeTestFile(cwd, 'datasets.csv', datasetsCsv(DATASETS))
  await writeTestFile(
    cwd,
    'organizations.csv',
    organizationsCsv([
      ['o1', 'Métropole Un', 12],
      ['o2', 'Deux', 4],
    ]),
  )
  await writeTestFile(cwd, 'datagouv-tops.yaml', WATCHES)
  await cli(['run', DATE, '--datasets', 'datasets.csv', '--organizations', 'organizations.csv', '--quiet'], { cwd })
})
afterAll(() => rm(cwd, { recursive: true }))

const show = (...args: string[]) => cli(['show', ...args], { cwd })
const ids = async (...args: string[]) => (await show('--ids', ...args)).stdout.split('\n').slice(0, -1)

describe('show', () => {
  test('prints the IDs, sorted, limited, and of one organization', async () => {
    expect(await ids()).toEqual(['d2', 'd1', 'd3'])
    expect(await ids('--limit', '2')).toEqual(['d2', 'd1'])
    expect(await ids('--sort', 'followers')).toEqual(['d2', 'd3', 'd1'])
    expect(await ids('--sort', 'dataset_title', '--limit', '1')).toEqual(['d2'])
    for (const name of ['o1', 'METROPOLE UN', 'métro']) expect(await ids('--organization', name)).toEqual(['d2', 'd1'])
    const part = await show('--limit', '1', '--quiet')
    expect(part.stdout).toContain('\n1 of these 3 is shown\n')
    expect(JSON.parse((await show('--json', '--limit', '1')).stdout).datasets).toHaveLength(1)
  })

  test('refuses an unknown field or organization, and lists the known ones', async () => {
    expect(await show('--sort', 'folowers')).toMatchObject({
      code: 2,
      stderr: 'datagouv-tops: cannot sort by "folowers": there is no such field; did you mean followers?\n',
    })
    expect((await show('--sort', 'nope')).stderr).toMatch(/; known: rank, title, .*, organization_followers\n$/)
    expect((await show('--output', '.')).stderr).toBe(
      'datagouv-tops: cannot write ".": it is a folder. Add the name of a file.\n',
    )
    expect(await show('--organization', 'nope')).toMatchObject({
      code: 2,
      stderr:
        'datagouv-tops: no organization in mobilite-transport of 2026-11-18 has the ID or name "nope"; these have datasets there:\n' +
        '  o1  Métropole Un\n  o2  Deux\n',
    })
  })

  test('shows all watches: one table each, one JSON list, or one CSV with their names', async () => {
    const tables = (await show('--watch', 'all')).stdout
    expect(tables).toMatch(/^mobilite-transport, 2026-11-18\n[\s\S]*\nvelo, 2026-11-18\n/)
    // A dataset of both watches is listed once.
    expect(await ids('--watch', 'all')).toEqual([...new Set([...(await ids()), ...(await ids('--watch', 'velo'))])])
    const editions = JSON.parse((await show('--watch', 'all', '--json')).stdout)
    expect(editions.map(({ watch }: { watch: string }) => watch)).toEqual(['mobilite-transport', 'velo'])
    const rows = (await show('--watch', 'all', '--csv')).stdout.split('\r\n')
    expect(rows[0]).toMatch(/^"watch";"dataset_id";"dataset_title";/)
    expect(rows.at(-2)).toBe('"velo";"d4";"Vélo";9;"Deux";"o2";4')
  })

  test('shows the editions of a watch that is not configured any more', async () => {
    await writeTestFile(cwd, 'one.yaml', 'watches: [{ name: mobilite-transport, terms: [transport] }]\n')
    expect((await show('--config', 'one.yaml', '--watch', 'velo', '--ids')).stdout).toBe('d4\n')
    expect((await show('--config', 'one.yaml', '--watch', 'vel')).stderr).toMatch(/there is no watch "vel"; known: /)
  })

  test('writes to a file, whole or not at all', async () => {
    const { code, stdout, stderr } = await show('--csv', '--output', 'tops.csv')
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toMatch(/^wrote tops\.csv \(\d.*\)\n$/)
    expect(await readFile(join(cwd, 'tops.csv'), 'utf8')).toBe((await show('--csv')).stdout)
    expect(await show('--output', 'none/tops.csv')).toMatchObject({
      code: 2,
      stderr: 'datagouv-tops: cannot write "none/tops.csv": its folder does not exist. Create the folder first.\n',
    })
    await symlink('/dev/null', join(cwd, 'null'))
    expect(await show('--output', 'null')).toMatchObject({ code: 0 })
    expect((await lstat(join(cwd, 'null'))).isSymbolicLink()).toBe(true)
    expect(await show('--output', 'data')).toMatchObject({ code: 2, stderr: expect.stringContaining('it is a folder') })
    expect((await readdir(cwd)).filter((name) => name.startsWith('.'))).toEqual([])
  })

  test('cuts long titles in a pipe and in a terminal, but not with --wide', async () => {
    const widest = (text: string) => Math.max(...text.split(/\r?\n/).map((line) => line.length))
    expect(widest((await show()).stdout)).toBe(120)
    expect(widest((await show('--wide')).stdout)).toBeGreaterThan(3_000)
    if (HAS_TERMINAL) expect(widest(await inTerminal(50, 'show', cwd))).toBe(60)
  })
})

test('changes prints CSV: a row for each dataset that entered, left or moved', async () => {
  const moved = DATASETS.slice(0, 2).map((dataset) => ({ ...dataset, organization: 'o2' }))
  await writeTestFile(
    cwd,
    'later.csv',
    datasetsCsv([moved[0]!, { id: 'd5', title: 'Transport "C"', organization: 'o1' }]),
  )
  await cli(['run', '2026-11-25', '--datasets', 'later.csv', '--organizations', 'organizations.csv', '--quiet'], {
    cwd,
  })
  const { code, stdout } = await cli(['changes', '--csv', '--quiet'], { cwd })
  expect(await cli(['changes', '--csv', '--output', 'changes.csv', '--quiet'], { cwd })).toMatchObject({ stdout: '' })
  expect(await readFile(join(cwd, 'changes.csv'), 'utf8')).toBe(stdout)
  expect([code, stdout]).toEqual([
    0,
    '"change";"reason";"id";"title";"organization";"from";"followers";"before"\r\n' +
      '"entered";"new";"d5";"Transport ""C""";"Métropole Un";"";0;""\r\n' +
      '"left";"removed";"d2";"Transport A";"Métropole Un";"";3;""\r\n' +
      `"left";"removed";"d3";"${LONG}";"Deux";"";2;""\r\n` +
      '"moved";"";"d1";"Transport B";"Deux";"o1";1;""\r\n',
  ])
})
