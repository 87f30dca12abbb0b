import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import { csvOf, FIELDS } from '../../editions/csv.ts'
import type { TopDataset } from '../../editions/edition.ts'
import { editionId } from '../../editions/layout.ts'
import { fold } from '../../matching/fold.ts'
import { answer, bodyOf } from '../body.ts'
import { cachingOf } from '../caching.ts'
import { READABLE_BY_ALL } from '../cors.ts'
import { searchFor } from '../search.ts'
import { answerJson } from './answerJson.ts'
import { paged, sorted } from './paging.ts'
import {
  dateOf,
  dateParam,
  editionFileParam,
  limitParam,
  offsetParam,
  optionalWatch,
  sortParam,
  watchParam,
} from './parameters.ts'
import { type ApiWorld, newApi, readRoute } from './route.ts'
import { Edition, EditionItem, listOf } from './schemas.ts'

const listRoute = readRoute({
  path: '/api/editions',
  tag: 'editions',
  summary: 'The editions there are, latest first',
  params: {},
  query: {
    watch: optionalWatch.openapi({ description: 'only of this watch; default: of all' }),
    from: dateParam.optional().openapi({ description: 'from this date on' }),
    to: dateParam.optional().openapi({ description: 'up to this date' }),
    sort: sortParam(['date', 'watch']),
    limit: limitParam('100'),
    offset: offsetParam,
  },
  answer: listOf(EditionItem),
})

/** An edition holds no more datasets than this: its document has at most 16 MB. */
const MOST = 1_000_000

const CSV_TYPE = 'text/csv'

const oneRoute = readRoute({
  path: '/api/editions/{watch}/{edition}',
  tag: 'editions',
  summary: 'An edition: the TOP organisations and their datasets',
  description:
    'The document as it was published, or its datasets as CSV: with `Accept: text/csv`, or with `.csv` behind the date. ' +
    'Filters, sorting and paging concern `datasets`; `X-Total-Count` then says how many were found in all.',
  params: { watch: watchParam, edition: editionFileParam },
  query: {
    q: z.string().max(200).optional().openapi({
      example: 'velo',
      description: 'words that are in title or organisation, whatever the accents and case',
    }),
    organization: z
      .string()
      .max(200)
      .optional()
      .openapi({ example: '534fff89a3a7292c64a77eb7', description: 'the id of their organisation' }),
    sort: sortParam(FIELDS),
    limit: limitParam('all'),
    offset: offsetParam,
  },
  answer: Edition,
  texts: [CSV_TYPE],
})

/** The editions of a watch, and the tops of one of them, filtered and sorted. */
export function editionsApi({ world, editions }: ApiWorld) {
  return newApi()
    .openapi(listRoute, async (c) => {
      const { watch, from = '', to = '9999', sort = '-date,watch', limit = 100, offset = 0 } = c.req.valid('query')
      const ids = await world.documents.ids('tops', watch === undefined ? {} : { prefix: editionId(watch, '') })
      const found = ids.map(itemOf).filter(({ date }) => from <= date && date <= to)
      const { part, headers } = paged(c, sorted(found, sort), { offset, limit })
      return answerJson(c, { total: found.length, items: part }, headers)
    })
    .openapi(oneRoute, async (c) => {
      const { watch, edition: file } = c.req.valid('param')
      const view = c.req.valid('query')
      const date = dateOf(file.replace('.csv', ''))
      const held = await editions.find(watch, date)
      const asCsv = file.endsWith('.csv') || prefersCsv(c)
      const headers = {
        ...READABLE_BY_ALL,
        'cache-control': cachingOf(date),
        vary: 'Accept, Accept-Encoding',
        ...(asCsv && { 'content-disposition': `attachment; filename="${watch}-${held.edition.date}.csv"` }),
      }
      if (Object.values(view).every((value) => value === undefined)) {
        return answer(c, asCsv ? held.csv : held.json, headers)
      }
      const { offset = 0, limit = MOST } = view
      const { part, headers: paging } = paged(c, selected(held.edition.datasets, view), { offset, limit })
      if (!asCsv) return answerJson(c, { ...held.edition, datasets: part }, { ...headers, ...paging })
      return answer(c, bodyOf(csvOf(part), held.csv.type), { ...headers, ...paging })
    })
}

const prefersCsv = (c: Context) =>
  accepts(c, { header: 'Accept', supports: ['application/json', CSV_TYPE], default: 'application/json' }) === CSV_TYPE

function itemOf(id: string) {
  const [watch, date] = id.split('/') as [string, string]
  const url = `/api/editions/${id}`
  return { watch, date, url, csv: `${url}.csv`, archive: `${url}/archive.csv`, changes: `${url}/changes` }
}

interface View {
  readonly q?: string | undefined
  readonly organization?: string | undefined
  readonly sort?: string | undefined
}

function selected(datasets: readonly TopDataset[], { q = '', organization, sort }: View): TopDataset[] {
  const isAsked = searchFor(q)
  const found = datasets.filter(
    (dataset) =>
      (organization === undefined || dataset.organization_id === organization) &&
      isAsked(fold(`${dataset.dataset_title}\0${dataset.organization}`)),
  )
  return sorted(found, sort)
}
