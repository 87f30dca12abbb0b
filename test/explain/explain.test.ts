import { expect, test } from 'vitest'
import type { Context } from '../../src/context.ts'
import { findEdition } from '../../src/editions/find.ts'
import { snapshotKey } from '../../src/editions/layout.ts'
import { explain } from '../../src/explain/explain.ts'
import type { Explanation } from '../../src/explain/explanation.ts'
import { DATE, openTestContext } from '../helpers/context.ts'
import { publishWeeks, watchWithTop } from '../helpers/weeks.ts'

const DATASETS = [
  { id: 'aaaa-1', slug: 'horaires', title: 'Horaires', tags: 'mobilite,bus', organization: 'o1', followers: 4 },
  { id: 'aaaa-2', title: 'Budget', description: 'Le transit par train', organization: 'o1' },
  { id: 'bbbb-1', title: 'Transports', organization: 'o3' },
  { id: 'bbbb-2', title: 'Transports de personne' },
  { id: 'bbbb-3', title: 'Transports perdus', organization: 'gone' },
]
const ORGANIZATIONS = [
  ['o1', 'Un', 20],
  ['o2', 'Deux', 10],
  ['o3', 'Trois', 10],
] as const

async function published() {
  const context = await openTestContext(undefined, watchWithTop(2))
  await publishWeeks(context, [{ date: DATE, datasets: DATASETS, organizations: ORGANIZATIONS }])
  return context
}

async function explained(context: Context, ...asked: string[]) {
  const [watch] = context.config.watches
  return explain(asked, await findEdition(context.documents, watch!.name), watch!, context)
}

test('says which term stands in which column of which record, and whose dataset it is', async () => {
  const [explanation] = await explained(await published(), 'aaaa-1')
  expect(explanation).toEqual({
    watch: 'mobilite-transport',
    date: DATE,
    asked: 'aaaa-1',
    verdict: 'in-tops',
    source: `snapshots/${DATE}/datasets.csv.gz`,
    terms: ['mobilité', 'transport'],
    columns: ['title', 'tags', 'description'],
    top: 2,
    dataset: { id: 'aaaa-1', title: 'Horaires', followers: 4, organization_id: 'o1', record: 1 },
    matches: [{ term: 'mobilité', column: 'tags', times: 1, before: '', found: 'mobilite', after: ',bus' }],
    organization: {
      rank: 1,
      id: 'o1',
      name: 'Un',
      followers: 20,
      of: 3,
      last: { rank: 2, id: 'o2', name: 'Deux', followers: 10 },
      lead: 10,
    },
    nearest: [],
    last_seen: null,
    sentences: [
      `mobilite-transport, ${DATE}: "Horaires" (aaaa-1) is in the list and in the tops.`,
      `It is record 1 of snapshots/${DATE}/datasets.csv.gz.`,
      '"mobilité" is present in its tags: [mobilite],bus',
      'Its organization, "Un" (o1), has rank 1 of 3 with 20 followers, 10 more than the 2nd, "Deux".',
    ],
  })
})

test('shows what matched as it is written, separators, ligatures and soft hyphens included', async () => {
  const terms = 'watches:\n  - {name: mobilite-transport, terms: ["qualite de l air", plateforme, euvre]}\n'
  const context = await openTestContext(undefined, terms)
  const title = 'Une plate\u00adforme : la qualité  de l’air, cette Œuvre'
  await publishWeeks(context, [{ date: DATE, datasets: [{ id: 'a', title }], organizations: ORGANIZATIONS }])
  const [{ matches }] = (await explained(context, 'a')) as [Explanation]
  expect(matches.map(({ term, before, found }) => [term, before, found])).toEqual([
    ['qualite de l air', 'Une plate\u00adforme : la ', 'qualité  de l’air'],
    ['plateforme', 'Une ', 'plate\u00adforme'],
    ['euvre', expect.stringMatching(/^….*, cette $/), 'Œuvre'],
  ])
})

test('names the first condition that an absent dataset failed, and the nearest words or datasets', async () => {
  const found = await explained(await published(), 'aaaa-9', 'nowhere', 'aaaa-2', 'bbbb-2', 'bbbb-3', 'bbbb-1')
  expect(found.map(({ verdict, nearest }) => [verdict, nearest])).toEqual([
    [
      'unknown',
      [
        { dataset_id: 'aaaa-1', dataset_title: 'Horaires', organization: '' },
        { dataset_id: 'aaaa-2', dataset_title: 'Budget', organization: '' },
        { dataset_id: 'bbbb-2', dataset_title: 'Transports de personne', organization: '' },
      ].slice(0, 2),
    ],
    ['unknown', []],
    ['no-term', [{ word: 'transit', column: 'description', term: 'transport' }]],
    ['no-organization', []],
    ['unknown-organization', []],
    ['below-top', []],
  ])
  expect(found[2]!.sentences[2]).toBe('Its title, tags, and description do not mention "mobilité" or "transport".')
  expect(found.at(-1)!.sentences.at(-1)).toBe(
    'Its organization, "Trois" (o3), has rank 3 of 3 with 10 followers, as many as the 2nd, "Deux"; among equals the lower ID comes first.',
  )
})

test('finds the dataset whose title was given, whatever its case and accents, and names those with a similar title', async () => {
  const [title, typo] = await explained(await published(), 'Transports PÉRDUS', 'Transprots PÉRDUS')
  expect(title).toMatchObject({ dataset: { id: 'bbbb-3' }, asked: 'Transports PÉRDUS' })
  expect(typo).toMatchObject({ verdict: 'unknown', nearest: [{ dataset_id: 'bbbb-3' }] })
  expect(typo!.sentences[0]).toMatch(/ "Transprots PÉRDUS" is not the ID or slug of a dataset of the portal\.$/)
})

