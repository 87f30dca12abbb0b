import { describe, expect, test } from 'vitest'
import { messageOf } from '../../src/notify/message.ts'
import type { News, PublishedNews } from '../../src/notify/news.ts'
import type { Language } from '../../src/notify/words.ts'

const named = (count: number, ...titles: string[]) => ({
  count,
  first: titles.map((title, index) => ({
    id: `d${index}`,
    title,
    organization: 'SNCF',
    url: 'https://p.example/datasets/d/',
  })),
})

const PUBLISHED: PublishedNews = {
  event: 'published',
  searches: [],
  date: '2026-11-18',
  editions: [
    {
      watch: 'mobilite-transport',
      terms: ['mobilité', 'transport'],
      run_id: 'r1',
      csv: 's3://datagouv/2026-11-18/mobilite-transport.csv',
      sha256: 'a'.repeat(64),
      document: 'mongodb://db/datagouv, tops, mobilite-transport/2026-11-18',
      portal_datasets: 121_074,
      archived_datasets: 11_155,
      datasets: 622,
      organizations: 20,
      top: 30,
      changes: { from: '2026-11-11', entered: named(12, 'Bus', 'Tram'), left: named(1, 'Vélos'), moved: named(0) },
      warnings: [],
    },
  ],
}

/** The message as people see it. Replaces non-breaking spaces with spaces. */
function written(news: News, language: Language): string {
  const { subject, lines } = messageOf(news, { language, timeZone: 'Europe/Paris', literal: (text) => text })
  return [subject, ...lines].join('\n').replace(/[\u00a0\u202f]/g, ' ')
}

describe('the message about an edition', () => {
  test('is written in French', () => {
    expect(written(PUBLISHED, 'fr')).toBe(`18 novembre 2026, mobilite-transport : 622 jeux de données dans les tops
mobilite-transport : 622 jeux de données dans les tops
Jeux de données du portail : 121 074. Mentionnant « mobilité » ou « transport » : 11 155. Dans les tops : 622, provenant de 20 des 30 organisations les plus suivies.
Entrées depuis le 11 novembre 2026 : 12. Sorties : 1. Changements d’organisation : 0.
Entrées :
- Bus (SNCF)
- Tram (SNCF)
- et 10 autres
Sorties :
- Vélos (SNCF)
CSV : s3://datagouv/2026-11-18/mobilite-transport.csv
Document : mongodb://db/datagouv, tops, mobilite-transport/2026-11-18`)
  })

  test('is written in English', () => {
    expect(written(PUBLISHED, 'en')).toBe(`18 November 2026, mobilite-transport: 622 datasets in the tops
mobilite-transport: 622 datasets in the tops
Datasets of the portal: 121,074. With “mobilité” or “transport”: 11,155. In the tops: 622, from 20 of the 30 most followed organizations.
Since 11 November 2026: 12 entered, 1 left, 0 moved.
Entered:
- Bus (SNCF)
- Tram (SNCF)
- and 10 more
Left:
- Vélos (SNCF)
CSV: s3://datagouv/2026-11-18/mobilite-transport.csv
Document: mongodb://db/datagouv, tops, mobilite-transport/2026-11-18`)
  })

  test.each([
    [null, 'C’est la première édition.'],
    [
      { from: '2026-11-11', entered: named(0), left: named(0), moved: named(0) },
      'Depuis le 11 novembre 2026, aucun jeu de données n’est entré, n’est sorti ni n’a changé d’organisation.',
    ],
  ])('says when there is nothing to compare, or nothing changed', (changes, line) => {
    const [edition] = PUBLISHED.editions
    expect(written({ ...PUBLISHED, editions: [{ ...edition!, changes }] }, 'fr')).toContain(`\n${line}\nCSV`)
  })
})

test('a missed date has the last error, or says that none will follow', () => {
  const news = { event: 'missed', dates: ['2026-11-04'] } as const
  expect(written({ ...news, message: 'it answers 503' }, 'en')).toBe(`no edition of 4 November 2026
The retries have ended. The last error:
it answers 503
"datagouv-tops run --date 2026-11-04" makes one from the snapshot of that date, or without one, from the portal's current export.`)
  expect(written({ ...news, message: null }, 'en')).toMatch(/\nNo run will try again by itself\.$/)
})

