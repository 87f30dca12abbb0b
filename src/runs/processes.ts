import { readFileSync, readlinkSync } from 'node:fs'

/**
 * Returns the ID of this boot of the kernel. Boot, PID namespace and start ticks identify a process without relying on a clock.
 * They need Linux: without /proc, all three are undefined.
 */
export function bootId(): string | undefined {
  return orUndefined(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
}

/** Returns the PID namespace. Containers can share a host name, but each counts its processes from 1. */
export function pidNamespace(): string | undefined {
  return orUndefined(() => readlinkSync('/proc/self/ns/pid'))
}

/** Returns the start time of a process, in clock ticks since boot. Also undefined if this user cannot see the process. */
export function startTicks(pid: number): number | undefined {
  return statOf(pid)?.startTicks
}

/**
 * Whether a process has ended. A zombie has ended: it only waits for its parent to collect the exit code.
 *
 * @returns undefined if a process has this PID, but may be a later one
 */
export function hasEnded(pid: number, ticks: number | undefined): boolean | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it exists, but belongs to another user.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true
  }
  const stat = statOf(pid)
  if (stat === undefined) return undefined
  if (stat.state === 'Z' || stat.state === 'X') return true
  return ticks === undefined ? undefined : stat.startTicks !== ticks
}

/** Reads fields 3 and 22 of /proc/PID/stat. Field 2, the name, may contain spaces and parentheses. */
function statOf(pid: number): { readonly state: string; readonly startTicks: number } | undefined {
  return orUndefined(() => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { state: fields[0]!, startTicks: Number(fields[19]) }
  })
}

function orUndefined<T>(body: () => T): T | undefined {
  try {
    return body()
  } catch {
    return undefined
  }
}
