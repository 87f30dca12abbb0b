import { Hono } from 'hono'
import type { World } from '../context.ts'
import { snapshotKey } from '../editions/layout.ts'

/** How long a store may take to answer before this server counts as not ready. */
const PATIENCE_MS = 5_000

/** For whoever watches over the process: `/healthz` says that it answers, `/readyz` that both stores do as well. */
export function createHealth({ documents, archive, report }: World): Hono {
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
