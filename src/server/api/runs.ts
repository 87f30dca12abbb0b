import { z } from '@hono/zod-openapi'
import { LRUCache } from 'lru-cache'
import { NotFound, quoted } from '../../errors.ts'
import { listRuns, readRun } from '../../runs/read.ts'
import { type RunRecord, STATUS_WORDS } from '../../runs/record.ts'
import { withDeadStopped } from '../../runs/recovery.ts'
import { warnOnce } from '../../terminal/report.ts'
import { sortBy } from '../selection.ts'
import { jsonResponse } from './jsonResponse.ts'
import { paginate } from './paging.ts'
import { dateParam, limitParam, offsetParam, pageParams, runId, sortParam } from './parameters.ts'
import { type ApiContext, createRouter, jsonRoute } from './route.ts'
import { listOf, Run } from './schemas.ts'

/** How many recent runs the list covers. An older one can be fetched by its ID. */
const MAX_RUNS = 1_000
const FRESH_MS = 1_000

/** How many runs a page lists, and the API by default. */
export const RUNS_PER_PAGE = 50

const listRoute = jsonRoute({
  path: '/api/runs',
  operationId: 'listRuns',
  tag: 'runs',
  summary: 'Lists the runs, latest first',
  description: `Covers the last ${MAX_RUNS} runs.`,
  params: {},
  query: {
    date: dateParam.optional().openapi({ description: 'Only runs for this edition date' }),
    before: runId.optional().openapi({ description: 'ID of a run: only those before it' }),
    status: z
      .enum(Object.keys(STATUS_WORDS) as [string, ...string[]])
      .optional()
      .openapi({ description: 'Only runs with this status' }),
    sort: sortParam(['started_at', 'date', 'command', 'status']),
    limit: limitParam(String(RUNS_PER_PAGE)),
    offset: offsetParam,
    lang: pageParams.lang,
  },
  response: listOf(Run),
})

const oneRoute = jsonRoute({
  path: '/api/runs/{id}',
  operationId: 'getRun',
  tag: 'runs',
  summary: 'Returns a run',
  params: { id: runId },
  query: { lang: pageParams.lang },
  response: Run,
})

/** Serves the run records. */
export function runsApi({ context: { documents, report } }: ApiContext) {
  const warn = warnOnce(report.warn)
  const recent = new LRUCache<'runs', RunRecord[]>({
    max: 1,
    ttl: FRESH_MS,
    fetchMethod: async () =>
      withDeadStopped(await listRuns(documents, { descending: true, limit: MAX_RUNS }, warn), documents),
  })
  return createRouter()
    .openapi(listRoute, async (c) => {
      const { date, before, status, sort = '-started_at', limit = RUNS_PER_PAGE, offset = 0 } = c.req.valid('query')
      const found = (await recent.forceFetch('runs')).filter(
        (run) =>
          (date === undefined || run.date === date) &&
          (before === undefined || run._id < before) &&
          (status === undefined || run.status === status),
      )
      const { items, headers } = paginate(c, sortBy(found, sort), { offset, limit })
      return jsonResponse(c, { total: found.length, items }, headers)
    })
    .openapi(oneRoute, async (c) => {
      const { id } = c.req.valid('param')
      const run = await readRun(documents, id)
      if (run === undefined)
        throw new NotFound(`cannot find run ${quoted(id)}: no record has this ID. See /api/runs for those that exist.`)
      const [shown] = await withDeadStopped([run], documents)
      return jsonResponse(c, shown)
    })
}
