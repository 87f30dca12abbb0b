import type { Config } from '../config/settings.ts'

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

/**
 * Returns the `Cache-Control` of a response with links to this server. Without the setting `public_url`, its address is the one that
 * the client names in `Host`. A cache that ignores `Host` would then serve the links of one client to all others.
 */
export const cacheControlWithLinks = (control: string, { public_url }: Pick<Config, 'public_url'>) =>
  public_url === undefined ? control.replace('public', 'private') : control

/** @param date the requested date; undefined for the latest */
export const cacheControlFor = (date: string | undefined) =>
  date === undefined ? CACHE_CONTROL.latest : CACHE_CONTROL.dated
