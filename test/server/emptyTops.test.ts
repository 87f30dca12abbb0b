import { expect, test } from 'vitest'
import type * as Build from '../../src/server/app.ts'
import type * as BuiltEditions from '../../src/server/editions.ts'
import { createExplorer } from '../../src/server/explore/explorer.ts'
import type * as Pages from '../../src/server/pages/pages.tsx'
import { openTestContext } from '../helpers/context.ts'
import { publishWeeks, watchWithTop } from '../helpers/weeks.ts'

// From the build, because pages load its script and style.
const { createApp } = (await import('../../dist/server/app.js' as string)) as typeof Build
const { createEditions } = (await import('../../dist/server/editions.js' as string)) as typeof BuiltEditions
const { createPages } = (await import('../../dist/server/pages/pages.js' as string)) as typeof Pages

test('the pages of a watch with empty tops say how many datasets the full list has, and lead to it', async () => {
  const context = await openTestContext(undefined, watchWithTop(1))
  const week = (date: string) => ({
    date,
    datasets: [
      { id: 'd1', title: 'Transport', organization: 'o2' },
      { id: 'd2', title: 'Transport', organization: 'o2' },
    ],
    organizations: [
      ['o1', 'Un', 5],
      ['o2', 'Deux', 4],
    ] as [string, string, number][],
  })
  await publishWeeks(context, [week('2026-11-11'), week('2026-11-18')])
  const editions = createEditions(context)
  const explorer = createExplorer(context, undefined)
  const pages = await createPages(context, editions, explorer, { paths: {}, components: { schemas: {} } })
  const app = createApp(context, editions, { explorer, pages })
  const text = async (path: string) => (await app.request(`http://tops.example${path}`)).text()
  const path = '/editions/mobilite-transport/2026-11-18'
  for (const date of ['2026-11-11', '2026-11-18']) {
    const page = await text(`/editions/mobilite-transport/${date}?lang=en`)
    expect(page).toContain(
      '2 datasets mention one of the words, but none belongs to the 1 most followed organizations.',
    )
    expect(page).toContain(`<a href="/editions/mobilite-transport/${date}/list?lang=en">See the full list</a>`)
    expect(page).not.toContain('No dataset matches.')
  }
  const french = await text(`${path}?lang=fr`)
  expect(french).toContain(
    '2 jeux de données mentionnent un des mots, mais aucun n’appartient à l’une des 1 organisations',
  )
  expect(await text(`${path}?q=zzz&lang=en`)).toContain('No dataset matches.')
  const changes = await text(`${path}/changes?lang=en`)
  expect(changes).toContain('This page and the feeds cover only the tops, which are empty.')
  expect(changes).toContain('See the full list')
  expect(await text(`${path}/changes?lang=fr`)).toContain('Cette page et les flux ne couvrent que les tops')
})
