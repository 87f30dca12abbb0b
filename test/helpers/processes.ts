import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Returns the session of a process, or undefined if it has ended. Linux only. */
export function sessionOf(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return fields[0] === 'Z' ? undefined : Number(fields[3])
  } catch {
    return undefined
  }
}

/** Kills every process of a session except `but`, like a machine that crashes. */
export async function killSession(session: number, { but }: { but: number }): Promise<void> {
  const members = () =>
    readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && pid !== but && sessionOf(pid) === session)
  for (let left = members(); left.length > 0; left = members()) {
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended already.
      }
    }
    await sleep(10)
  }
}

/** Returns the id of a process that has ended. */
export function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '0']).pid
}
