import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cli } from './helpers/cli.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-see-'))
  await cli(['demo', '--into', folder, '--quiet', '--no-serve'], { cwd: folder })
})
afterAll(() => rm(folder, { recursive: true }))

const STORES = ['--archive', 'file:datagouv', '--documents', 'sqlite:datagouv.db']
const run = (...args: string[]) => cli([...args, ...STORES], { cwd: folder })

describe('changes', () => {
  test('tells in tables what entered, left and moved between the last two editions, and why', async () => {
    const { code, stdout, stderr } = await run('changes')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^mobilite-transport, 2023-08-02 to 2023-08-09: 4 datasets entered, 3 left\n\n4 datasets entered\ndataset /,
    )
    expect(stdout).toMatch(/\nComptage vélo - Compteurs +Mairie de Paris +2 {2}new at the portal\n/)
    expect(stdout).toMatch(/\nRoutes projet \(CDGT 2013\) +Région Île-de-France +0 {2}removed from the portal\n/)
    expect(stdout).toMatch(/\n {2}24 {3}24 {2}Mairie de Paris +94 +107 {2}\+2\n/)
    expect(stderr).toMatch(/^read datasets of 2023-08-02 {2}667 records/)
  })

  test('compares any two editions, as JSON or as Markdown', async () => {
    const json = await run('changes', '2023-07-26', '2023-08-09', '--json', '--quiet')
    expect(json.stderr).toBe('')
    expect(JSON.parse(json.stdout)).toMatchObject({ from: '2023-07-26', to: '2023-08-09', moved: [], followers: [] })
    const markdown = await run('changes', '2023-07-26', '--markdown')
    expect(markdown.stdout).toMatch(/^## mobilite-transport, 2023-07-26 to 2023-08-09: 10 datasets entered, 5 left\n/)
  })

  test.each([
    [
      ['2023-08-01'],
      /^datagouv-tops: there is no edition of mobilite-transport of 2023-08-01 in sqlite:\S+; there are: 2023-08-09, /,
    ],
    [['2023-08-09', '2023-08-02'], /^datagouv-tops: 2023-08-09 does not come before 2023-08-02; name the earlier/],
    [['--watch', 'velo'], /^datagouv-tops: there is no watch "velo"; known: mobilite-transport\n$/],
  ])('refuses %j with 2 and one line', async (args, line) => {
    const { code, stdout, stderr } = await run('changes', ...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(line)
    expect(stderr.split('\n')).toHaveLength(2)
  })
})

describe('explain', () => {
  test('says in words why a dataset is there', async () => {
    const { code, stdout } = await run('explain', 'https://www.data.gouv.fr/fr/datasets/comptage-velo-compteurs/')
    expect(code).toBe(0)
    expect(stdout).toBe(
      [
        'mobilite-transport, 2023-08-09: "Comptage vélo - Compteurs" (5eab9f4b7ee4582b405f11df) is in the list and in the tops.',
        'It is record 321 of snapshots/2023-08-09/datasets.csv.gz.',
        '"mobilité" is present in its tags: bande-cyclable,comptage-velo,dvd,iot,[mobilite]-et-espace-public,piste-cyclable,velo',
        'Its organization, "Mairie de Paris" (534fff89a3a7292c64a77eb7), has rank 24 of 422 with 94 followers, 15 more than the 30th, "Haute Autorité de santé (HAS)".',
        '',
      ].join('\n'),
    )
  })

  test('and why not, in the edition of a date', async () => {
    const { code, stdout } = await run('explain', '5eab9f4b7ee4582b405f11df', '--date', '2023-07-26', '--json')
    expect([code, JSON.parse(stdout).verdict]).toEqual([0, 'unknown'])
  })

  test.each([
    [[], /^datagouv-tops: name a dataset: its id, or the address of its page\n$/],
    [['x', '--date', '2023-01-01'], /there is no edition of mobilite-transport of 2023-01-01 in \S+; there are: /],
  ])('refuses %j with 2 and one line', async (args, line) => {
    const { code, stdout, stderr } = await run('explain', ...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(line)
  })
})

describe('serve', () => {
  test('says where, answers, and leaves cleanly when it is asked to', async () => {
    let answered: unknown
    const { code, stdout, stderr } = await cli(['serve', '--port', '0', '--json', ...STORES], {
      cwd: folder,
      onStart: (child) => {
        child.stdout?.once('data', async (line) => {
          answered = await (await fetch(`${JSON.parse(line).url}healthz`)).json()
          child.kill('SIGTERM')
        })
      },
    })
    expect(answered).toEqual({ status: 'ok' })
    expect(JSON.parse(stdout).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    expect([code, stderr]).toEqual([143, 'datagouv-tops: terminated; nothing half-done was published\n'])
  })

  test('refuses a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, stderr } = await run('serve', '--port', String(port))
    other.close()
    expect([code, stderr]).toEqual([
      2,
      `datagouv-tops: port ${port} of 127.0.0.1 is in use; choose another with --port\n`,
    ])
  })
})