test('finds a dataset by its title or a part of it, and lists the datasets if there are several', async () => {
  const context = await openTestContext(undefined, watchWithTop(2))
  const datasets = Array.from({ length: 25 }, (_, index) => ({
    id: `c${index}`,
    title: `Transport à la demande ${index}, ${index === 7 ? 'Nîmes' : 'ville'}`,
    organization: 'o1',
  }))
  await publishWeeks(context, [{ date: DATE, datasets, organizations: ORGANIZATIONS }])
  const [title, part, several, address, id] = await explained(
    context,
    'TRANSPORT A LA DEMANDE 7, nimes',
    'nimes',
    'à la demande',
    'https://portal.example/datasets/nimes/',
    '0123456789abcdef01234567',
  )
  expect(title).toMatchObject({ verdict: 'in-tops', dataset: { id: 'c7' }, asked: 'TRANSPORT A LA DEMANDE 7, nimes' })
  expect(part).toMatchObject({ verdict: 'in-tops', dataset: { id: 'c7' }, asked: 'nimes' })
  expect(several).toMatchObject({ verdict: 'unknown', dataset: null })
  expect(several!.nearest).toHaveLength(20)
  expect(several!.nearest[0]).toEqual({
    dataset_id: 'c0',
    dataset_title: 'Transport à la demande 0, ville',
    organization: '',
  })
  expect(several!.sentences.at(-1)).toMatch(
    /^25 datasets have this text in their title: c0 \("Transport à la demande 0, ville"\), .* and 5 more\. Give one of these IDs\.$/,
  )
  for (const one of [address, id]) expect(one).toMatchObject({ verdict: 'unknown', dataset: null, nearest: [] })
})

test('counts neither hyphens nor ligatures as a difference between names', async () => {
  const context = await openTestContext(undefined, watchWithTop(2))
  const datasets = [{ id: 'c1', slug: 'les-oeuvres-d-art', title: 'Les œuvres d’art', organization: 'o1' }]
  await publishWeeks(context, [{ date: DATE, datasets, organizations: ORGANIZATIONS }])
  const [explanation] = await explained(context, "Les oeuvres d'arts")
  expect(explanation).toMatchObject({ verdict: 'unknown', nearest: [{ dataset_id: 'c1' }] })
})

test.each([
  ['its slug', 'horaires'],
  ['the address of its page', 'https://portal.example/fr/datasets/horaires/#/resources'],
  ['the address without https, as browsers show it', 'portal.example/fr/datasets/horaires/'],
])('finds a dataset by %s', async (_, asked) => {
  const [explanation] = await explained(await published(), asked)
  expect(explanation).toMatchObject({ verdict: 'in-tops', dataset: { id: 'aaaa-1' }, asked })
})

test.each([['https://portal.example/organizations/o1/'], ['x'.repeat(301)], ['']])(
  'refuses what cannot name a dataset: %s',
  async (asked) => {
    await expect(explained(await published(), asked)).rejects.toThrow(
      /is neither the ID of a dataset nor the address of its page$/,
    )
  },
)

test('searches the archived list if the snapshot was not kept, and claims no more than it shows', async () => {
  const context = await published()
  await context.archive.remove(snapshotKey(DATE))
  const [kept, other] = await explained(context, 'bbbb-1', 'aaaa-2')
  expect(kept).toMatchObject({ verdict: 'below-top', organization: null, source: `${DATE}/mobilite-transport.csv` })
  expect(other).toMatchObject({ verdict: 'not-listed', dataset: null, nearest: [{ dataset_id: 'aaaa-1' }] })
})

test('says when an unknown ID or address was still there: in the tops, or only in the export', async () => {
  const context = await openTestContext(undefined, watchWithTop(1))
  const [top, below, never] = ['a', 'b', 'c'].map((letter) => letter.repeat(24)) as [string, string, string]
  const other = { id: 'd1', title: 'Transports', organization: 'o1' }
  const both = [
    { id: top, slug: 'bus', title: 'Transport en bus', organization: 'o1' },
    { id: below, slug: 'budget', title: 'Budget', organization: 'o2' },
  ]
  await publishWeeks(context, [
    { date: '2026-11-04', datasets: [other, ...both], organizations: ORGANIZATIONS },
    { date: '2026-11-11', datasets: [other, both[1]!], organizations: ORGANIZATIONS },
    { date: DATE, datasets: [other], organizations: ORGANIZATIONS },
  ])
  const address = 'https://portal.example/datasets/budget/'
  const found = await explained(context, top, below, address, never, 'no-such-slug', 'd1')
  const budget = { date: '2026-11-11', dataset_id: below, dataset_title: 'Budget' }
  expect(found.map(({ last_seen }) => last_seen)).toEqual([
    { date: '2026-11-04', dataset_id: top, dataset_title: 'Transport en bus' },
    budget,
    budget,
    null,
    null,
    null,
  ])
  expect(found[0]!.sentences[2]).toBe('It was still there on 2026-11-04, as "Transport en bus".')
  // Without the snapshot, the tops still have it. A week with neither snapshot nor CSV is skipped.
  await context.archive.remove(snapshotKey('2026-11-04'))
  await context.archive.remove('2026-11-11/mobilite-transport.csv')
  await context.archive.remove(snapshotKey('2026-11-11'))
  const [kept, lost] = await explained(context, top, below)
  expect([kept!.last_seen?.date, lost!.last_seen]).toEqual(['2026-11-04', null])
})