test('the warnings of its run are part of the message about an edition', () => {
  const [edition] = PUBLISHED.editions
  const warnings = ['2 ids occur twice', ...Array.from({ length: 12 }, (_, index) => `another ${index}`)]
  const text = written({ ...PUBLISHED, editions: [{ ...edition!, warnings }] }, 'en')
  expect(text).toContain('\nWarnings:\n- 2 ids occur twice\n- another 0\n')
  expect(text).toContain('\n- another 8\n- and 3 more\nCSV')
})

test.each([
  ['missed', 'en', 'the edition of 18 November 2026 is published after all'],
  ['remote_failed', 'en', 'the edition of 18 November 2026 is on the portal after all'],
  ['failed', 'fr', 'l’édition du 18 novembre 2026 est finalement publiée'],
  ['remote_failed', 'fr', 'l’édition du 18 novembre 2026 est finalement sur le portail'],
] as const)('the end of %s is announced (%s)', (after, language, subject) => {
  const [first, ...lines] = written({ event: 'recovered', date: '2026-11-18', after }, language).split('\n')
  expect([first, lines.length]).toEqual([subject, 1])
})

test('a failure says why, what next, and that nothing incomplete was published', () => {
  const news = { event: 'failed', date: '2026-11-18', kind: 'portal', exit_code: 3, message: 'it answers 503' } as const
  expect(
    written({ ...news, again: '2026-11-18T16:01:00.000Z' }, 'fr'),
  ).toBe(`pas encore d’édition du 18 novembre 2026 : l’exécution a échoué
Raison : le portail est injoignable ou ne fournit pas les données (code de sortie 3).
it answers 503
Nouvelle tentative à 17:01, puis d’autres jusqu’à la réussite ou jusqu’au délai fixé (give_up_after).
Rien d’incomplet n’a été publié ; les éditions précédentes restent inchangées.`)
  expect(written({ ...news, again: null }, 'en')).toBe(`no edition of 18 November 2026 yet: the run failed
Why: the portal cannot be reached or does not deliver (exit code 3).
it answers 503
It will not be retried.
Once the cause is fixed, "datagouv-tops run --date 2026-11-18" publishes the edition.
Nothing incomplete was published; the earlier editions are unchanged.`)
})

test('the message about a refused export says how to publish it', () => {
  const news = { event: 'refused', date: '2026-11-18', kind: 'gate', exit_code: 6, message: 'fewer' } as const
  expect(written(news, 'en')).toContain('"datagouv-tops run --date 2026-11-18 --accept-incomplete" publishes it.')
  expect(written(news, 'fr')).toMatch(
    /^pas d’édition du 18 novembre 2026 : le contrôle de complétude a refusé l’export\n/,
  )
})

test('missed dates are named', () => {
  const news = { event: 'missed', dates: ['2026-11-04', '2026-11-11'] } as const
  expect(written(news, 'fr')).toMatch(
    /^pas d’édition du 4 novembre 2026, du 11 novembre 2026\nLa commande « datagouv-tops run --date 2026-11-04 »/,
  )
  expect(written(news, 'en')).toMatch(
    /^no edition of 4 November 2026, 11 November 2026\n"datagouv-tops run --date 2026-11-04"/,
  )
  const dates = Array.from({ length: 30 }, (_, day) => `2026-11-${String(day + 1).padStart(2, '0')}`)
  const many = { event: 'missed', dates } as const
  expect(written(many, 'fr')).toMatch(/^pas d’édition pour 30 dates, du 1er novembre 2026 au 30 novembre 2026\n/)
  expect(written(many, 'en')).toMatch(/^no edition of 30 dates from 1 November 2026 to 30 November 2026\n/)
  expect(written(many, 'en').match(/run --date/g)).toHaveLength(10)
})
