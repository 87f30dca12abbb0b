import type { World } from '../context.ts'
import { leaseFor } from '../editions/layout.ts'
import type { Document, Holder, Lease } from '../stores/documents.ts'
import { type HeldLeases, isDead, LEASE_MS } from './lease.ts'
import type { RunRecord } from './record.ts'

/** How many records back a run that died is looked for when there is not even a lease of it. */
const RECENT = 50

/**
 * Clears up after runs whose process died, whatever their date and watches: their records are closed, their leases given
 * up, and what they had pending in the archive is swept. A run is dead when its process on this host is gone, or when its
 * lease has run out.
 *
 * @returns their records as they were closed
 */
export async function clearUpAfterDead(self: Holder, own: HeldLeases, world: World): Promise<RunRecord[]> {
  const { documents } = world
  const closed: (RunRecord | undefined)[] = []
  // In this order: a run ends its record before it gives its leases up, so one that has none by now has ended or died.
  const recent = await documents.list<RunRecord>('runs', { descending: true, limit: RECENT })
  const alive = new Set([self.run])
  for (const lease of await documents.list<Lease>('leases')) {
    if (lease.run === self.run) continue
    if (Date.parse(lease.expires) < own.since || isDead(lease, self)) {
      closed.push(await closeRecord(lease.run, world))
      await documents.release(lease._id, lease.run)
    } else alive.add(lease.run)
  }
  for (const { _id, status } of recent) {
    if (status === 'running' && !alive.has(_id)) closed.push(await closeRecord(_id, world))
  }
  await sweepPending(self, own, world)
  return closed.filter((record) => record !== undefined)
}

/** @returns undefined when it was closed by itself or by somebody else */
async function closeRecord(run: string, { documents, clock }: World): Promise<RunRecord | undefined> {
  const record = await documents.find<RunRecord>('runs', run)
  if (record?.status !== 'running') return undefined
  const closed: RunRecord = {
    ...record,
    status: 'stopped',
    summary: 'died without a word (killed, or its machine went down); the next run for its date took over',
    ended_at: clock().toISOString(),
  }
  return (await documents.swap('runs', run, record, closed as Document)) ? closed : undefined
}

/** Each key is swept under the lease that guards it, so that nobody is disturbed who is at work. */
async function sweepPending(self: Holder, own: HeldLeases, { archive, documents }: World): Promise<void> {
  for await (const key of archive.pending()) {
    const id = leaseFor(key)
    if (id === undefined) continue
    if (own.ids.includes(id)) {
      await own.check([id])
      await archive.sweep(key)
    } else if ((await documents.acquire(id, self, LEASE_MS)).granted) {
      await archive.sweep(key).finally(() => documents.release(id, self.run))
    }
  }
}
