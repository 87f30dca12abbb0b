import { hostname } from 'node:os'
import { Failure, quoted } from '../errors.ts'
import type { Documents, Holder, Lease } from '../stores/documents.ts'
import { bootId, hasEnded, pidNamespace, startTicks } from './processes.ts'
import { readLease } from './read.ts'

/** Lifetime of a lease without renewal, and the interval of renewals. */
export const LEASE_MS = 60_000
const RENEW_MS = 15_000

/** The leases of a run, renewed until `release`. */
export type HeldLeases = Awaited<ReturnType<typeof acquireLeases>>

/** The ids of the runs that this process is executing. */
const activeRuns = new Set<string>()

/** Returns the error of a run that was paused for longer than its lease. */
export function leaseLostFailure(id: string): Failure {
  return new Failure(
    'held',
    `another run took over ${id} while this one was paused; this run stops and leaves the other's work alone`,
  )
}

/** Describes this process as the holder of a run's leases. */
export function currentProcessAsHolder(run: string): Holder {
  const identity = { pid_namespace: pidNamespace(), boot_id: bootId(), start_ticks: startTicks(process.pid) }
  const defined = Object.entries(identity).filter(([, value]) => value !== undefined)
  return { run, host: hostname(), pid: process.pid, ...Object.fromEntries(defined) }
}

/**
 * Acquires all leases or none. Takes over a lease at once if its holder died on this host, and any other when it expires.
 *
 * @param warn receives a line for each damaged lease, which is replaced
 * @throws Failure `held` with the holder, the start of its lease and the expiry
 */
export async function acquireLeases(
  documents: Documents,
  ids: readonly string[],
  holder: Holder,
  warn: (line: string) => void = () => {},
) {
  const acquired: string[] = []
  let since = 0
  activeRuns.add(holder.run)
  const releaseAll = async () => {
    activeRuns.delete(holder.run)
    for (const id of acquired.reverse()) await documents.release(id, holder.run)
  }
  try {
    // All runs use this order, so two runs never wait for each other.
    for (const id of [...ids].sort()) {
      since = Date.parse((await takeLease(documents, id, holder, warn)).since)
      acquired.push(id)
    }
  } catch (error) {
    // Report the first error. Leases that cannot be released expire.
    await releaseAll().catch(() => {})
    throw error
  }
  let lostId: string | undefined
  const renew = async (ids: readonly string[] = acquired) => {
    for (const id of ids) {
      if (!(await documents.renew(id, holder.run, LEASE_MS))) lostId = id
    }
  }
  // Errors are ignored here: the next `renewOrFail` fails for the same reason, or the problem is gone by then.
  const timer = setInterval(() => renew().catch(() => {}), RENEW_MS)
  return {
    ids: acquired as readonly string[],
    /** When the last of them was acquired, by the store's clock, in ms. */
    since,
    /** Renews the given leases; by default, all of them. @throws Failure `held` when another run has taken one over */
    renewOrFail: async (ids?: readonly string[]) => {
      await renew(ids?.filter((id) => acquired.includes(id)))
      if (lostId !== undefined) throw leaseLostFailure(lostId)
    },
    release: async () => {
      clearInterval(timer)
      await releaseAll()
    },
  }
}

async function takeLease(
  documents: Documents,
  id: string,
  holder: Holder,
  warn: (line: string) => void,
): Promise<Lease> {
  await removeDamagedLease(documents, id, warn)
  let attempt = await documents.acquire(id, holder, LEASE_MS)
  if (!attempt.granted && isDead(attempt.lease, holder))
    attempt = await documents.acquire(id, holder, LEASE_MS, attempt.lease.run)
  if (attempt.granted) return attempt.lease
  throw leaseHeldFailure(attempt.lease, id)
}

/** Removes a lease that is damaged, unless another process replaces it first. */
async function removeDamagedLease(documents: Documents, id: string, warn: (line: string) => void): Promise<void> {
  const stored = await readLease(documents, id)
  if (stored?.damage === undefined) return
  warn(stored.damage)
  await documents.compareAndSwap('leases', id, stored.document, undefined)
}

/**
 * Finds a run that holds one of these leases, without acquiring any.
 *
 * @returns the Failure `held` that names the run; undefined if all leases are free
 */
export async function findHolder(documents: Documents, ids: readonly string[]): Promise<Failure | undefined> {
  const self = currentProcessAsHolder('')
  for (const id of ids) {
    const stored = await readLease(documents, id)
    if (stored === undefined || stored.damage !== undefined) continue
    if (isDead(stored.lease, self) || (await isExpired(stored.lease, documents))) continue
    return leaseHeldFailure(stored.lease, id)
  }
  return undefined
}

/** Whether a lease has expired, by the store's clock. */
export async function isExpired({ expires }: Lease, documents: Documents): Promise<boolean> {
  // A store without its own clock runs on this machine.
  const { now = new Date() } = await documents.facts()
  return Date.parse(expires) <= now.getTime()
}

function leaseHeldFailure({ run, host, pid, since, expires }: Lease, id: string): Failure {
  const who = `run ${quoted(run)} on ${quoted(host)} (process ${pid})`
  return new Failure('held', `${id} is held by ${who} since ${since}; try again when it is done, or after ${expires}`)
}

/**
 * Whether the holder of a lease was a process on this host and has ended. Does not rely on clocks, because they can be set
 * back, and the store has its own. If this process cannot see the holder, the lease has to expire.
 */
export function isDead(lease: Lease, self: Holder): boolean {
  if (lease.host !== self.host) return false
  // The host has rebooted since.
  if (lease.boot_id !== undefined && self.boot_id !== undefined && lease.boot_id !== self.boot_id) return true
  if (lease.pid_namespace !== undefined && lease.pid_namespace !== self.pid_namespace) return false
  if (lease.pid === self.pid && (lease.start_ticks ?? self.start_ticks) === self.start_ticks) {
    return !activeRuns.has(lease.run)
  }
  // Version 0.1 stored no ticks. If the PID has been reused since, the lease has to expire.
  return hasEnded(lease.pid, lease.start_ticks) ?? false
}
