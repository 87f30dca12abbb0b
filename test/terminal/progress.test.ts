import { stripVTControlCharacters } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startReplica } from '../../src/demo/replica.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder } from '../helpers/exports.ts'
import { HAS_TERMINAL, inTerminal } from '../helpers/terminal.ts'

const ESCAPE = '\u001b'
const leftOut = HAS_TERMINAL ? '' : ' (left out: it needs "script" of util-linux)'

/** Runs, in a terminal, against a portal that takes half a second for its datasets and is not ready at first. */
async function shown(env: Record<string, string> = {}, flags = '', columns = 80): Promise<string> {
  const datasets = datasetsCsv(Array.from({ length: 4_000 }, (_, i) => ({ id: `d${i}`, title: 'Transport'.repeat(8) })))
  const files = {
    datasets: { content: Buffer.from(datasets), modified: new Date() },
    organizations: { content: Buffer.from(organizationsCsv([['o1', 'Un', 1]])), modified: new Date() },
  }
  let asked = 0
  const portal = await startReplica({
    files,
    fault: ({ path }) => (asked++ === 0 ? { status: 503 } : path === 'file' ? { trickle: 1_000 } : undefined),
  })
  onTestFinished(() => portal.close())
  const settings = { DATAGOUV_TOPS_PORTAL: portal.url, DATAGOUV_TOPS_RETRY_PAUSE: '1ms' }
  return inTerminal(20, `run ${flags}`, await temporaryFolder(), { ...settings, ...env }, columns)
}

describe.skipIf(!HAS_TERMINAL)(`progress in a terminal${leftOut}`, () => {
  test('is redrawn in place with size, rate, share and time left, and ends as one line for each export', async () => {
    const output = await shown()
    expect(output).toMatch(/fetch datasets {2}\S*\d+(\.\d+)? kB of \d+ kB · [\d.]+ [kM]B\/s · \d+ % · \d+\.\d s left/)
    expect(output).toContain(`${ESCAPE}[1A`)
    const lines = output.match(/fetch datasets {2}4,000 records · \d+ kB in \d+\.\d s \([\d.]+ [kM]B\/s\)\r\n/g)
    expect(lines).toHaveLength(1)
    // The cursor is there again for whoever types next.
    expect(output.lastIndexOf(`${ESCAPE}[?25h`)).toBeGreaterThan(output.lastIndexOf(`${ESCAPE}[?25l`))
  })

  test('says less where there is no room for all of it, and never breaks its line', async () => {
    const plain = stripVTControlCharacters(await shown({}, '', 46))
    const said = [...plain.matchAll(/fetch datasets {2}(\d+(?:\.\d+)? kB of [^\r]*)/g)].map(([, frame]) => frame)
    expect(said.length).toBeGreaterThan(1)
    for (const frame of said) expect(frame).toMatch(/^\d+(\.\d+)? kB of \d+ kB · \d+\.\d s left$/)
  })

  test('has its warnings in colour, unless NO_COLOR says otherwise', async () => {
    const warning = 'warning:'
    expect(await shown()).toContain(`${ESCAPE}[33m${warning}${ESCAPE}[39m http`)
    const plain = await shown({ NO_COLOR: '1' })
    expect(plain).toContain(`${warning} http`)
    expect(plain).not.toContain(`${ESCAPE}[33m`)
  })

  test('is plain lines in CI, and nothing at all with --quiet', async () => {
    const inCi = await shown({ CI: 'true' })
    expect(inCi).toMatch(/fetch datasets {2}4,000 records · /)
    expect(inCi).not.toContain(`${ESCAPE}[1A`)
    expect(await shown({}, '--quiet')).toBe('')
  })

  test('says how long each step took with --verbose, dimmed', async () => {
    expect(await shown({}, '--verbose')).toMatch(new RegExp(`${ESCAPE}\\[2mread datasets took \\d+ ms${ESCAPE}\\[22m`))
  })
})
