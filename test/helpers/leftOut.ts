import type { Reporter } from 'vitest/node'

/** Says at the end, where nobody misses it, which tests were left out and what they lack. */
export const leftOut: Reporter = {
  onTestRunEnd(modules) {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')])
    const lines = skipped.map((test) => {
      const result = test.result()
      const note = result.state === 'skipped' && result.note ? `: ${result.note}` : ''
      return `left out: ${test.fullName}${note}`
    })
    if (lines.length > 0) console.log(`\n${[...new Set(lines)].join('\n')}\n`)
  },
}
