import type { Reporter } from 'vitest/node'

/** Lists the skipped tests, with their reasons, at the end of the output. */
export const skippedTests: Reporter = {
  onTestRunEnd(modules) {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')])
    const lines = skipped.map((test) => {
      const result = test.result()
      const note = result.state === 'skipped' && result.note ? `: ${result.note}` : ''
      return `skipped: ${test.fullName}${note}`
    })
    if (lines.length > 0) console.log(`\n${[...new Set(lines)].join('\n')}\n`)
  },
}
