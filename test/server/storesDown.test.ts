import { expect, test } from 'vitest'
import type { Context } from '../../src/context.ts'
import type * as Errors from '../../src/errors.ts'
import type * as Build from '../../src/server/app.ts'
import type * as BuiltEditions from '../../src/server/editions.ts'
import type * as BuiltExplorer from '../../src/server/explore/explorer.ts'
import { createSearcher } from '../../src/server/explore/searcher.ts'
import type * as Pages from '../../src/server/pages/pages.tsx'
import { openTestContext } from '../helpers/context.ts'
import { publishWeeks, watchWithTop } from '../helpers/weeks.ts'

// From the build, because pages load its script and style.
const { Failure } = (await import('../../dist/errors.js' as string)) as typeof Errors
const { createApp } = (await import('../../dist/server/app.js' as string)) as typeof Build
const { createEditions } = (await import('../../dist/server/editions.js' as string)) as typeof BuiltEditions
const { createExplorer } = (await import('../../dist/server/explore/explorer.js' as string)) as typeof BuiltExplorer
const { createPages } = (await import('../../dist/server/pages/pages.js' as string)) as typeof Pages

const EDITION = 'editions/mobilite-transport'
const ORGANIZATIONS: [string, string, number][] = [['o1', 'Un', 5]]
const DATASETS = [{ id: 'd1', title: 'Transport', organization: 'o1' }]

const OF_DOCUMENTS = [
  '',
  `${EDITION}/latest`,
  `${EDITION}/2026-11-18`,
  `${EDITION}/latest/changes`,
  `${EDITION}/latest/list`,
  `${EDITION}/latest/organizations/o1`,
  `${EDITION}/latest/datasets/d1`,
  'editions',
  'runs',
  'runs/r1',
  'feed.atom',
  'feed.json',
  'calendar.ics',
  'metrics',
  'readyz',
  'api/watches',
  'api/editions',
  `api/${EDITION}/latest`,
  `api/${EDITION}/latest.csv`,
  'api/runs',
  'api/changes',
]
const OF_ARCHIVE = [
  'explore/latest',
  'explore/latest?words=transport',
  'api/explore/latest?words=transport',
  'api/explore/2026-11-18.csv?words=transport',
  'api/explore/2026-11-18/changes?words=transport',
  `api/${EDITION}/latest/archive.csv`,
  'readyz',
]

/** A store that rejects every call, and counts the calls. */
function brokenStore<T extends object>(store: T, calls: string[]): T {
  return new Proxy(store, {
    get: (target, name) => {
      const value = Reflect.get(target, name)
      if (typeof value !== 'function' || name === 'close') return value
      return () => {
        calls.push(String(name))
        const failed = Promise.reject(new Failure('store', 'the store cannot be reached'))
        failed.catch(() => {})
        return Object.assign(failed, { [Symbol.asyncIterator]: () => ({ next: () => failed }) })
      }
    },
  })
}

async function publishedContext(): Promise<Context> {
  const context = await openTestContext(undefined, watchWithTop(1))
  const week = (date: string) => ({ date, datasets: DATASETS, organizations: ORGANIZATIONS })
  await publishWeeks(context, [week('2026-11-11'), week('2026-11-18')])
  return context
}

/** Requests a path from a server that has just started. */
async function request(path: string, context: Context): Promise<Response> {
  const searcher = createSearcher((snapshot, name) => context.archive.read(snapshot[name].key), 2 ** 24)
  const explorer = createExplorer(context, searcher)
  const editions = createEditions(context)
  const pages = await createPages(context, editions, explorer, { paths: {}, components: { schemas: {} } })
  return createApp(context, editions, { explorer, pages }).request(`http://tops.example/${path}`)
}

// Each call may wait for the store's time limit. Three in a row take longer than the server keeps a connection open.
test.each(OF_DOCUMENTS)('with the documents down, /%s is a 503 after one call', async (path) => {
  const calls: string[] = []
  const context = await publishedContext()
  const response = await request(path, { ...context, documents: brokenStore(context.documents, calls) })
  const text = await response.text()
  expect([path, response.status, text]).toEqual([path, 503, expect.not.stringMatching(/internal|returned undefined/)])
  expect([path, calls.length]).toEqual([path, 1])
})

test.each(OF_ARCHIVE)('with the archive down, /%s is a 503', async (path) => {
  const calls: string[] = []
  const context = await publishedContext()
  const response = await request(path, { ...context, archive: brokenStore(context.archive, calls) })
  const text = await response.text()
  expect([path, response.status, text]).toEqual([path, 503, expect.not.stringMatching(/internal|returned undefined/)])
  expect(calls.length).toBeGreaterThan(0)
})
