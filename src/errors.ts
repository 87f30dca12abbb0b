/**
 * What can go wrong on purpose, and how the process says so. One row a kind: the exit code, and whether trying the same
 * command again can help (an orchestrator reads this from the exit code alone).
 */
export const FAILURES = {
  bug: { exit: 1, retry: false, meaning: 'a bug (stack trace)' },
  usage: { exit: 2, retry: false, meaning: 'wrong use or wrong configuration' },
  portal: {
    exit: 3,
    retry: true,
    meaning: 'the portal cannot be reached, or does not deliver what it announces (size, checksum)',
  },
  contract: { exit: 4, retry: false, meaning: 'an export breaks its contract (format, encoding, columns)' },
  store: { exit: 5, retry: true, meaning: 'a store cannot be reached or refuses' },
  gate: { exit: 6, retry: false, meaning: 'the completeness gate refused the export' },
  held: { exit: 7, retry: true, meaning: 'another run is working on this date' },
  interrupted: { exit: 130, retry: true, meaning: 'interrupted, cleanly' },
  terminated: { exit: 143, retry: true, meaning: 'terminated, cleanly' },
} as const

export type FailureKind = keyof typeof FAILURES

/** Most severe first: a bug, then failures that no retry fixes, then failures that may pass by themselves. */
const BY_SEVERITY: readonly FailureKind[] = [
  'bug',
  'usage',
  'contract',
  'gate',
  'store',
  'portal',
  'held',
  'interrupted',
  'terminated',
]

/** Returns the most severe of some kinds: of several failures it decides the exit code. */
export function worstOf(kinds: readonly FailureKind[]): FailureKind | undefined {
  return BY_SEVERITY.find((kind) => kinds.includes(kind))
}

/** An expected failure. Its one-line message gives the problem, its place, its cause and the remedy. Any other error is a bug. */
export class Failure extends Error {
  readonly kind: FailureKind
  /** Items that fit, to print below the message, one per line. */
  readonly candidates: readonly string[]

  constructor(
    kind: FailureKind,
    message: string,
    options?: { cause?: unknown; candidates?: readonly string[] | undefined },
  ) {
    super(message, options)
    this.name = 'Failure'
    this.kind = kind
    this.candidates = options?.candidates ?? []
  }

  get exitCode(): number {
    return FAILURES[this.kind].exit
  }

  /** Whether the same command can succeed when it is called again. */
  get retryable(): boolean {
    return FAILURES[this.kind].retry
  }
}

/** The run that ended with an error, when one had begun. */
export function runIdOf(error: unknown): string | undefined {
  return (error as { run_id?: string } | undefined)?.run_id
}

/** Returns the message to print: one line for an expected failure. A bug keeps its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Failure
    ? error.message
    : `this is a bug, please report it\n${(error as Error)?.stack ?? error}`
}

/** The requested item does not exist. The message lists the existing ones. */
export class NotFound extends Failure {
  constructor(message: string, candidates?: readonly string[]) {
    super('usage', message, { candidates })
  }
}

/** A stored document is not valid for its ID. The message gives the reason and tells how to restore it. */
export class DamagedDocument extends Failure {
  /** `the edition mobilite-transport/2026-11-18` */
  readonly subject: string

  constructor(subject: string, message: string) {
    super('store', message)
    this.subject = subject
  }
}

/** Text from outside, made safe to stand in a one-line message: quoted, control characters escaped, cut at `most`. */
export function quoted(text: string, most = 80): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text
  // JSON escapes C0 only; C1 controls, line separators and bidi overrides could still forge a terminal line.
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
