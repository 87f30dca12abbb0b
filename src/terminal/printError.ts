import { FAILURES, Failure, type FailureKind, messageOf, runIdOf } from '../errors.ts'
import { flagValue } from './flagValue.ts'
import { isJsonLog, logLine } from './logLine.ts'

/** Prints an error to stderr: one line for a Failure, with its candidates below; a stack for a bug. */
export function printError(error: unknown): void {
  const { kind, exitCode } = error instanceof Failure ? error : { kind: 'bug' as const, exitCode: FAILURES.bug.exit }
  const candidates = error instanceof Failure ? error.candidates : []
  printErrorLine(messageOf(error), kind, exitCode, runIdOf(error), candidates)
}

/** Prints an error line to stderr, for people or as JSON. */
export function printErrorLine(
  message: string,
  kind: FailureKind,
  exit_code: number,
  run_id?: string,
  candidates: readonly string[] = [],
): void {
  const more = candidates.length > 0 ? { candidates } : {}
  const lines = [`datagouv-tops: ${message}`, ...candidates.map((one) => `  ${one}`)]
  // The options may not be parsed yet.
  const isJson = isJsonLog(flagValue(process.argv, '--log-format'))
  process.stderr.write(
    isJson ? logLine('error', message, { run_id, kind, exit_code, ...more }) : `${lines.join('\n')}\n`,
  )
}
