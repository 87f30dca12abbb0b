import type { Context } from '../context.ts'
import { leaseFor } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import type { Documents, Holder, Lease } from '../stores/documents.ts'
import { warnOnce } from '../terminal/report.ts'
import { currentProcessAsHolder, type HeldLeases, isDead, isExpired, LEASE_MS } from './lease.ts'
import { listLeases, listRuns, readRun, readSoundRun } from './read.ts'
import type { RunRecord } from './record.ts'

/** How many recent records to search for dead runs without a lease. */
const RECENT = 50

/**
 * Cleans up after dead runs of any date and watch. Closes their records, releases their leases and sweeps their
 * pending objects. A run is dead when its process on this host has ended, or when its lease has expired.
 *
 * @returns the records that were closed
 */
export async function recoverDeadRuns(self: Holder, own: HeldLeases, context: Context): Promise<RunRecord[]> {
  const { documents } = context
  const warn = warnOnce(context.report.warn)
  // Read records before leases. A run closes its record before it releases its leases, so an open record without a lease is that of
  // a dead run.
  const recent = await listRuns(documents, { descending: true, limit: RECENT }, warn)
  const leases = await soundLeases(context)
  const isOver = (lease: Lease) => Date.parse(lease.expires) < own.since || isDead(lease, self)
  const dead = leases.filter((lease) => lease.run !== self.run && isOver(lease))
  const alive = new Set([self.run, ...leases.filter((lease) => !dead.includes(lease)).map(({ run }) => run)])
  const unclosed = recent.filter(({ _id, status }) => status === 'running' && !alive.has(_id))
  const closed: (RunRecord | undefined)[] = []
  for (const run of new Set([...dead.map((lease) => lease.run), ...unclosed.map(({ _id }) => _id)])) {
    closed.push(await closeRecord(run, warn, context))
  }
  for (const { _id, run } of dead) await documents.release(_id, run)
  await sweepPending(self, own, context)
  return closed.filter((record) => record !== undefined)
}

const DIED = 'died (it was killed, or its machine went down)'

/**
 * Returns records with the dead runs among them as `stopped`. Stores nothing: the next run closes their records.
 *
 * @param records read before this call, because a run closes its record before it releases its leases
 */
export async function withDeadStopped(records: readonly RunRecord[], documents: Documents): Promise<RunRecord[]> {
  const dead = await findDeadRuns(records, documents)
  const stopped = { status: 'stopped', summary: `${DIED}; the next run cleans up after it` } as const
  return records.map((record) => (dead.has(record._id) ? { ...record, ...stopped } : record))
}

async function findDeadRuns(records: readonly RunRecord[], documents: Documents): Promise<ReadonlySet<string>> {
  const open = records.filter(({ status }) => status === 'running').map(({ _id }) => _id)
  if (open.length === 0) return new Set()
  const self = currentProcessAsHolder('')
  const alive = new Set<string>()
  for (const stored of await listLeases(documents)) {
    if (stored.damage !== undefined || isDead(stored.lease, self)) continue
    if (!(await isExpired(stored.lease, documents))) alive.add(stored.lease.run)
  }
  // A run may have ended since its record was read.
  const current = await Promise.all(open.filter((id) => !alive.has(id)).map((id) => readRun(documents, id)))
  return new Set(current.flatMap((run) => (run?.status === 'running' ? run._id : [])))
}

/** Returns all leases. Damaged ones are deleted, with a warning. */
async function soundLeases({ documents, report }: Context): Promise<Lease[]> {
  const sound: Lease[] = []
  for (const stored of await listLeases(documents)) {
    if (stored.damage === undefined) {
      sound.push(stored.lease)
    } else {
      report.warn(stored.damage)
      await documents.compareAndSwap('leases', stored.document._id, stored.document, undefined)
    }
  }
  return sound
}

/** @returns undefined if the run itself or another recovery has closed the record */
async function closeRecord(
  run: string,
  warn: (line: string) => void,
  { documents, clock }: Context,
): Promise<RunRecord | undefined> {
  const record = await readSoundRun(documents, run, warn)
  if (record?.status !== 'running') return undefined
  const closed: RunRecord = {
    ...record,
    status: 'stopped',
    summary: `${DIED}; the next run for its date took over`,
    ended_at: clock().toISOString(),
  }
  return (await documents.compareAndSwap('runs', run, record, closed)) ? closed : undefined
}

/**
 * Sweeps the pending objects of dead runs. Holds the lease of a key while sweeping it, so a run that is still writing keeps its
 * objects. An error fails the run only for its own keys; for others it is a warning.
 */
async function sweepPending(self: Holder, own: HeldLeases, { archive, documents, report }: Context): Promise<void> {
  for await (const key of archive.pendingKeys()) {
    const id = leaseFor(key)
    if (id === undefined) continue
    if (own.ids.includes(id)) {
      await own.renewOrFail([id])
      await archive.sweep(key)
    } else if ((await documents.acquire(id, self, LEASE_MS)).granted) {
      await archive
        .sweep(key)
        .catch((error) => {
          if (!(error instanceof Failure)) throw error
          report.warn(`cannot remove the pending objects of a dead run: ${error.message}`)
        })
        .finally(() => documents.release(id, self.run))
    }
  }
}
