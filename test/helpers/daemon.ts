import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { BASE_ENVIRONMENT, BUILT, type Program } from './cli.ts'

export interface Daemon {
  readonly pid: number
  readonly stdout: string
  readonly stderr: string
  /** Waits until a condition holds. Fails with the output if that takes too long, or if the process ends. */
  until<T>(what: string, condition: () => T | undefined | false | Promise<T | undefined | false>): Promise<T>
  /** Sends a signal, and returns the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts a long-running command in a new process, which is killed after the test. */
export function startDaemon(
  args: readonly string[],
  { cwd, env = {}, program = BUILT }: { cwd: string; env?: Readonly<Record<string, string>>; program?: Program },
): Daemon {
  const child = spawn(program[0], [program[1], ...args], { cwd, env: { ...BASE_ENVIRONMENT, ...env } })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (output.stdout += chunk))
  child.stderr.on('data', (chunk) => (output.stderr += chunk))
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
      return output.stdout
    },
    get stderr() {
      return output.stderr
    },
    until: async (what, condition) => {
      for (const start = Date.now(); Date.now() - start < 30_000; await sleep(20)) {
        const result = await condition()
        if (result !== undefined && result !== false) return result
        if (child.exitCode !== null) break
      }
      throw new Error(`timed out waiting for ${what}\nstdout: ${output.stdout}\nstderr: ${output.stderr}`)
    },
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
}
