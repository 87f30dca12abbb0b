import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { CLI, cli, SURROUNDINGS } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv, put, temporaryFolder } from '../helpers/exports.ts'

const hasScript = spawnSync('script', ['--version']).status === 0
const leftOut = hasScript ? '' : ' (left out: it needs "script" of util-linux)'

/** A folder with an edition of thirty datasets. */
async function published(): Promise<string> {
  const cwd = await temporaryFolder()
  const datasets = Array.from({ length: 30 }, (_, index) => ({
    id: `d${index}`,
    title: 'Transport',
    organization: 'o1',
  }))
  await put(cwd, 'datasets.csv', datasetsCsv(datasets))
  await put(cwd, 'organizations.csv', organizationsCsv([['o1', 'Un', 1]]))
  const sources = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv']
  await cli(['run', '--date', '2026-11-18', '--quiet', ...sources], { cwd })
  return cwd
}

/** What a terminal of so many rows shows of a command. */
function inTerminal(rows: number, args: string, cwd: string, env: Record<string, string> = {}): string {
  const command = `stty rows ${rows} columns 60; ${process.execPath} ${CLI} ${args}`
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    cwd,
    env: { ...SURROUNDINGS, TERM: 'xterm', PAGER: 'sed s/^/paged:/', ...env },
    encoding: 'utf8',
  })
  return stdout
}

describe.skipIf(!hasScript)(`in a terminal${leftOut}`, () => {
  test('what is longer than the screen goes through the pager', async () => {
    const cwd = await published()
    expect(inTerminal(20, 'show', cwd)).toMatch(/^paged:mobilite-transport, 2026-11-18\r\n/)
  })

  test('what fits, what CI runs, and what has no pager is printed as it is', async () => {
    const cwd = await published()
    expect(inTerminal(50, 'show', cwd)).toMatch(/^mobilite-transport, 2026-11-18\r\n/)
    expect(inTerminal(20, 'show', cwd, { CI: 'true' })).toMatch(/^mobilite-transport, 2026-11-18\r\n/)
    expect(inTerminal(20, 'show', cwd, { PAGER: '' })).toMatch(/^mobilite-transport, 2026-11-18\r\n/)
    expect(inTerminal(20, 'show', cwd, { PAGER: 'no-such-pager 2>/dev/null' })).toContain(
      'mobilite-transport, 2026-11-18\r\n',
    )
    expect(inTerminal(20, 'runs --json', cwd)).not.toContain('paged:')
  })
})
