import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { cli } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'

const SOURCES = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv']
const STORE = 'in sqlite:./data/datagouv.db'
const NEAREST = 'the nearest are those of 2026-11-11, a Wednesday, and 2026-11-18, a Wednesday'

async function newFolder(): Promise<string> {
  const cwd = await temporaryFolder()
  const datasets = [
    { id: '5b873d7206e3e76c3a0a5b3c', title: 'Bus de transport', tags: 'rail', organization: 'o1' },
    { id: 'd2', title: 'Vélodrome', organization: 'o1' },
  ]
  await writeTestFile(cwd, 'datasets.csv', datasetsCsv(datasets))
  await writeTestFile(cwd, 'organizations.csv', organizationsCsv([['o1', 'Un', 1]]))
  return cwd
}

async function publishedFolder(): Promise<string> {
  const cwd = await newFolder()
  for (const date of ['2026-11-11', '2026-11-18']) await cli(['run', date, '--quiet', ...SOURCES], { cwd })
  return cwd
}

test('for a date without an edition, the error lists the nearest ones with their weekdays', async () => {
  const cwd = await publishedFolder()
  const edition = `there is no edition of mobilite-transport of 2026-11-12, a Thursday, ${STORE}; ${NEAREST}`
  const anyEdition = `there is no edition of 2026-11-12, a Thursday, ${STORE}; ${NEAREST}`
  const snapshot = `there is no snapshot of 2026-11-12, a Thursday, in file:./data/datagouv; ${NEAREST}`
  const imports = `"import" stores past exports; "fetch --date 2026-11-12" would take the portal's current ones`
  for (const [command, message] of [
    ['show 2026-11-12', edition],
    ['show 2026-11-12 --watch all', anyEdition],
    ['explain bus --date 2026-11-12', edition],
    ['changes 2026-11-11 2026-11-12', edition],
    ['verify 2026-11-12', `cannot verify: ${anyEdition}`],
    ['remove 2026-11-12', `cannot remove: ${anyEdition}`],
    ['archive 2026-11-12', `${snapshot}. ${imports}`],
    ['publish 2026-11-12', `${snapshot}. ${imports}`],
  ] as const)
    expect([command, await cli(command.split(' '), { cwd })]).toEqual([
      command,
      { code: 2, stdout: '', stderr: `datagouv-tops: ${message}\n` },
    ])
  expect((await cli(['notify', '2026-11-05'], { cwd })).stderr).toBe(
    `warning: there is no edition of mobilite-transport of 2026-11-05, a Thursday, ${STORE}; ${NEAREST}\n`,
  )
})

test('run and fetch report a date on which no edition is due, unless it was imported', async () => {
  const cwd = await newFolder()
  const note =
    'note: no edition is due on 2026-11-12, a Thursday; the nearest due dates are 2026-11-11, a Wednesday, and 2026-11-18, a Wednesday\n'
  for (const command of ['fetch', 'run']) {
    const { code, stderr } = await cli([command, '2026-11-12', ...SOURCES], { cwd })
    // After "fetch" there is a snapshot.
    expect([code, stderr.includes(note)]).toEqual([0, command === 'fetch'])
  }
  expect((await cli(['run', '2026-11-18', ...SOURCES], { cwd })).stderr).not.toContain('note:')
})

test('archive and publish create no store when there is no snapshot', async () => {
  const cwd = await temporaryFolder()
  for (const command of ['archive', 'publish']) {
    const { code, stderr } = await cli([command], { cwd })
    expect([code, stderr]).toEqual([2, expect.stringContaining('file:./data/datagouv does not exist yet')])
  }
  expect(await readdir(cwd)).toEqual([])
})

