import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const NAMESPACES = ['--pid', '--fork', '--kill-child', '--mount', '--mount-proc', '--uts', '--ipc', '--cgroup']
const execute = promisify(execFile)

/** A systemd of its own, with the units of deploy/systemd. */
export interface Booted {
  /** What a shell says in there; whether it succeeds does not matter. */
  shell(script: string): Promise<string>
  /** Waits until what a script says has this in it. */
  until(script: string, said: RegExp): Promise<string>
  close(): void
}

/** @returns undefined where none can be booted: not root, no systemd, no cgroups to mount */
export async function bootSystemd(): Promise<Booted | undefined> {
  const child = spawn('unshare', [...NAMESPACES, 'bash', `${ROOT}test/deploy/boot.sh`, ROOT], { stdio: 'ignore' })
  let isOver = false
  child.once('close', () => (isOver = true)).once('error', () => (isOver = true))
  const shell = async (script: string) => {
    const [pid] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ')
    const args = ['-t', pid!, '--all', 'sh', '-c', `{ ${script}\n} 2>&1 || true`]
    return (await execute('nsenter', args, { timeout: 30_000 })).stdout
  }
  const until = async (script: string, said: RegExp) => {
    let last = ''
    for (const start = Date.now(); Date.now() - start < 20_000 && !isOver; await sleep(100)) {
      last = await shell(script).catch(() => '')
      if (said.test(last)) return last
    }
    throw new Error(`never: ${script} said ${said}, but: ${last}`)
  }
  const close = () => void child.kill('SIGKILL')
  try {
    await until('systemctl is-system-running', /^running$/m)
    return { shell, until, close }
  } catch {
    close()
    return undefined
  }
}
