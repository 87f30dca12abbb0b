import type { Config } from '../config/settings.ts'

/** Limits of the HTTP client. Durations in milliseconds. */
export interface FetchPolicy {
  readonly connectTimeout: number
  /** Time limit for the response to start. */
  readonly headersTimeout: number
  /** Time limit for the next byte of a body. */
  readonly stallTimeout: number
  /** The lowest rate of a body, in bytes per second of waiting, over each stall time-out. */
  readonly minRate: number
  /** How often a failed request is retried. The count restarts when a download has progressed by PROGRESS_BYTES. */
  readonly retries: number
  /** The pause before the first retry; it doubles with each further one, up to MAX_PAUSE. */
  readonly retryPause: number
  /** The longest body accepted, in bytes. */
  readonly maxBytes: number
}

const MAX_PAUSE = 60_000
/** If `Retry-After` asks for more than this, the request fails. */
export const MAX_RETRY_AFTER = 5 * 60_000
export const MAX_REDIRECTS = 10
/** The catalogue's metadata has about 100 kB. */
export const MAX_METADATA_BYTES = 2 * 2 ** 20
/** With less progress per attempt, a server that sends one byte at a time would be retried forever. */
export const PROGRESS_BYTES = 2 ** 20

/** Builds the policy from the settings. */
export function fetchPolicy(config: Config): FetchPolicy {
  return {
    connectTimeout: config.connect_timeout,
    headersTimeout: config.headers_timeout,
    stallTimeout: config.stall_timeout,
    minRate: config.min_rate,
    retries: config.retries,
    retryPause: config.retry_pause,
    maxBytes: config.max_export_size,
  }
}

/** Returns the pause before retry number `attempt` (from 1): exponential, between half and all of it at random (0 to 1). */
export function pauseBefore(attempt: number, { retryPause }: FetchPolicy, random: number): number {
  return Math.min(MAX_PAUSE, retryPause * 2 ** (attempt - 1)) * (0.5 + random / 2)
}

/** Parses a `Retry-After` header into milliseconds; undefined if it is absent or malformed. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value.trim())) return Number(value) * 1_000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
