import type { Config } from '../config/settings.ts'

/** The settings that limit requests to a portal. */
export type FetchSettings = Pick<
  Config,
  'connect_timeout' | 'headers_timeout' | 'stall_timeout' | 'min_rate' | 'retries' | 'retry_pause' | 'max_export_size'
>

const MAX_PAUSE = 60_000
/** If `Retry-After` asks for more than this, the request fails. */
export const MAX_RETRY_AFTER = 5 * 60_000
export const MAX_REDIRECTS = 10
/** The catalogue's metadata has about 100 kB. */
export const MAX_METADATA_BYTES = 2 * 2 ** 20
/** With less progress per attempt, a server that sends one byte at a time would be retried forever. */
export const PROGRESS_BYTES = 2 ** 20

/** Returns the pause before retry number `attempt` (from 1): exponential, between half and all of it at random (0 to 1). */
export function pauseBefore(attempt: number, { retry_pause }: FetchSettings, random: number): number {
  return Math.min(MAX_PAUSE, retry_pause * 2 ** (attempt - 1)) * (0.5 + random / 2)
}

/** Parses a `Retry-After` header into milliseconds; undefined if it is absent or malformed. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value.trim())) return Number(value) * 1_000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
