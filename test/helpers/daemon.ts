import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { CLI, SURROUNDINGS } from './cli.ts'

export interface Daemon {
  readonly pid: number
  readonly stdout: string
  readonly stderr: string
  /** Waits for something that it brings about; fails with all it said when that does not happen, or when it ends. */
  until<T>(what: string, happened: () => T | undefined | false | Promise<T | undefined | false>): Promise<T>
  /** Sends it a signal; its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts a command that stays up, in a process of its own; ended after the test if it still runs. */
export function startDaemon(
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Readonly<Record<string, string>> },
): Daemon {
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env: { ...SURROUNDINGS, ...env } })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (said.stdout += chunk))
  child.stderr.on('data', (chunk) => (said.stderr += chunk))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  onTestFinished(async () => {
    child.kill()
    const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(late)
  })
  return {
    pid: child.pid!,
    get stdout() {
      return said.stdout
    },
    get stderr() {
      return said.stderr
    },
    until: async (what, happened) => {
      for (const start = Date.now(); Date.now() - start < 30_000; await sleep(20)) {
        const result = await happened()
        if (result !== undefined && result !== false) return result
        if (child.exitCode !== null) break
      }
      throw new Error(`never: ${what}\nstdout: ${said.stdout}\nstderr: ${said.stderr}`)
    },
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
}
