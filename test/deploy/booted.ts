import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const NAMESPACES = ['--pid', '--fork', '--kill-child', '--mount', '--mount-proc', '--uts', '--ipc', '--cgroup']
const execute = promisify(execFile)

/** A separate systemd with the units of deploy/systemd. */
export interface Booted {
  /** Runs a script in it and returns its output, even if it fails. */
  shell(script: string): Promise<string>
  /** Runs a script until its output matches. */
  until(script: string, pattern: RegExp): Promise<string>
  close(): void
}

/** @returns undefined if systemd cannot be booted: not root, no systemd, or no cgroups to mount */
export async function bootSystemd(): Promise<Booted | undefined> {
  const child = spawn('unshare', [...NAMESPACES, 'bash', `${ROOT}test/deploy/boot.sh`, ROOT], { stdio: 'ignore' })
  let hasExited = false
  child.once('close', () => (hasExited = true)).once('error', () => (hasExited = true))
  const shell = async (script: string) => {
    const [pid] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ')
    const args = ['-t', pid!, '--all', 'sh', '-c', `{ ${script}\n} 2>&1 || true`]
    return (await execute('nsenter', args, { timeout: 30_000 })).stdout
  }
  const until = async (script: string, pattern: RegExp) => {
    let last = ''
    for (const start = Date.now(); Date.now() - start < 20_000 && !hasExited; await sleep(100)) {
      last = await shell(script).catch(() => '')
      if (pattern.test(last)) return last
    }
    throw new Error(`the output of ${script} never matched ${pattern}: ${last}`)
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
