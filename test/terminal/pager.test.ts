import { spawn } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { BASE_ENVIRONMENT, CLI, cli } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { HAS_TERMINAL, inTerminal } from '../helpers/terminal.ts'

const PAGER = { PAGER: 'sed s/^/paged:/' }
const skipped = HAS_TERMINAL ? '' : ' (skipped: needs "script" of util-linux)'

/** Publishes an edition of thirty datasets in a new folder. */
async function publishedFolder(): Promise<string> {
  const cwd = await temporaryFolder()
  const datasets = Array.from({ length: 30 }, (_, index) => ({
    id: `d${index}`,
    title: 'Transport',
    organization: 'o1',
  }))
  await writeTestFile(cwd, 'datasets.csv', datasetsCsv(datasets))
  await writeTestFile(cwd, 'organizations.csv', organizationsCsv([['o1', 'Un', 1]]))
  const sources = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv']
  await cli(['run', '--date', '2026-11-18', '--quiet', ...sources], { cwd })
  return cwd
}

describe.skipIf(!HAS_TERMINAL)(`in a terminal${skipped}`, () => {
  test('output longer than the screen goes through the pager', async () => {
    const cwd = await publishedFolder()
    expect(await inTerminal(20, 'show', cwd, PAGER)).toMatch(/^paged:mobilite-transport, 2026-11-18\r\n/)
  })

  test('output is printed directly if it fits, in CI, or without a pager', async () => {
    const cwd = await publishedFolder()
    expect(await inTerminal(50, 'show', cwd, PAGER)).toMatch(/^mobilite-transport, 2026-11-18\r\n/)
    expect(await inTerminal(20, 'show', cwd, { ...PAGER, CI: 'true' })).toMatch(/^mobilite-transport, 2026-11-18\r\n/)
    expect(await inTerminal(20, 'show', cwd, { PAGER: '' })).toMatch(/^mobilite-transport, 2026-11-18\r\n/)
    expect(await inTerminal(20, 'show', cwd, { PAGER: 'no-such-pager 2>/dev/null' })).toContain(
      'mobilite-transport, 2026-11-18\r\n',
    )
    expect(await inTerminal(20, 'show', cwd, { PAGER: 'LESS=R no-such-pager -x' }, 120)).toMatch(
      /^warning: the pager "LESS=R no-such-pager -x" \(variable PAGER\) is not installed\r\nmobilite-transport, 2026-11-18\r\n/,
    )
    expect(await inTerminal(20, 'runs --json', cwd, PAGER)).not.toContain('paged:')
  })

  test('output is printed directly with --no-pager, or in a terminal that cannot move its cursor', async () => {
    const cwd = await publishedFolder()
    expect(await inTerminal(20, 'show --no-pager', cwd, PAGER)).toMatch(/^mobilite-transport, 2026-11-18\r\n/)
    expect(await inTerminal(20, 'show', cwd, { ...PAGER, TERM: 'dumb' })).toMatch(/^mobilite-transport, 2026-11-18\r\n/)
  })

  test('less gets the character set that the program writes', async () => {
    const cwd = await publishedFolder()
    expect(await inTerminal(20, 'show', cwd, { PAGER: 'echo $LESSCHARSET; cat >/dev/null' })).toMatch(/^utf-8\r\n/)
    expect(await inTerminal(20, 'show', cwd, { PAGER: 'echo $LESSCHARSET', LESSCHARSET: 'latin1' })).toMatch(
      /^latin1\r\n/,
    )
  })

  test('filter says that it waits for stdin, and Ctrl-C ends it at once', async () => {
    const cwd = await publishedFolder()
    const line = `${process.execPath} ${CLI} filter`
    const child = spawn('script', ['-qec', line, '/dev/null'], { cwd, env: { ...BASE_ENVIRONMENT, TERM: 'xterm' } })
    let output = ''
    let stopped = 0
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      output += chunk
      if (stopped === 0 && output.includes('waiting for an export on stdin (Ctrl-C stops)')) {
        stopped = performance.now()
        child.stdin.write('\u0003')
      }
    }
    expect(performance.now() - stopped).toBeLessThan(2_000)
    expect(output).toContain('datagouv-tops: interrupted')
  })
})
