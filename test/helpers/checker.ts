import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const INSTALLED = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'datagouv-tops/checkers/bin')

/** Returns the path at which scripts/checkers installs a program. */
export function checkerPath(program: string): string {
  return join(INSTALLED, program)
}

/** Runs a program that checks files. If it is not installed, the test is skipped with a reason. */
export function runChecker(program: string, args: readonly string[], skip: TestContext['skip'], cwd = ROOT) {
  const own = checkerPath(program)
  const { status, stdout, stderr, error } = spawnSync(existsSync(own) ? own : program, args, {
    cwd,
    encoding: 'utf8',
  })
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    skip(`${program} is not installed; to install it: scripts/checkers`)
  }
  return { code: status, said: `${stdout}${stderr}` }
}
