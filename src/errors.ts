import { stripControls } from './text/stripControls.ts'

/**
 * The kinds of failure: the exit code of each, and whether running the same command again can help. An orchestrator sees only
 * the exit code.
 */
export const FAILURES = {
  bug: { exit: 1, retry: false, meaning: 'a bug (stack trace)' },
  usage: { exit: 2, retry: false, meaning: 'usage or configuration error' },
  portal: {
    exit: 3,
    retry: true,
    meaning: 'the portal cannot be reached, or a download differs from the announced size or checksum',
  },
  contract: { exit: 4, retry: false, meaning: 'an export is malformed (format, encoding, columns)' },
  store: {
    exit: 5,
    retry: true,
    meaning: 'a store, or with "notify" a target, cannot be reached or refuses a request',
  },
  gate: { exit: 6, retry: false, meaning: 'the completeness gate refused the export' },
  held: { exit: 7, retry: true, meaning: 'another run is working on this date' },
  interrupted: { exit: 130, retry: true, meaning: 'stopped by SIGINT (Ctrl-C)' },
  terminated: { exit: 143, retry: true, meaning: 'stopped by SIGTERM, or by SIGHUP (closed terminal)' },
} as const

export type FailureKind = keyof typeof FAILURES

/** Most severe first: a bug, then failures that a retry cannot fix, then those that it may fix. */
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

/** Returns the most severe kind, which decides the exit code when there are several failures. */
export function worstOf(kinds: readonly FailureKind[]): FailureKind | undefined {
  return BY_SEVERITY.find((kind) => kinds.includes(kind))
}

/** An expected failure. Its one-line message gives the problem, its place, its cause and the remedy. Any other error is a bug. */
export class Failure extends Error {
  /** Matching items, to print below the message, one per line. */
  readonly candidates: readonly string[]

  constructor(
    readonly kind: FailureKind,
    message: string,
    options?: { cause?: unknown; candidates?: readonly string[] | undefined },
  ) {
    // Text from outside, such as an address, must not forge a line or an escape sequence in a terminal or a log.
    super(stripControls(message), options)
    this.name = 'Failure'
    this.candidates = (options?.candidates ?? []).map(stripControls)
  }

  get exitCode(): number {
    return FAILURES[this.kind].exit
  }

  /** Whether running the same command again can succeed. */
  get retryable(): boolean {
    return FAILURES[this.kind].retry
  }
}

/** Returns the ID of the run that ended with this error; undefined if no run had begun. */
export function runIdOf(error: unknown): string | undefined {
  return (error as { run_id?: string } | undefined)?.run_id
}

/** Returns the message to print: one line for an expected failure. A bug keeps its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Failure ? error.message : `this is a bug, please report it\n${stackLines(error).join('\n')}`
}

function stackLines(error: unknown): string[] {
  return String((error as Error)?.stack ?? error)
    .split('\n')
    .map(stripControls)
}

/** A requested item does not exist. The message lists the existing ones. */
export class NotFound extends Failure {
  constructor(message: string, candidates?: readonly string[]) {
    super('usage', message, { candidates })
  }
}

/** A stored document is damaged, or is not the one that its ID names. The message gives the reason and the remedy. */
export class DamagedDocument extends Failure {
  constructor(
    /** `the edition mobilite-transport/2026-11-18` */
    readonly subject: string,
    message: string,
  ) {
    super('store', message)
  }
}

/** Makes untrusted text safe for a one-line message: quotes it, escapes control characters and cuts it at `most`. */
export function quoted(text: string, most = 80): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text
  // JSON escapes C0 only; C1 controls, line separators and bidi overrides could still forge a terminal line.
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Formats a JSON value for a one-line message: text like `quoted`, any other value as JSON. */
export function quotedValue(value: unknown, most?: number): string {
  if (typeof value === 'string') return quoted(value, most)
  return quoted(String(JSON.stringify(value)), most)
    .slice(1, -1)
    .replaceAll('\\"', '"')
}
