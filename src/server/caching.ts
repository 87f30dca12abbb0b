/**
 * `Cache-Control` of the responses. None is `immutable`, because an edition can be republished for its date. After `max-age`,
 * clients check the ETag.
 */
export const CACHE_CONTROL = {
  /** For answers that the next edition changes. */
  latest: 'public, max-age=60',
  /** For answers about one date. */
  dated: 'public, max-age=3600',
  /** For answers that can change at any moment. */
  revalidate: 'no-cache',
  /** For the state of the process. */
  never: 'no-store',
} as const

/** @param date the requested date; undefined for the latest */
export const cacheControlFor = (date: string | undefined) =>
  date === undefined ? CACHE_CONTROL.latest : CACHE_CONTROL.dated
