import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { cli } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv, writeTestFile } from '../helpers/exports.ts'

const FIRST = [
  { id: 'd1', title: 'Pistes cyclables', tags: 'velo', organization: 'o1', followers: 1 },
  { id: 'd2', title: 'Développement', organization: 'o1', followers: 3 },
  { id: 'd3', title: 'Bornes', description: 'Pour les vélos', organization: 'o2', followers: 2 },
  { id: 'd4', title: 'Transport', organization: 'o1' },
]
const SECOND = [...FIRST.slice(1), { id: 'd5', title: 'Vélo', organization: 'o1', followers: 9 }]
const WATCHES = `# My watches
watches:
  # The default
  - { name: mobilite-transport, terms: [mobilité, transport] }
  - name: velo # bikes
    terms: [vélo]   # one term
# The end
`

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'datagouv-tops-test-'))
  const organizations = organizationsCsv([
    ['o1', 'Métropole Un', 12],
    ['o2', 'Deux', 4],
  ])
  await writeTestFile(cwd, 'organizations.csv', organizations)
  await writeTestFile(cwd, 'datagouv-tops.yaml', WATCHES)
  for (const [date, datasets] of [
    ['2026-11-11', FIRST],
    ['2026-11-18', SECOND],
  ] as const) {
    const file = await writeTestFile(cwd, `${date}.csv`, datasetsCsv(datasets))
    await cli(['run', date, '--datasets', file, '--organizations', 'organizations.csv', '--quiet'], { cwd })
  }
})
afterAll(() => rm(cwd, { recursive: true }))

const search = (...args: string[]) => cli(['search', ...args], { cwd })

