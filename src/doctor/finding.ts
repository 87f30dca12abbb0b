import { FAILURES, Failure, type FailureKind } from '../errors.ts'

/** The result of a check. */
export interface Finding {
  readonly status: 'ok' | 'warning' | 'failed'
  /** One sentence. */
  readonly finding: string
  /** What the user should do; null if nothing is wrong. */
  readonly remedy: string | null
  /** The exit code of a command that has this problem; 0 unless the check failed. */
  readonly exit_code: number
}

export const ok = (finding: string): Finding => ({ status: 'ok', finding, remedy: null, exit_code: 0 })

export const warning = (finding: string, remedy: string): Finding => ({
  status: 'warning',
  finding,
  remedy,
  exit_code: 0,
})

/** Builds a finding with the exit code of this kind of failure. */
export function failed(kind: FailureKind, finding: string, remedy: string): Finding {
  return { status: 'failed', finding, remedy, exit_code: FAILURES[kind].exit }
}

/** Turns an error into a finding. The remedy is the last sentence of its message, or the part after the last semicolon. */
export function findingOf(error: unknown): Finding {
  if (!(error instanceof Failure)) return failed('bug', String(error), 'report this bug')
  const [, what = error.message, first = '', rest] = /^(.*)(?:; |\. (?=\p{Lu}))(.)(.*?)\.?$/su.exec(error.message) ?? []
  return failed(error.kind, what, rest === undefined ? 'fix that, then run "doctor" again' : first.toLowerCase() + rest)
}
