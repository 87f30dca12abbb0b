import { FAILURES, Failure, type FailureKind } from '../errors.ts'

/** What a check found. */
export interface Finding {
  readonly status: 'ok' | 'warning' | 'failed'
  /** One sentence. */
  readonly finding: string
  /** What to do about it; null when all is well. */
  readonly remedy: string | null
  /** What the commands that need it would end with; 0 unless it failed. */
  readonly exit_code: number
}

export const ok = (finding: string): Finding => ({ status: 'ok', finding, remedy: null, exit_code: 0 })

export const warning = (finding: string, remedy: string): Finding => ({
  status: 'warning',
  finding,
  remedy,
  exit_code: 0,
})

/** A finding that is as bad as a failure of this kind: the exit code is the same. */
export function failed(kind: FailureKind, finding: string, remedy: string): Finding {
  return { status: 'failed', finding, remedy, exit_code: FAILURES[kind].exit }
}

/** A failure says what and why, and behind its last semicolon what next. */
export function failedBy(error: unknown): Finding {
  if (!(error instanceof Failure)) return failed('bug', String(error), 'please report it')
  const [, what = error.message, next] = /^(.*); (.*)$/s.exec(error.message) ?? []
  return failed(error.kind, what, next ?? 'mend that, and ask again')
}
