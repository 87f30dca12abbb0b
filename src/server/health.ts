import { Hono } from 'hono'
import { LRUCache } from 'lru-cache'
import type { World } from '../context.ts'
import { snapshotKey } from '../editions/layout.ts'

/** How long a store may take to answer before this server counts as not ready. */
const PATIENCE_MS = 5_000

/** How long metrics count as fresh: however often they are asked for, the stores are read so often. */
const FRESH_MS = 1_000

/**
 * For whoever watches over the process: `/healthz` says that it answers, `/readyz` that both stores do as well, and `/metrics`
 * what the stores tell, for Prometheus.
 */
export function createHealth(world: World): Hono {
  const { documents, archive, report } = world
  const metrics = new LRUCache<'metrics', string>({
    max: 1,
    ttl: FRESH_MS,
    fetchMethod: async () => (await import('../metrics/metrics.ts')).renderMetrics(world),
  })
  const health = new Hono()
  const fresh = { 'cache-control': 'no-store' }
  health.get('/healthz', (c) => c.json({ status: 'ok' }, 200, fresh))
  health.get('/readyz', async (c) => {
    const checks = {
      documents: await answers(() => documents.ids('tops', { limit: 1 })),
      archive: await answers(() => archive.stat(snapshotKey('0000-00-00'))),
    }
    const ready = checks.documents && checks.archive
    return c.json({ status: ready ? 'ready' : 'not ready', ...checks }, ready ? 200 : 503, fresh)
  })
  health.get('/metrics', async (c) => {
    const text = await metrics.forceFetch('metrics')
    return c.body(text, 200, { ...fresh, 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
  })
  return health

  async function answers(ask: () => Promise<unknown>): Promise<boolean> {
    const late = new Promise<never>((_, reject) => setTimeout(reject, PATIENCE_MS, new Error('no answer')).unref())
    return Promise.race([ask(), late]).then(
      () => true,
      (error: Error) => {
        report.warn(`not ready: ${error.message}`)
        return false
      },
    )
  }
}
