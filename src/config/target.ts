import type { Watch } from './watch.ts'

/** An entry of the setting `notify`: where notifications go, and for which events. */
export interface NotifyTarget {
  /** Its name in run records and logs. */
  readonly name: string
  readonly kind: 'slack' | 'webhook' | 'email'
  /** Secret: anyone who has it can post there. */
  readonly url: string
  readonly events: readonly NotifyEvent[]
  /** Searches whose results are part of its messages about editions. */
  readonly searches?: readonly Watch[]
  /** For e-mail only. */
  readonly from?: string
  readonly to?: readonly string[]
}

/** The events that can be notified. */
export const EVENTS = ['published', 'failed', 'refused', 'missed', 'remote_failed', 'recovered'] as const

export type NotifyEvent = (typeof EVENTS)[number]

/** Returns the part of a secret address that may be shown. */
export function hostOf(url: string): string {
  return new URL(url).host
}
