import { resolveConfig } from '../config/config.ts'
import { CHECKS } from '../doctor/checks.ts'
import { createDoctorContext } from '../doctor/doctorContext.ts'
import { type Finding, findingOf, warning } from '../doctor/finding.ts'
import { FAILURES, Failure, type FailureKind, worstOf } from '../errors.ts'
import { formatTable } from '../terminal/table.ts'
import { type CommandInput, print, printJson, settingFlags } from './io.ts'

type NamedFinding = Finding & { readonly check: string }

/** Checks everything a run needs, and prints a remedy for each failure. Exits with the code of the worst failure. */
export default async function doctor(io: CommandInput): Promise<void> {
  // A diagnosis should be quick, so the AWS SDK makes one attempt only.
  process.env.AWS_MAX_ATTEMPTS ??= '1'
  const context = createDoctorContext(
    () => resolveConfig(settingFlags(io.options), process.env, io.options.config),
    io.signal,
  )
  const results = await Promise.all(
    Object.entries(CHECKS).map(async ([check, run]) => {
      const finding: Finding = await run(context, io.options.fix ?? false).catch(findingOf)
      return { check, ...finding }
    }),
  )
  const checks = results.map((one, at) => withoutRepetition(one, results.slice(0, at)))
  await context.close()
  const kinds = Object.keys(FAILURES) as FailureKind[]
  const worst = worstOf(kinds.filter((kind) => checks.some(({ exit_code }) => exit_code === FAILURES[kind].exit)))
  const { json, quiet } = io.options
  if (json) await printJson({ exit_code: worst === undefined ? 0 : FAILURES[worst].exit, checks })
  else if (!quiet) await print(tableOf(checks))
  if (worst === undefined) return
  const failed = checks.filter(({ status }) => status === 'failed')
  const names = failed.map(({ check }) => check).join(', ')
  throw new Failure(
    worst,
    `${failed.length} of ${checks.length} checks failed (${names}). ${quiet ? 'Without --quiet, doctor prints the remedies.' : 'The report above has the remedies.'}`,
  )
}

/** Turns a failure that only repeats the failure of an earlier check into a warning. */
function withoutRepetition(one: NamedFinding, before: readonly NamedFinding[]): NamedFinding {
  const cause = before.find(({ status, finding }) => status === 'failed' && finding === one.finding)
  if (cause === undefined || one.status !== 'failed') return one
  return { check: one.check, ...warning(`unknown: "${cause.check}" failed`, 'fix that first') }
}

function tableOf(checks: readonly NamedFinding[]): string {
  const columns = [
    { title: 'check' },
    { title: 'status' },
    { title: 'finding', share: 2, below: true },
    { title: 'what to do', share: 1, below: true },
  ]
  const rows = checks.map(({ check, status, finding, remedy }) => [check, status, finding, remedy ?? ''])
  return formatTable(columns, rows)
}
