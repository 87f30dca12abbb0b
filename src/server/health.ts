import { Hono } from 'hono'
import { LRUCache } from 'lru-cache'
import type { Context } from '../context.ts'
import { snapshotKey } from '../editions/layout.ts'
import { warnOnce } from '../terminal/report.ts'
import { createBody, respond } from './body.ts'
import { CACHE_CONTROL } from './caching.ts'
import { metricsResponse } from './metricsResponse.ts'

/** Time limit for each store's answer to a readiness check. */
export const CHECK_TIMEOUT_MS = 5_000

/** How long checks and metrics stay cached, which limits how often anyone can make the server ask its stores. */
const FRESH_MS = 1_000

const NO_STORE = { 'cache-control': CACHE_CONTROL.never }

/** Serves the probes: `/healthz` (the process answers), `/readyz` (both stores answer) and `/metrics` (for Prometheus). */
export function createHealth(context: Context): Hono {
  const { documents, archive, report } = context
  // A damaged document would log a line at each scrape.
  const quietContext = { ...context, report: { ...report, warn: warnOnce(report.warn) } }
  const metrics = new LRUCache<'metrics', string>({
    max: 1,
    ttl: FRESH_MS,
    fetchMethod: async () => (await import('../metrics/metrics.ts')).renderMetrics(quietContext),
  })
  const checks = new LRUCache<'checks', { readonly documents: boolean; readonly archive: boolean }>({
    max: 1,
    ttl: FRESH_MS,
    fetchMethod: async () => ({
      documents: await responds(() => documents.ids('tops', { limit: 1 })),
      archive: await responds(() => archive.stat(snapshotKey('0000-00-00'))),
    }),
  })
  const health = new Hono()
  const healthy = createBody(JSON.stringify({ status: 'ok' }), 'application/json')
  health.get('/healthz', (c) => respond(c, healthy, NO_STORE))
  health.get('/readyz', async (c) => {
    const found = await checks.forceFetch('checks')
    const ready = found.documents && found.archive
    return c.json({ status: ready ? 'ready' : 'not ready', ...found }, ready ? 200 : 503, NO_STORE)
  })
  health.get('/metrics', () => metricsResponse(() => metrics.forceFetch('metrics')))
  return health

  async function responds(check: () => Promise<unknown>): Promise<boolean> {
    const timeout = new Promise<never>((_, reject) => {
      setTimeout(reject, CHECK_TIMEOUT_MS, new Error(`no answer within ${CHECK_TIMEOUT_MS / 1000} s`)).unref()
    })
    return Promise.race([check(), timeout]).then(
      () => true,
      (error: Error) => {
        report.warn(`not ready: ${error.message}`)
        return false
      },
    )
  }
}
