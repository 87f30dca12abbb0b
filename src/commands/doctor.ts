import { resolveConfig } from '../config/config.ts'
import { CHECKS } from '../doctor/checks.ts'
import { type Finding, failedBy, warning } from '../doctor/finding.ts'
import { surroundingsOf } from '../doctor/surroundings.ts'
import { FAILURES, Failure, type FailureKind, worstOf } from '../errors.ts'
import { table } from '../terminal/table.ts'
import { flagsOf, type Io, print, printJson } from './io.ts'

type Told = Finding & { readonly check: string }

/** Looks at everything that a run needs, and says what to do about each failure. Ends with the code of the worst. */
export default async function doctor(io: Io): Promise<void> {
  // Who asks how things are wants an answer soon.
  process.env.AWS_MAX_ATTEMPTS ??= '1'
  const around = surroundingsOf(() => resolveConfig(flagsOf(io.options), process.env, io.options.config), io.signal)
  const looked = await Promise.all(
    Object.entries(CHECKS).map(async ([check, look]) => {
      const found: Finding = await look(around, io.options.fix ?? false).catch(failedBy)
      return { check, ...found }
    }),
  )
  const checks = looked.map((one, at) => onceOnly(one, looked.slice(0, at)))
  await around.close()
  const kinds = Object.keys(FAILURES) as FailureKind[]
  const worst = worstOf(kinds.filter((kind) => checks.some(({ exit_code }) => exit_code === FAILURES[kind].exit)))
  if (io.options.json) await printJson({ exit_code: worst === undefined ? 0 : FAILURES[worst].exit, checks })
  else if (!io.options.quiet) await print(tableOf(checks))
  if (worst === undefined) return
  const failed = checks.filter(({ status }) => status === 'failed')
  const names = failed.map(({ check }) => check).join(', ')
  throw new Failure(
    worst,
    `${failed.length} of ${checks.length} checks failed (${names}); see the remedies of "doctor"`,
  )
}

/** What failed for the very reason of an earlier check is not a second failure. */
function onceOnly(one: Told, before: readonly Told[]): Told {
  const cause = before.find(({ status, finding }) => status === 'failed' && finding === one.finding)
  if (cause === undefined || one.status !== 'failed') return one
  return { check: one.check, ...warning(`not known: "${cause.check}" failed`, 'mend that first') }
}

function tableOf(checks: readonly Told[]): string {
  const columns = [
    { title: 'check' },
    { title: 'status' },
    { title: 'finding', share: 2, below: true },
    { title: 'what to do', share: 1, below: true },
  ]
  const rows = checks.map(({ check, status, finding, remedy }) => [check, status, finding, remedy ?? ''])
  return table(columns, rows)
}
