import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { Failure, quoted } from '../errors.ts'
import type { Documents, Holder, Lease } from '../stores/documents.ts'

/** How long a lease lasts without renewal, and how often it is renewed. */
export const LEASE_MS = 60_000
const RENEW_MS = 15_000

/** The leases of a run, kept alive until `release`. */
export interface HeldLeases {
  readonly ids: readonly string[]
  /** When they were taken, by the store's clock, in ms. */
  readonly since: number
  /**
   * Whether these of the leases, or all of them, are still held; they are renewed.
   *
   * @throws Failure `held` when another run has taken one over meanwhile
   */
  check(ids?: readonly string[]): Promise<void>
  release(): Promise<void>
}

/** The runs of this process that are at work. */
const atWork = new Set<string>()

/** Why a run stops that was asleep for longer than its lease. */
export function takenOver(id: string): Failure {
  return new Failure('held', `another run took over ${id} while this one was paused; it stops, and leaves the other's`)
}

/** This process, as a holder. */
export function holderOf(run: string): Holder {
  return { run, host: hostname(), pid: process.pid, ...pidNamespace() }
}

function pidNamespace(): Pick<Holder, 'pid_namespace'> {
  try {
    return { pid_namespace: readlinkSync('/proc/self/ns/pid') }
  } catch {
    return {}
  }
}

/**
 * Takes all leases or none. A holder that died on this host is succeeded at once; one elsewhere when its lease runs out.
 *
 * @throws Failure `held`, naming the holder, since when, and until when at the longest
 */
export async function takeLeases(documents: Documents, ids: readonly string[], holder: Holder): Promise<HeldLeases> {
  const taken: string[] = []
  let since = 0
  atWork.add(holder.run)
  const releaseAll = async () => {
    atWork.delete(holder.run)
    for (const id of taken.reverse()) await documents.release(id, holder.run)
  }
  try {
    // In one order everywhere, so that two runs never hold what the other waits for.
    for (const id of [...ids].sort()) {
      since = Date.parse((await takeLease(documents, id, holder)).since)
      taken.push(id)
    }
  } catch (error) {
    await releaseAll()
    throw error
  }
  let lost: string | undefined
  const renew = async (ids: readonly string[] = taken) => {
    for (const id of ids) {
      if (!(await documents.renew(id, holder.run, LEASE_MS))) lost = id
    }
  }
  // What goes wrong here is told by the check that follows, or has passed by then.
  const timer = setInterval(() => renew().catch(() => {}), RENEW_MS)
  return {
    ids: taken,
    since,
    check: async (ids) => {
      await renew(ids?.filter((id) => taken.includes(id)))
      if (lost !== undefined) throw takenOver(lost)
    },
    release: async () => {
      clearInterval(timer)
      await releaseAll()
    },
  }
}

async function takeLease(documents: Documents, id: string, holder: Holder): Promise<Lease> {
  const first = await documents.acquire(id, holder, LEASE_MS)
  if (first.granted) return first.lease
  if (isDead(first.lease, holder)) {
    const second = await documents.acquire(id, holder, LEASE_MS, first.lease.run)
    if (second.granted) return second.lease
    throw held(second.lease, id)
  }
  throw held(first.lease, id)
}

function held({ run, host, pid, since, expires }: Lease, id: string): Failure {
  const who = `run ${quoted(run)} on ${quoted(host)} (process ${pid})`
  return new Failure('held', `${id} is held by ${who} since ${since}; try again when it is done, or after ${expires}`)
}

/** Whether the holder was a process of this host that is gone. Of one that this process cannot see, the lease has to run out. */
export function isDead(lease: Lease, self: Holder): boolean {
  if (lease.host !== self.host) return false
  if (lease.pid_namespace !== undefined && lease.pid_namespace !== self.pid_namespace) return false
  if (lease.pid === self.pid) return !atWork.has(lease.run)
  try {
    process.kill(lease.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
  return isYounger(lease.pid, Date.parse(lease.since))
}

/** Whether the process with this number began after `since`: then the number was given away again (Linux tells). */
function isYounger(pid: number, since: number): boolean {
  try {
    const ticks = Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19],
    )
    const boot = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))![1])
    // 100 clock ticks a second on every Linux that Node runs on; a minute of grace for clocks that were set.
    return (boot + ticks / 100) * 1000 > since + 60_000
  } catch {
    return false
  }
}
