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

const GONE = '5b873d7206e3e76c3a0a5b3c'
const TOPS = '/editions/mobilite-transport'

test('"Why?" beside a dataset that the portal removed leads on to the last edition that had it', async () => {
  const context = await openTestContext(undefined, watchWithTop(1))
  const kept = { id: 'd1', title: 'Transport', organization: 'o1' }
  const gone = { id: GONE, title: 'Transport en bus', organization: 'o1' }
  const organizations: [string, string, number][] = [['o1', 'Un', 5]]
  await publishWeeks(context, [
    { date: '2026-11-11', datasets: [kept, gone], organizations },
    { date: '2026-11-18', datasets: [kept], organizations },
  ])
  const editions = createEditions(context)
  const explorer = createExplorer(context, undefined)
  const pages = await createPages(context, editions, explorer, { paths: {}, components: { schemas: {} } })
  const app = createApp(context, editions, { explorer, pages })
  const get = async (path: string) => app.request(`http://tops.example${path}`)

  const changes = await (await get(`${TOPS}/2026-11-18/changes?lang=en`)).text()
  expect(changes).toContain(`class="why" href="${TOPS}/2026-11-18/datasets/${GONE}?lang=en"`)
  const page = await get(`${TOPS}/2026-11-18/datasets/${GONE}?lang=en`)
  expect(page.status).toBe(200)
  const html = await page.text()
  expect(html).toContain('<h1><bdi>Transport en bus</bdi></h1>')
  expect(html).toContain('This dataset is no longer in the catalogue of 18 November 2026.')
  expect(html).toContain('It was still there on 11 November 2026.')
  expect(html).toContain(`href="${TOPS}/2026-11-11/datasets/${GONE}?lang=en"`)
  expect(html).toContain('Left the tops on 18 November 2026.')
  expect((await get(`${TOPS}/2026-11-18/datasets/${'0'.repeat(24)}`)).status).toBe(404)
  const explanation = (await (await get(`/api${TOPS}/2026-11-18/datasets/${GONE}`)).json()) as object
  const last_seen = { date: '2026-11-11', dataset_id: GONE, dataset_title: 'Transport en bus' }
  expect(explanation).toMatchObject({ verdict: 'unknown', last_seen })
})
