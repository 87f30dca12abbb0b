import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { skippedTests } from './test/helpers/skippedTests.ts'

const report = process.env.VITEST_REPORT

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    reporters: ['default', skippedTests, ...(report ? [['json', { outputFile: report }] as ['json', object]] : [])],
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['json'] },
    // Where processes that tests start write what they ran through; scripts/coverage.mjs puts it together.
    env: process.argv.includes('--coverage') ? { CHILDREN_COVERAGE: resolve('coverage/children') } : {},
  },
})