describe('explain', () => {
  test('refuses the address of another portal, and gives a remedy for an unknown ID', async () => {
    const cwd = await publishedFolder()
    const explain = async (dataset: string) => (await cli(['explain', dataset, '--quiet'], { cwd })).stderr
    expect(await explain('https://data.example.org/datasets/bus/')).toBe(
      'datagouv-tops: cannot explain "https://data.example.org/datasets/bus/": it is not a page of https://www.data.gouv.fr. Give the address of a page there, an ID, a slug or a title.\n',
    )
    for (const host of ['www.data.gouv.fr', 'data.gouv.fr', 'demo.data.gouv.fr'])
      expect(await explain(`https://${host}/fr/datasets/5b873d7206e3e76c3a0a5b3c/`)).toBe('')
    expect(await explain('000000000000000000000000')).toMatch(/"0+"\. Try another --date, or a part of its title\.\n$/)
  })

  test('names the last date on which the portal still had a dataset', async () => {
    const cwd = await temporaryFolder()
    await writeTestFile(cwd, 'organizations.csv', organizationsCsv([['o1', 'Un', 1]]))
    const bus = { id: '5b873d7206e3e76c3a0a5b3c', title: 'Bus de transport' }
    for (const [date, datasets] of [
      ['2026-11-11', [bus, { id: 'd2', title: 'Transport' }]],
      ['2026-11-18', [{ id: 'd2', title: 'Transport' }]],
    ] as const) {
      await writeTestFile(cwd, 'datasets.csv', datasetsCsv(datasets))
      await cli(['run', date, '--quiet', '--accept-incomplete', ...SOURCES], { cwd })
    }
    const { code, stderr } = await cli(['explain', bus.id, '--quiet'], { cwd })
    expect([code, stderr]).toEqual([
      2,
      `datagouv-tops: no dataset in snapshots/2026-11-18/datasets.csv.gz has the ID "${bus.id}". It was still there on 2026-11-11, as "Bus de transport". Use --date 2026-11-11.\n`,
    ])
    expect((await cli(['explain', bus.id, '--quiet', '--date', '2026-11-11'], { cwd })).code).toBe(0)
  })

  test('explains the editions of a watch that is not configured any more, with its columns and match mode', async () => {
    const cwd = await newFolder()
    const watch = (match: string) =>
      `watches: [{ name: velo, terms: [rail, vélo], columns: [title, tags], match: ${match} }]\n`
    for (const match of ['substring', 'word']) {
      await writeTestFile(cwd, 'datagouv-tops.yaml', watch(match))
      await cli(['run', '2026-11-18', '--quiet', ...SOURCES], { cwd })
      await writeTestFile(cwd, 'datagouv-tops.yaml', 'retries: 1\n')
      const explain = async (id: string) =>
        JSON.parse((await cli(['explain', id, '--watch', 'velo', '--json', '--quiet'], { cwd })).stdout)
      expect(await explain('bus')).toMatchObject({ verdict: 'in-tops', columns: ['title', 'tags'] })
      expect(await explain('d2')).toMatchObject({ verdict: match === 'word' ? 'no-term' : 'in-tops' })
    }
    expect((await cli(['explain', 'bus', '--watch', 'veol'], { cwd })).stderr).toContain('there is no watch "veol"')
  })

  test('reports a second pass over the same export once', async () => {
    const { stderr } = await cli(['explain', 'bus'], { cwd: await publishedFolder() })
    expect(stderr.match(/read datasets of 2026-11-18 {2}2 records/g)).toHaveLength(1)
  })
})

test('a comparison in the wrong order and an empty input are refused with a remedy', async () => {
  const cwd = await publishedFolder()
  const stderr = async (...args: string[]) => (await cli(args, { cwd })).stderr
  expect(await stderr('changes', '2026-11-18', '2026-11-11')).toBe(
    'datagouv-tops: cannot compare the edition of 2026-11-18 with that of 2026-11-11: it is later. Name the earlier date first.\n',
  )
  for (const same of [['2026-11-18', 'latest'], ['2026-11-18'], ['latest']])
    expect(await stderr('changes', ...same)).toContain(
      'cannot compare the edition of 2026-11-18 with itself. Name two dates, or one date before 2026-11-18.',
    )
  expect(await stderr('changes', '2026-11-25')).toMatch(
    /: there is no edition of mobilite-transport of 2026-11-25 .*; the nearest are those of 2026-11-11 and 2026-11-18\n$/,
  )
  expect(await stderr('filter')).toBe(
    'datagouv-tops: cannot filter stdin: it is empty. Name a file, or check the command before the pipe.\n',
  )
})

test('doctor says where the remedies are', async () => {
  const cwd = await temporaryFolder()
  const env = { DATAGOUV_TOPS_PORTAL: 'http://127.0.0.1:1' }
  expect((await cli(['doctor'], { cwd, env })).stderr).toContain('The report above has the remedies.')
  expect((await cli(['doctor', '--quiet'], { cwd, env })).stderr).toContain(
    'Without --quiet, doctor prints the remedies.',
  )
})

test('for a new watch, the commands that read editions suggest backfill, because snapshots are stored', async () => {
  const cwd = await publishedFolder()
  await writeTestFile(cwd, 'datagouv-tops.yaml', 'watches: [{ name: velo, terms: [vélo] }]\n')
  const next = '"backfill --from 2026-11-11 --to 2026-11-18 --watch velo"'
  for (const command of ['explain d2', 'show', 'show 2026-11-11', 'changes'])
    expect([command, await cli([...command.split(' '), '--watch', 'velo'], { cwd })]).toEqual([
      command,
      {
        code: 2,
        stdout: '',
        stderr: `datagouv-tops: there is no edition of velo ${STORE} yet; ${next} makes them from the snapshots\n`,
      },
    ])
})
