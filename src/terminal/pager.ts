import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** What `less` needs to leave short texts alone, to show links, and to leave the text on the screen. */
const LESS = 'FRX'

/** Shows a text in the terminal, with a pager when it is longer than that; a pipe or CI just gets it. */
export async function page(text: string): Promise<void> {
  const pager = process.env.PAGER ?? 'less'
  const rows = process.stdout.rows ?? Number.POSITIVE_INFINITY
  const isLong = text.split('\n').length > rows
  if (process.stdout.isTTY && !process.env.CI && pager !== '' && isLong && (await pagedBy(pager, text))) return
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** @returns false when there is no such pager */
async function pagedBy(pager: string, text: string): Promise<boolean> {
  const child = spawn(pager, { shell: true, stdio: ['pipe', 'inherit', 'inherit'], env: { LESS, ...process.env } })
  // Whoever quits early has seen enough.
  child.stdin.on('error', () => {})
  child.stdin.end(text)
  // Ctrl-C belongs to the pager while it is up.
  const listeners = process.listeners('SIGINT')
  const ignore = () => {}
  process.removeAllListeners('SIGINT').on('SIGINT', ignore)
  const [code] = await once(child, 'close')
  process.removeListener('SIGINT', ignore)
  for (const listener of listeners) process.on('SIGINT', listener)
  return code !== COMMAND_NOT_FOUND
}

/** As shells say it. */
const COMMAND_NOT_FOUND = 127
