import { z } from '@hono/zod-openapi'
import { LRUCache } from 'lru-cache'
import { Missing, quoted } from '../../errors.ts'
import { listRuns, readRun } from '../../runs/read.ts'
import { type RunRecord, STATUSES } from '../../runs/record.ts'
import { warnOnce } from '../../terminal/report.ts'
import { answerJson } from './answerJson.ts'
import { paged, sorted } from './paging.ts'
import { dateParam, limitParam, offsetParam, sortParam } from './parameters.ts'
import { type ApiWorld, newApi, readRoute } from './route.ts'
import { listOf, Run } from './schemas.ts'

/** The list reaches back so far; an older run is found by its id. */
const MOST_RUNS = 1_000
/** How long the list counts as fresh. */
const FRESH_MS = 1_000

const listRoute = readRoute({
  path: '/api/runs',
  tag: 'runs',
  summary: 'What was run, latest first',
  description: `Of the last ${MOST_RUNS} runs.`,
  params: {},
  query: {
    date: dateParam.optional().openapi({ description: 'of this edition date' }),
    status: z.enum(Object.keys(STATUSES) as [string, ...string[]]).optional(),
    sort: sortParam(['started_at', 'date', 'command', 'status']),
    limit: limitParam('20'),
    offset: offsetParam,
  },
  answer: listOf(Run),
})

const oneRoute = readRoute({
  path: '/api/runs/{id}',
  tag: 'runs',
  summary: 'One run',
  params: { id: z.string().max(100).openapi({ example: '20261118T160002123Z-3f9a1c' }) },
  query: {},
  answer: Run,
})

/** The run records. */
export function runsApi({ world: { documents, report } }: ApiWorld) {
  const warn = warnOnce(report.warn)
  const recent = new LRUCache<'runs', RunRecord[]>({
    max: 1,
    ttl: FRESH_MS,
    fetchMethod: () => listRuns(documents, { descending: true, limit: MOST_RUNS }, warn),
  })
  return newApi()
    .openapi(listRoute, async (c) => {
      const { date, status, sort = '-started_at', limit = 20, offset = 0 } = c.req.valid('query')
      const found = (await recent.forceFetch('runs')).filter(
        (run) => (date === undefined || run.date === date) && (status === undefined || run.status === status),
      )
      const { part, headers } = paged(c, sorted(found, sort), { offset, limit })
      return answerJson(c, { total: found.length, items: part }, headers)
    })
    .openapi(oneRoute, async (c) => {
      const { id } = c.req.valid('param')
      const run = await readRun(documents, id)
      if (run === undefined) throw new Missing(`there is no run ${quoted(id)}; /api/runs lists those there are`)
      return answerJson(c, run)
    })
}
