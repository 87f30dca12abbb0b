import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** The exit code of a shell. */
const COMMAND_NOT_FOUND = 127

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
  const hasPager = isWanted && pager !== '' && !process.env.CI && process.env.TERM !== 'dumb'
  if (process.stdout.isTTY && hasPager && isLong && (await runPager(pager, text))) return
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** @returns false if the pager is not installed */
async function runPager(pager: string, text: string): Promise<boolean> {
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
  const [code] = await once(child, 'close')
  process.removeListener('SIGINT', ignore)
  for (const listener of listeners) process.on('SIGINT', listener)
  return code !== COMMAND_NOT_FOUND
}
