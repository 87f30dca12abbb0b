// How many mistakes, put in one at a time, the tests notice: MUTATE=scanner npm run mutation, or MUTATE=rules
const parts = {
  // What finds records and terms, held by its own tests alone.
  scanner: {
    mutate: ['src/csv/referenceScanner.ts', 'src/matching/*.ts'],
    tests: ['test/csv/*.test.ts', 'test/matching/*.test.ts'],
  },
  // What decides: rank, gate, lease.
  rules: {
    mutate: ['src/pipeline/rank.ts', 'src/pipeline/gate.ts', 'src/runs/lease.ts'],
    tests: [
      'test/pipeline/gate.test.ts',
      'test/pipeline/pipeline.test.ts',
      'test/portal/faults.test.ts',
      'test/runs/*.test.ts',
    ],
  },
}
const { mutate, tests } = parts[process.env.MUTATE ?? 'scanner']
// Read by vitest.mutation.config.ts, in the processes that Stryker starts.
process.env.MUTATION_TESTS = tests.join(' ')

export default {
  mutate,
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 20_000,
  disableTypeChecks: true,
  // Its preprocessing needs the JavaScript interface that compilers had before 7.
  tsconfigFile: 'none.json',
  ignorePatterns: ['bench', 'docs', 'sample', 'coverage', '.services', 'airflow'],
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { logTests: false, allowColor: false },
  tempDirName: '.stryker-tmp',
}
