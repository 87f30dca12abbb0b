import { defineConfig } from 'vitest/config'

/** Only the tests of what is changed; stryker.config.mjs names them. */
export default defineConfig({
  test: { include: process.env.MUTATION_TESTS?.split(' ') ?? [], testTimeout: 120_000 },
})
