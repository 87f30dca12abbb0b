import { stripVTControlCharacters } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { datasetsCsv, organizationsCsv, temporaryFolder } from '../helpers/exports.ts'
import { startReplica } from '../helpers/replica.ts'
import { HAS_TERMINAL, inTerminal } from '../helpers/terminal.ts'

const ESCAPE = '\u001b'
const skipped = HAS_TERMINAL ? '' : ' (skipped: needs "script" of util-linux)'

/** Runs in a terminal, with a portal that fails once and takes half a second for its datasets. */
async function runInTerminal(env: Record<string, string> = {}, flags = '', columns = 80): Promise<string> {
  const datasets = datasetsCsv(Array.from({ length: 4_000 }, (_, i) => ({ id: `d${i}`, title: 'Transport'.repeat(8) })))
  const files = {
    datasets: { content: Buffer.from(datasets), modified: new Date() },
    organizations: { content: Buffer.from(organizationsCsv([['o1', 'Un', 1]])), modified: new Date() },
  }
  let requests = 0
  const portal = await startReplica({
    files,
    fault: ({ path }) => (requests++ === 0 ? { status: 503 } : path === 'file' ? { trickle: 1_000 } : undefined),
  })
  onTestFinished(() => portal.close())
  const settings = { DATAGOUV_TOPS_PORTAL: portal.url, DATAGOUV_TOPS_RETRY_PAUSE: '1ms' }
  return inTerminal(20, `run ${flags}`, await temporaryFolder(), { ...settings, ...env }, columns)
}

describe.skipIf(!HAS_TERMINAL)(`progress in a terminal${skipped}`, () => {
  test('is redrawn in place with size, rate, percentage and time left, and ends as one line per export', async () => {
    const output = await runInTerminal()
    expect(output).toMatch(/fetch datasets {2}\S*\d+(\.\d+)? kB of \d+ kB · [\d.]+ [kM]B\/s · \d+% · \d+\.\d s left/)
    expect(output).toContain(`${ESCAPE}[1A`)
    const lines = output.match(/fetch datasets {2}4,000 records · \d+ kB in \d+\.\d s \([\d.]+ [kM]B\/s\)\r\n/g)
    expect(lines).toHaveLength(1)
    // The cursor is visible again at the end.
    expect(output.lastIndexOf(`${ESCAPE}[?25h`)).toBeGreaterThan(output.lastIndexOf(`${ESCAPE}[?25l`))
  })

  test('drops parts in a narrow terminal instead of wrapping', async () => {
    const plain = stripVTControlCharacters(await runInTerminal({}, '', 46))
    const frames = [...plain.matchAll(/fetch datasets {2}(\d+(?:\.\d+)? kB of [^\r]*)/g)].map(([, frame]) => frame)
    expect(frames.length).toBeGreaterThan(1)
    for (const frame of frames) expect(frame).toMatch(/^\d+(\.\d+)? kB of \d+ kB · \d+\.\d s left$/)
  })

  test('colors warnings, except with NO_COLOR', async () => {
    const warning = 'warning:'
    expect(await runInTerminal()).toContain(`${ESCAPE}[33m${warning}${ESCAPE}[39m http`)
    const plain = await runInTerminal({ NO_COLOR: '1' })
    expect(plain).toContain(`${warning} http`)
    expect(plain).not.toContain(`${ESCAPE}[33m`)
  })

  test('is plain lines in CI, and nothing with --quiet', async () => {
    const inCi = await runInTerminal({ CI: 'true' })
    expect(inCi).toMatch(/fetch datasets {2}4,000 records · /)
    expect(inCi).not.toContain(`${ESCAPE}[1A`)
    expect(await runInTerminal({}, '--quiet')).toBe('')
  })

  test('shows the duration of each step with --verbose, dimmed', async () => {
    expect(await runInTerminal({}, '--verbose')).toMatch(
      new RegExp(`${ESCAPE}\\[2mread datasets took \\d+ ms${ESCAPE}\\[22m`),
    )
  })
})
