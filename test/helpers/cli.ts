import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The path of the built command line. */
export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

const NOBODY = 65_534

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A version of Node, and the command line that it runs. */
export type Program = readonly [node: string, cli: string]
export const BUILT: Program = [process.execPath, CLI]

export interface CliOptions {
  readonly cwd: string
  /** By default this Node and the built command line. */
  readonly program?: Program
  readonly env?: Readonly<Record<string, string>>
  /** Text, bytes, or the descriptor of an open file. */
  readonly stdin?: string | Uint8Array | number
  /** Runs it as a user without any rights, if this one is root, to whom permissions mean nothing. */
  readonly unprivileged?: boolean
  /** Called after the process has started; may send it a signal. */
  readonly onStart?: (child: ReturnType<typeof spawn>) => void
}

/** The environment variables of every child process: PATH, and the folder for its coverage. */
export const BASE_ENVIRONMENT: Readonly<Record<string, string | undefined>> = {
  PATH: process.env.PATH,
  ...(process.env.CHILDREN_COVERAGE && { NODE_V8_COVERAGE: process.env.CHILDREN_COVERAGE }),
}

/** Runs the command line in a new process. */
export function cli(
  args: readonly string[],
  { cwd, program = BUILT, env = {}, stdin, unprivileged = false, onStart }: CliOptions,
): Promise<CliResult> {
  const child = spawn(program[0], [program[1], ...args], {
    cwd,
    // Another user cannot write to the folder for the coverage.
    env: { ...BASE_ENVIRONMENT, ...(unprivileged && { NODE_V8_COVERAGE: '' }), ...env },
    stdio: [typeof stdin === 'number' ? stdin : 'pipe', 'pipe', 'pipe'],
    ...(unprivileged && process.getuid?.() === 0 && { uid: NOBODY, gid: NOBODY }),
  })
  onStart?.(child)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout!.on('data', (chunk) => out.push(chunk))
  child.stderr!.on('data', (chunk) => err.push(chunk))
  // A process that fails early closes its stdin while it is being written.
  child.stdin?.on('error', () => {})
  if (typeof stdin !== 'number') child.stdin?.end(stdin)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() })
    })
  })
}
