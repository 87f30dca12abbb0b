import type { Config } from '../../config/settings.ts'

/** Addresses on this site. IDs come from the portal and may contain any character, so they are always encoded. */

/** Identifies an edition. */
export interface EditionRef {
  readonly watch: string
  readonly date: string
}

export const editionPath = ({ watch, date }: EditionRef) => `/editions/${watch}/${date}`
/** @param path the edition's path */
export const explanationPath = (path: string, dataset: string) => `${path}/datasets/${encodeURIComponent(dataset)}`
/** @param path the edition's path */
export const historyPath = (path: string, organization: string) =>
  `${path}/organizations/${encodeURIComponent(organization)}`
/** @param query the language, and the organization or the search that the feed is about */
export const feedPath = (edition: EditionRef | undefined, query: Readonly<Record<string, string>>) =>
  withQuery('/feed.atom', { ...(edition && { watch: edition.watch }), ...query })

/** Appends a query to a path. */
export function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams(query).toString()
  return search === '' ? path : `${path}?${search}`
}

/** Returns the public address of this server, `https://tops.example`. @param url the address of a request */
export const siteOf = ({ public_url }: Pick<Config, 'public_url'>, url: string) => public_url ?? new URL(url).origin

/** Whether a parameter is one that newsletters and campaigns add to links. It says nothing about the page. */
export const isTracking = (name: string) => /^(utm_|mtm_|pk_|at_|xtor$|fbclid$|gclid$|msclkid$)/.test(name)

/** Removes the tracking parameters from the path and query of a page. */
export function withoutTracking(url: string): string {
  const start = url.indexOf('?')
  // The API and the feeds refuse them, as any unknown parameter.
  if (start < 0 || url.startsWith('/api/') || url.startsWith('/feed.')) return url
  const kept = url
    .slice(start + 1)
    .split('&')
    .filter((part) => !isTracking(part.replace(/=.*/, '')))
  return `${url.slice(0, start)}?${kept.join('&')}`
}

/** Returns the host to show for a portal: `data.gouv.fr`. */
export const hostOf = (portal: string) => new URL(portal).host.replace(/^www\./, '')

/** Returns the parameters that a link to another edition keeps: not the row to start at, nor a date that does not come before. */
export function keptFor(
  { offset: _, since, ...query }: Readonly<Record<string, string>>,
  date: string,
  dates: readonly string[],
): Record<string, string> {
  const later = date === 'latest' ? dates[0] : date
  const isEarlier = since !== undefined && later !== undefined && since < later && dates.includes(since)
  return isEarlier ? { ...query, since } : query
}
