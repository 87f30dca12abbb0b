import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { onTestFinished, type TestContext } from 'vitest'
import { temporaryFolder } from '../helpers/exports.ts'

const isRoot = process.getuid?.() === 0
const NOBODY = 65_534

interface How {
  /** Run as another user, because permissions do not limit root. */
  readonly unprivileged?: boolean
  /** The limit of open files. */
  readonly files?: number
}

/** Starts one of the scripts in `children/`, which use the stores as built. It is killed after the test. */
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

/** Runs one of the scripts to its end and returns its output, stderr included. */
export async function run(script: string, args: readonly string[], how?: How): Promise<string> {
  const child = start(script, args, how)
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (data) => (said += data))
  await once(child, 'close')
  return said.trim()
}

/** Kills a child with SIGKILL, like a power loss. */
export async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}

/** Creates a folder that every user may enter. */
export async function publicFolder(): Promise<string> {
  const folder = await temporaryFolder()
  await chmod(folder, 0o755)
  return folder
}

/** Skips the test, by name, if processes of another user cannot load the program. */
export async function needUnprivileged(skip: TestContext['skip']): Promise<void> {
  // Another user cannot start a Node in the home of root.
  const said = await run('attempt', ['sqlite', '/proc/none/a.db'], { unprivileged: true }).catch(() => '')
  if (!said.startsWith('store: ')) skip('another user cannot read this checkout, or start this Node')
}

/**
 * Mounts a file system in memory, of a size (`1m`) or with other options (`nr_inodes=10`). Skips the test, by name, if it
 * cannot mount one.
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
