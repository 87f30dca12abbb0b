import { Hono } from 'hono'
import type { World } from '../context.ts'
import { snapshotKey } from '../editions/layout.ts'

/** How long a store may take to answer before this server counts as not ready. */
const PATIENCE_MS = 5_000

/** How long the metrics once rendered are good for: whoever asks more often reads them again. */
const METRICS_MS = 2_000

/**
 * For whoever watches over the process: `/healthz` says that it answers, `/readyz` that both stores do as well, `/metrics`
 * what the stores tell of the last editions and runs, in Prometheus's format.
 */
export function createHealth(world: World): Hono {
  const { documents, archive, report } = world
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
  const metrics = rememberedFor(METRICS_MS, async () => {
    const { renderMetrics } = await import('../metrics/metrics.ts')
    return renderMetrics(world)
  })
  health.get('/metrics', async (c) =>
    c.body(await metrics(), 200, { ...fresh, 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  )
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

/** Makes a value once for all who ask within `ms`; one that could not be made is asked for anew. */
function rememberedFor<T>(ms: number, make: () => Promise<T>): () => Promise<T> {
  let made: { readonly at: number; readonly value: Promise<T> } | undefined
  return () => {
    if (made === undefined || performance.now() - made.at > ms) {
      const value = make()
      made = { at: performance.now(), value }
      value.catch(() => (made = undefined))
    }
    return made.value
  }
}
