import { spawn, spawnSync } from 'node:child_process'
import { CLI, SURROUNDINGS } from './cli.ts'

/** Whether there is what makes a terminal: "script" of util-linux. */
export const HAS_TERMINAL = spawnSync('script', ['--version']).status === 0

/** What a terminal of so many rows and columns shows of a command. */
export async function inTerminal(
  rows: number,
  args: string,
  cwd: string,
  env: Readonly<Record<string, string>> = {},
  columns = 60,
): Promise<string> {
  const command = `stty rows ${rows} columns ${columns}; ${process.execPath} ${CLI} ${args}`
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd,
    env: { ...SURROUNDINGS, TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let shown = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) shown += chunk
  return shown
}
