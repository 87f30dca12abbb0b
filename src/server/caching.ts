/**
 * How long an answer may be kept by browsers and caches without asking again; then its ETag says whether it is still the one.
 * An edition of a date does not change by itself, but a date may be published anew, so nothing is called immutable.
 */
export const CACHING = {
  /** What the next edition changes. */
  latest: 'public, max-age=60',
  /** What belongs to a date. */
  dated: 'public, max-age=3600',
  /** What may change at any moment. */
  passing: 'no-cache',
} as const

/** @param date as it was asked for; undefined for the latest */
export const cachingOf = (date: string | undefined) => (date === undefined ? CACHING.latest : CACHING.dated)