describe('search', () => {
  test('prints the counts of each word, the words that contain it, and the tops', async () => {
    const { code, stdout } = await search('VÉLO', 'bornes', '--quiet')
    expect(code).toBe(0)
    expect(stdout).toBe(`VÉLO: 3 datasets; in the words vélo 1, vélos 1, développement 1
bornes: 1 dataset; in the words bornes 1

search, 2026-11-18
3 of 4 datasets mention VÉLO or bornes; 3 belong to 2 of the 30 most followed organizations

rank  organization  followers  dataset        followers
   1  Métropole Un         12  Vélo                   9
   1  Métropole Un         12  Développement          3
   2  Deux                  4  Bornes                 2
`)
  })

  test('prints the six columns that "show" prints for a watch with these words', async () => {
    expect((await search('vélo', '--csv')).stdout).toBe(
      (await cli(['show', '--watch', 'velo', '--csv'], { cwd })).stdout,
    )
    const rows = async (...args: string[]) => (await search('vélo', '--csv', ...args)).stdout.split('\r\n').slice(1, -1)
    expect(await rows('--match', 'word')).toEqual(['"d5";"Vélo";9;"Métropole Un";"o1";12'])
    expect(await rows('--column', 'description')).toHaveLength(1)
    expect(await rows('--organization', 'deux')).toHaveLength(1)
    expect(await rows('--top', '1', '--sort', 'title', '--limit', '1')).toEqual([
      '"d2";"Développement";3;"Métropole Un";"o1";12',
    ])
  })

  test('names the longer words that a search for whole words leaves out', async () => {
    const lines = async (...args: string[]) =>
      (await search(...args, '--match', 'word', '--quiet')).stdout.split('\n\n')[0]
    const hint = '(longer words; add them, or leave out --match word)'
    // "développement" contains "velo", but does not begin with it.
    expect(await lines('vélo')).toBe(`vélo: 1 dataset\nnot counted: vélos 1 ${hint}`)
    expect(await lines('vélo', 'born')).toBe(
      `vélo: 1 dataset\nborn: no dataset\nnot counted: vélos 1, bornes 1 ${hint}`,
    )
    expect(await lines('vélo', 'vélos')).toBe('vélo: 1 dataset\nvélos: 1 dataset')
    expect(await lines('vélo', '--column', 'title')).toBe('vélo: 1 dataset')
    expect((await search('vélo', '--quiet')).stdout).not.toContain('not counted')
  })

  test('suggests the options of the command for those of another', async () => {
    expect((await search('vélo', '--word')).stderr).toBe(
      "datagouv-tops: unknown option '--word'; did you mean --match word?\n",
    )
    expect((await cli(['filter', '--match', 'word'], { cwd })).stderr).toBe(
      "datagouv-tops: unknown option '--match'; did you mean --word?\n",
    )
  })

  test('prints JSON with the place of each match', async () => {
    const found = JSON.parse((await search('vélo', '--json', '--date', '2026-11-11')).stdout)
    expect(found).toMatchObject({
      date: '2026-11-11',
      match: 'substring',
      archive: { records: 3 },
      in_tops: 3,
      total: 3,
    })
    expect(found.datasets[0].matches).toEqual(
      [{ term: 'vélo', column: 'title', before: 'Dé', found: 'velo', after: 'ppement' }].map((match) => ({
        ...match,
        found: 'velo',
      })),
    )
  })

  test('compares two weeks, with reasons', async () => {
    const changes = JSON.parse((await search('vélo', '--since', '2026-11-11', '--json')).stdout)
    expect(changes.entered).toMatchObject([{ dataset_id: 'd5', reason: 'new' }])
    expect(changes.left).toMatchObject([{ dataset_id: 'd1', reason: 'removed' }])
    expect((await search('vélo', '--since', '2026-11-11')).stdout).toMatch(
      /^search, 2026-11-11 to 2026-11-18: 1 dataset entered, 1 left\n/,
    )
    expect((await search('vélo', '--since', '2026-11-18')).stderr).toBe(
      'datagouv-tops: cannot compare: --since 2026-11-18 is not earlier than 2026-11-18. Give an earlier --since.\n',
    )
  })

  test('names the nearest words when nothing is found', async () => {
    expect((await search('velox', '--quiet')).stdout).toMatch(/^velox: no dataset; nearest words: vélo 1, vélos 1\n/)
  })

  test('warns of quotes and commas in a word, and names the word without them', async () => {
    const { stdout, stderr } = await search('"vélo"', 'bornes,vélo')
    expect(stdout).toMatch(/^"vélo": no dataset; nearest words: vélo 1, vélos 1\nbornes,vélo: no dataset/)
    expect(stderr).toContain(
      'warning: the quotes around "\\"vélo\\"" are part of the term: a text without them does not match; remove them\n' +
        'warning: the comma in "bornes,vélo" is part of the word; separate words with spaces\n',
    )
    expect((await search('vélo', '--column', 'title,description', '--csv')).stdout).toBe(
      (await search('vélo', '--column', 'title', '--column', 'description', '--csv')).stdout,
    )
  })

  test.each([
    [[], 'cannot search: no words are given. Give one to eight words.'],
    [
      ['e'],
      'cannot search for "e": it is too short. A word has 2 to 64 letters, not counting accents, nor hyphens and apostrophes at its ends.',
    ],
    [
      ['ab', 'cd', 'ef', 'gh', 'ij', 'kl', 'mn', 'op', 'qr'],
      'cannot search for 9 words: the limit is 8. Search for fewer words, or make a watch of them.',
    ],
    [
      ['--save', 'eau'],
      'cannot search: "eau" is the name for --save, and no words are given. Write the words first: search "eau" --save.',
    ],
    [['eau', '--match', 'whole'], 'cannot match by "whole": use --match substring or --match word.'],
    [['eau', '--top', '501'], 'cannot rank 501 organizations: use a whole number from 1 to 500.'],
    [
      ['eau', '--column', 'titel'],
      'cannot search in column "titel": the export of 2026-11-18 has no such column; did you mean title?',
    ],
    [
      ['eau', '--date', '2026-11-04'],
      'there is no sound snapshot of 2026-11-04 in file:./data/datagouv; these dates have one: 2026-11-18, 2026-11-11',
    ],
  ])('rejects %j with one line', async (args, line) => {
    expect(await search(...args, '--quiet')).toEqual({ code: 2, stdout: '', stderr: `datagouv-tops: ${line}\n` })
  })

  test('creates nothing, and needs no write permission', async () => {
    const before = await readdir(cwd, { recursive: true })
    await chmod(cwd, 0o555)
    const { code } = await cli(['search', 'vélo', '--yaml'], { cwd, unprivileged: true })
    await chmod(cwd, 0o755)
    expect([code, await readdir(cwd, { recursive: true })]).toEqual([0, before])
  })
})

