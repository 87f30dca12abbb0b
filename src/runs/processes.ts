import { readFileSync, readlinkSync } from 'node:fs'

/**
 * What identifies a process of this machine without any clock: the boot (one id per start of the kernel), the PID namespace
 * in which its number counts, and when the kernel started it, in clock ticks since that boot. Linux only: elsewhere there is
 * no /proc, and all of them are undefined.
 */
export function bootId(): string | undefined {
  return read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
}

/** Containers can share a host's name, and each of them counts its processes from 1. */
export function pidNamespace(): string | undefined {
  return read(() => readlinkSync('/proc/self/ns/pid'))
}

/** Returns undefined when the process is not visible to this user as well. */
export function startTicks(pid: number): number | undefined {
  return statOf(pid)?.startTicks
}

/**
 * Whether a process has ended. A zombie has: it only waits for its parent to collect its exit code.
 *
 * @returns undefined when a process has that number, but may be another one that got it later
 */
export function hasEnded(pid: number, ticks: number | undefined): boolean | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there, but belongs to another user.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true
  }
  const stat = statOf(pid)
  if (stat === undefined) return undefined
  if (stat.state === 'Z' || stat.state === 'X') return true
  return ticks === undefined ? undefined : stat.startTicks !== ticks
}

/** Fields 3 and 22 of /proc/PID/stat. The name, field 2, may contain blanks and parentheses. */
function statOf(pid: number): { readonly state: string; readonly startTicks: number } | undefined {
  return read(() => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { state: fields[0]!, startTicks: Number(fields[19]) }
  })
}

function read<T>(body: () => T): T | undefined {
  try {
    return body()
  } catch {
    return undefined
  }
}
