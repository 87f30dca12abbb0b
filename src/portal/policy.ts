import type { Config } from '../config/settings.ts'

/** How patient the client is, and how far it goes. Durations in milliseconds. */
export interface FetchPolicy {
  readonly connectTimeout: number
  /** For the answer to begin. */
  readonly headersTimeout: number
  /** For the next byte of a body. */
  readonly stallTimeout: number
  /** How often a request that failed is tried again; a download that got on by PROGRESS_BYTES starts to count anew. */
  readonly retries: number
  /** Before the first new try; each further pause is twice as long, up to MOST_PAUSE. */
  readonly retryPause: number
  /** The longest body accepted, in bytes. */
  readonly mostBytes: number
}

const MOST_PAUSE = 60_000
/** A server that asks for more patience than this is away for today's purposes. */
export const MOST_RETRY_AFTER = 5 * 60_000
export const MOST_REDIRECTS = 5
/** The catalogue's metadata are some 100 kB. */
export const MOST_METADATA_BYTES = 32 * 2 ** 20
/** Less progress than this does not prove that a new try will end: a server could hand out one byte at a time. */
export const PROGRESS_BYTES = 2 ** 20

/** The policy that the settings ask for. */
export function policyOf(config: Config): FetchPolicy {
  return {
    connectTimeout: config.connect_timeout,
    headersTimeout: config.headers_timeout,
    stallTimeout: config.stall_timeout,
    retries: config.retries,
    retryPause: config.retry_pause,
    mostBytes: config.max_export_size,
  }
}

/** The pause before try number `attempt` (from 1): exponential, with the upper half left to chance. */
export function pauseBefore(attempt: number, { retryPause }: FetchPolicy, chance: number): number {
  return Math.min(MOST_PAUSE, retryPause * 2 ** (attempt - 1)) * (0.5 + chance / 2)
}

/** What `Retry-After` asks for, in milliseconds; undefined when it is absent or unreadable. */
export function retryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value.trim())) return Number(value) * 1_000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