describe('search --save', () => {
  test('adds the watch to the file and keeps everything else', async () => {
    const file = await writeTestFile(cwd, 'mine.yaml', WATCHES)
    await chmod(file, 0o640)
    const saved = await search('vélo', "l'air", '--match', 'word', '--save', 'air', '--config', 'mine.yaml')
    expect(saved.stdout).toBe(
      'added the watch air to mine.yaml; publish its editions: datagouv-tops backfill --from 2026-11-11 --to 2026-11-18 --watch air --config mine.yaml\n' +
        'restart "serve" if it is running: it reads the settings when it starts\n',
    )
    expect(await readFile(file, 'utf8')).toBe(
      WATCHES.replace('# The end', "  - name: air\n    terms: [vélo, l'air]\n    match: word\n# The end"),
    )
    expect((await stat(file)).mode & 0o777).toBe(0o640)
    expect((await search('vélo', '--save', 'air', '--config', 'mine.yaml')).stderr).toBe(
      'datagouv-tops: cannot save the watch "air" in mine.yaml: a watch with this name exists. Choose another name: --save NAME.\n',
    )
  })

  test.each([
    ['', ['mobilite-transport', 'eau-potable']],
    ['retries: 3 # few', ['mobilite-transport', 'eau-potable']],
    ['watches: [{ name: a, terms: [b, c] }] # mine\n', ['a', 'eau-potable']],
    ['watches:\n- name: a\n  terms:\n  - b   # last', ['a', 'eau-potable']],
    ['watches:\n- name: a\n  terms:\n  - b\n\n\nretries: 3\n', ['a', 'eau-potable']],
  ])('adds the watch to a file such as %j', async (text, names) => {
    const file = await writeTestFile(cwd, 'other.yaml', text)
    expect(await search('eau potable', '--save', '--config', 'other.yaml')).toMatchObject({ code: 0 })
    const written = await readFile(file, 'utf8')
    expect(parse(written).watches.map(({ name }: { name: string }) => name)).toEqual(names)
    for (const comment of text.match(/#.*/g) ?? []) expect(written).toContain(comment)
    expect((await cli(['config', '--config', 'other.yaml', '--json'], { cwd })).code).toBe(0)
  })

  test('--yaml prints the watch, which then publishes what the search found', async () => {
    const { stdout } = await search('vélo', 'eau', '--match', 'word', '--top', '5', '--column', 'title', '--yaml')
    expect(stdout).toBe(
      'watches:\n  - name: velo-eau\n    terms: [vélo, eau]\n    columns: [title]\n    match: word\n    top: 5\n' +
        '# Then publish its editions: datagouv-tops backfill --from 2026-11-11 --to 2026-11-18 --watch velo-eau\n',
    )
    await writeTestFile(cwd, 'new.yaml', stdout)
    const options = ['--config', 'new.yaml', '--quiet']
    expect(
      (await cli(['backfill', '--from', '2026-11-18', '--to', '2026-11-18', '--force', ...options], { cwd })).code,
    ).toBe(0)
    const searched = await search('vélo', 'eau', '--match', 'word', '--top', '5', '--column', 'title', '--csv')
    expect((await cli(['show', '--csv', ...options], { cwd })).stdout).toBe(searched.stdout)
  })
})
