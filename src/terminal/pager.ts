import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { quoted } from '../errors.ts'

/** Options of `less`: quit if the text fits, keep links and colors, keep the text on the screen. */
const LESS_OPTIONS = 'FRX'

/**
 * Prints a text, in a terminal through a pager if it is longer than the screen. A terminal that cannot move its cursor
 * (TERM=dumb) has no pager: `less` would warn and wait for a key.
 *
 * @param isWanted false with --no-pager
 */
export async function showInPager(text: string, isWanted = true): Promise<void> {
  const pager = process.env.PAGER ?? 'less'
  const rows = process.stdout.rows ?? Number.POSITIVE_INFINITY
  const isLong = text.split('\n').length > rows
  const wantsPager = isWanted && pager !== '' && !process.env.CI && process.env.TERM !== 'dumb'
  if (process.stdout.isTTY && wantsPager && isLong) {
    if (isInstalled(pager)) return runPager(pager, text)
    if (process.env.PAGER)
      process.stderr.write(`warning: the pager ${quoted(pager)} (variable PAGER) is not installed\n`)
  }
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** Whether the shell finds the program of a command. Otherwise it would print an error of its own. */
function isInstalled(command: string): boolean {
  const program = command
    .trim()
    .split(/\s/)
    .find((word) => !word.includes('='))
  return spawnSync('command -v -- "$PROGRAM"', { shell: true, env: { ...process.env, PROGRAM: program } }).status === 0
}

async function runPager(pager: string, text: string): Promise<void> {
  const child = spawn(pager, {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    // Without LESSCHARSET, less shows é as <C3><A9> if the locale is not UTF-8.
    env: { LESS: LESS_OPTIONS, LESSCHARSET: 'utf-8', ...process.env },
  })
  // A user who quits early closes the pipe.
  child.stdin.on('error', () => {})
  child.stdin.end(text)
  // Ctrl-C is for the pager while it runs.
  const listeners = process.listeners('SIGINT')
  const ignore = () => {}
  process.removeAllListeners('SIGINT').on('SIGINT', ignore)
  await once(child, 'close')
  process.removeListener('SIGINT', ignore)
  for (const listener of listeners) process.on('SIGINT', listener)
}
