/** Who is told, of what: an entry of the setting `notify`. */
export interface Target {
  /** What run records and messages call it. */
  readonly name: string
  readonly kind: 'slack' | 'webhook' | 'email'
  /** Secret: whoever knows it can write there. */
  readonly url: string
  readonly events: readonly Event[]
  /** E-mail alone. */
  readonly from?: string
  readonly to?: readonly string[]
}

/** What people are told of. */
export const EVENTS = ['published', 'failed', 'refused', 'missed'] as const

export type Event = (typeof EVENTS)[number]

/** Of an address that is secret, what may be shown. */
export function hostOf(url: string): string {
  return new URL(url).host
}
