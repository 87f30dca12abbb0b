import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { onTestFinished, type TestContext } from 'vitest'
import { temporaryFolder } from '../helpers/exports.ts'

const isRoot = process.getuid?.() === 0
const NOBODY = 65_534

interface How {
  /** Not as root, to whom permissions mean nothing. */
  readonly unprivileged?: boolean
  /** The most files that it may have open. */
  readonly files?: number
}

/** Starts one of the scripts in `children/`, which use the stores as built. It does not outlive the test. */
export function start(script: string, args: readonly string[], { unprivileged, files }: How = {}): ChildProcess {
  const path = fileURLToPath(new URL(`children/${script}.mjs`, import.meta.url))
  const user = unprivileged && isRoot ? { uid: NOBODY, gid: NOBODY, cwd: '/' } : {}
  const [command, before] = files ? ['sh', ['-c', `ulimit -n ${files}; exec "$@"`, 'sh', process.execPath]] : []
  const child = spawn(command ?? process.execPath, [...(before ?? []), path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Runs one of the scripts to its end and returns what it said, its complaints included. */
export async function run(script: string, args: readonly string[], how?: How): Promise<string> {
  const child = start(script, args, how)
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (data) => (said += data))
  await once(child, 'close')
  return said.trim()
}

/** Kills a child as a machine that loses its power would. */
export async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}

/** A folder that every user may go through. */
export async function publicFolder(): Promise<string> {
  const folder = await temporaryFolder()
  await chmod(folder, 0o755)
  return folder
}

/** Leaves the test out, by name, where children of another user cannot even load the program. */
export async function needUnprivileged(skip: TestContext['skip']): Promise<void> {
  // A Node in the home of root cannot even be started.
  const said = await run('attempt', ['sqlite', '/proc/none/a.db'], { unprivileged: true }).catch(() => '')
  if (!said.startsWith('store: ')) skip('another user cannot read this checkout, or start this Node')
}

/**
 * A file system of a test's own in memory, of a size (`1m`) or with other options (`nr_inodes=10`); where none may be mounted,
 * the test is left out by name.
 */
export async function fileSystem(options: string, skip: TestContext['skip']): Promise<string> {
  const folder = await publicFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options.includes('=') ? options : `size=${options}`, 'tmpfs', folder], {
      stdio: 'ignore',
    })
  } catch {
    skip('this user may not mount a file system')
  }
  onTestFinished(() => void execFileSync('umount', [folder]))
  return folder
}

export function makeReadOnly(mounted: string): void {
  execFileSync('mount', ['-o', 'remount,ro', mounted])
}
