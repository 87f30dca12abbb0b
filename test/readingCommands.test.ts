import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cli } from './helpers/cli.ts'

let folder: string
/** A copy of the archive without snapshots. */
let pruned: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-reading-'))
  await cli(['demo', '--into', folder, '--quiet', '--no-serve'], { cwd: folder })
  pruned = join(folder, 'pruned')
  await cp(join(folder, 'datagouv'), pruned, { recursive: true })
  await rm(join(pruned, 'snapshots'), { recursive: true })
})
afterAll(() => rm(folder, { recursive: true }))

const STORES = ['--archive', 'file:datagouv', '--documents', 'sqlite:datagouv.db']
const run = (...args: string[]) => cli([...args, ...STORES], { cwd: folder })

describe('changes', () => {
  test('prints tables of what entered, left and moved between the last two editions, and why', async () => {
    const { code, stdout, stderr } = await run('changes')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^mobilite-transport, 2023-08-02 to 2023-08-09: 4 datasets entered, 3 left\n\n4 datasets entered\ndataset /,
    )
    expect(stdout).toMatch(/\nComptage vélo - Compteurs +Mairie de Paris +2 {2}new in the catalogue\n/)
    expect(stdout).toMatch(/\nRoutes projet \(CDGT 2013\) +Région Île-de-France +0 {2}no longer in the catalogue\n/)
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
      /^datagouv-tops: there is no edition of mobilite-transport of 2023-08-01, a Tuesday, in sqlite:\S+; the nearest are those of 2023-07-26, a Wednesday, and 2023-08-02, a Wednesday\n$/,
    ],
    [
      ['2023-08-09', '2023-08-02'],
      /^datagouv-tops: cannot compare the edition of 2023-08-09 with that of 2023-08-02: it is later\. Name the earlier/,
    ],
    [['--watch', 'velo'], /^datagouv-tops: there is no watch "velo"; known: mobilite-transport\n$/],
  ])('rejects %j with exit code 2 and one line', async (args, line) => {
    const { code, stdout, stderr } = await run('changes', ...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(line)
    expect(stderr.split('\n')).toHaveLength(2)
  })
})

describe('explain', () => {
  test('says why a dataset is in an edition', async () => {
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

  test.each([
    ['its slug', 'comptage-velo-compteurs'],
    ['its title, in other letters', 'COMPTAGE VELO – COMPTEURS'],
    ['a part of its title that no other has', 'vélo - compt'],
  ])('finds a dataset by %s, with and without the snapshot', async (_, text) => {
    for (const archive of ['datagouv', pruned]) {
      const { code, stdout } = await cli(
        ['explain', text, '--json', '--archive', `file:${archive}`, ...STORES.slice(2)],
        { cwd: folder },
      )
      const { dataset, asked, verdict } = JSON.parse(stdout)
      expect([code, dataset.id, asked, verdict]).toEqual([0, '5eab9f4b7ee4582b405f11df', text, 'in-tops'])
    }
  })

  test('lists the datasets that fit, with their IDs, if there are several', async () => {
    const { code, stdout, stderr } = await run('explain', 'comptage vélo', '--quiet')
    expect([code, stdout, stderr.split('\n')]).toEqual([
      2,
      '',
      [
        'datagouv-tops: cannot explain "comptage vélo": it matches 4 datasets in snapshots/2023-08-09/datasets.csv.gz. Give one of these IDs:',
        '  5eab9f4b7ee4582b405f11df  "Comptage vélo - Compteurs", Ville de Paris',
        '  5eab9f467ee4582b405f11de  "Comptage vélo - Historique - Données Compteurs et Sites de comptage", Ville de Paris',
        '  5dfc47a606e3e75fc2fac9d0  "Comptage vélo - Sites de comptage", Ville de Paris',
        '  5dfc47919ce2e75741f3a0cf  "Comptage vélo - Données compteurs", Ville de Paris',
        '',
      ],
    ])
  })

  test('exits with 2 for a dataset that does not exist, and names similar ones', async () => {
    const typo = await run('explain', '5eab9f4b7ee4582b405f11dd', '--quiet')
    expect([typo.code, typo.stdout]).toEqual([2, ''])
    expect(typo.stderr).toMatch(
      /^datagouv-tops: no dataset in \S+ has the ID "5eab9f4b7ee4582b405f11dd"\. Similar ones are:\n {2}5eab9f4b7ee4582b405f11df {2}"Comptage/,
    )
    // The slug of an address is no part of a title.
    const address = await run('explain', 'https://www.data.gouv.fr/datasets/comptage-velo-comp/', '--quiet')
    expect([address.code, address.stdout]).toEqual([2, ''])
    const words = await run('explain', 'no such title', '--quiet')
    expect([words.code, words.stdout]).toEqual([2, ''])
    expect(words.stderr).toMatch(/ has the ID, slug or title "no such title"\. Give an ID, a slug, /)
  })

  test('says that a dataset is not in the list if the snapshot is gone', async () => {
    const args = ['explain', '5eab9f4b7ee4582b405f11dd', '--json', '--archive', `file:${pruned}`, ...STORES.slice(2)]
    const { code, stdout } = await cli(args, { cwd: folder })
    expect([code, JSON.parse(stdout).verdict]).toEqual([0, 'not-listed'])
  })

  test.each([
    [
      [],
      /^datagouv-tops: cannot explain: no dataset is given\. Add its ID, its slug, the address of its page, or a part of its title\.\n$/,
    ],
    [
      ['x', '--date', '2023-01-04'],
      /there is no edition of mobilite-transport of 2023-01-04 in \S+; the nearest are those of 2023-07-26 and 2023-08-02\n$/,
    ],
  ])('rejects %j with exit code 2 and one line', async (args, line) => {
    const { code, stdout, stderr } = await run('explain', ...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(line)
  })
})

describe('serve', () => {
  test('prints its address, answers requests and exits cleanly on SIGTERM', async () => {
    let health: unknown
    const { code, stdout, stderr } = await cli(['serve', '--port', '0', '--json', ...STORES], {
      cwd: folder,
      onStart: (child) => {
        child.stdout?.once('data', async (line) => {
          health = await (await fetch(`${JSON.parse(line).url}healthz`)).json()
          child.kill('SIGTERM')
        })
      },
    })
    expect(health).toEqual({ status: 'ok' })
    expect(JSON.parse(stdout).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    expect([code, stderr]).toEqual([0, 'stopped\n'])
  })

  test('rejects a host that has no address, and an address of another machine', async () => {
    expect(await run('serve', '--host', 'no.such.host.invalid')).toMatchObject({
      code: 2,
      stderr:
        'datagouv-tops: cannot listen on no.such.host.invalid, port 8000: no address is known for this host. Check --host.\n',
    })
    expect(await run('serve', '--host', '192.0.2.1')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^datagouv-tops: cannot listen on 192\.0\.2\.1, .* Check --host, or use 0\.0\.0\.0/,
      ),
    })
  })

  test('rejects a port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, stderr } = await run('serve', '--port', String(port))
    other.close()
    expect([code, stderr]).toEqual([
      2,
      `datagouv-tops: cannot listen on 127.0.0.1, port ${port}: the port is in use. Choose another port with --port.\n`,
    ])
  })
})
