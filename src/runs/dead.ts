import type { World } from '../context.ts'
import type { Document, Holder, Lease } from '../stores/documents.ts'
import { isDead } from './lease.ts'
import type { RunRecord } from './record.ts'

/** How many records back a run that died is looked for; each run closes those that it finds. */
const RECENT = 50

/**
 * Clears up after runs whose process died: leases that have run out, or whose holder is known to be dead, are given up,
 * and the records of runs that say "running" but hold none any more are closed.
 *
 * @param now by the store's clock, in ms
 */
export async function clearUpAfterDead(self: Holder, now: number, { documents, clock }: World): Promise<void> {
  // In this order: a run ends its record before it gives its leases up, so one that has none by now has ended or died.
  const recent = await documents.list<RunRecord>('runs', { descending: true, limit: RECENT })
  const alive = new Set([self.run])
  for (const lease of await documents.list<Lease>('leases')) {
    if (lease.run === self.run) continue
    if (Date.parse(lease.expires) < now || isOfDead(lease, self)) await documents.release(lease._id, lease.run)
    else alive.add(lease.run)
  }
  for (const { _id, status } of recent) {
    if (status !== 'running' || alive.has(_id)) continue
    const record = await documents.find<RunRecord>('runs', _id)
    if (record?.status !== 'running') continue
    const closed: RunRecord = {
      ...record,
      status: 'stopped',
      summary: 'died without a word (killed, or its machine went down); the next run for its date took over',
      ended_at: clock().toISOString(),
    }
    await documents.swap('runs', _id, record, closed as Document)
  }
}

/** Runs of one process work side by side, on different dates. */
function isOfDead(lease: Lease, self: Holder): boolean {
  return lease.pid !== self.pid && isDead(lease, self)
}
