import { spawn, spawnSync } from 'node:child_process'
import { BASE_ENVIRONMENT, CLI } from './cli.ts'

/** Whether "script" of util-linux is installed, which simulates a terminal. */
export const HAS_TERMINAL = spawnSync('script', ['--version']).status === 0

/** Runs a command in a terminal of this size, types `input`, and returns its output. */
export async function inTerminal(
  rows: number,
  args: string,
  cwd: string,
  env: Readonly<Record<string, string>> = {},
  columns = 60,
  input?: string,
): Promise<string> {
  const command = `stty rows ${rows} columns ${columns}; ${process.execPath} ${CLI} ${args}`
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd,
    env: { ...BASE_ENVIRONMENT, TERM: 'xterm', ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'inherit'],
  })
  child.stdin?.end(input)
  let output = ''
  for await (const chunk of child.stdout!.setEncoding('utf8')) output += chunk
  return output
}
