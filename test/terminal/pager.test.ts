import { describe, expect, test } from 'vitest'
import { cli } from '../helpers/cli.ts'
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
    expect(await inTerminal(20, 'runs --json', cwd, PAGER)).not.toContain('paged:')
  })
})
