import { readMetricsFileSetting } from '../config/config.ts'
import { FAILURES, Failure, type FailureKind } from '../errors.ts'
import { type CommandInput, openReport } from './io.ts'

/** Not failures of this run: another one is working on the date, or the run was stopped. */
const NO_FAILURES: readonly FailureKind[] = ['held', 'interrupted', 'terminated']

/**
 * Runs a command, and writes its failure to the metrics file if its run has no record: the settings are wrong, or the document store
 * is unreachable.
 */
export async function withMetricsFile(command: string, io: CommandInput, body: () => Promise<void>): Promise<void> {
  const started = new Date()
  try {
    await body()
  } catch (error) {
    if (isReported(error)) await writeFailure(command, started, error, io)
    throw error
  }
}

/** A person who mistypes a command in a terminal sees the error. An alert would last until the next run. */
function isReported(error: unknown): boolean {
  if (!(error instanceof Failure)) return true
  return !NO_FAILURES.includes(error.kind) && !(error.kind === 'usage' && process.stderr.isTTY)
}

async function writeFailure(command: string, started: Date, error: unknown, io: CommandInput): Promise<void> {
  const path = await readMetricsFileSetting(process.env, io.options.config)
  if (path === undefined) return
  const exitCode = error instanceof Failure ? error.exitCode : FAILURES.bug.exit
  try {
    const { writeUnrecordedRun } = await import('../metrics/unrecordedRun.ts')
    await writeUnrecordedRun(path, { command, started, ended: new Date(), exitCode })
  } catch (failed) {
    const report = await openReport(io.options)
    report.warn((failed as Error).message)
    report.close()
  }
}
