import fc from 'fast-check'

/** Seeds that every run tries, so that successive changes are tested on the same cases. */
const FIXED = [1, 2, 3, -1019838330]
const RERUN = process.env.FUZZ_SEED || undefined

/** Returns the fixed seeds and a random one, or only FUZZ_SEED if it is set. */
export function seedsToTry(): readonly number[] {
  return RERUN === undefined ? [...FIXED, Math.trunc(Math.random() * 2 ** 31)] : [Number(RERUN)]
}

/**
 * Checks a property with these seeds; `runs` is the total number of cases. A failure prints the case in ASCII and the variable
 * that repeats it.
 */
export function checkSeeds<Case>(property: fc.IProperty<Case>, runs: number): void {
  const seeds = seedsToTry()
  for (const seed of seeds) {
    const numRuns = Math.ceil(runs / seeds.length)
    fc.assert(property, { seed, numRuns, reporter: (details) => report(details, seed) })
  }
}

function report<Case>(details: fc.RunDetails<Case>, seed: number): void {
  if (!details.failed) return
  const escaped = JSON.stringify(details.counterexample).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  throw new Error(`fails for ${escaped}\nRepeat it with FUZZ_SEED=${seed}.\n${fc.defaultReportMessage(details)}`, {
    cause: details.errorInstance,
  })
}
