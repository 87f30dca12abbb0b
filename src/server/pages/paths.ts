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
export const feedPath = (edition: EditionRef | undefined) => `/feed.atom${edition ? `?watch=${edition.watch}` : ''}`

/** Appends a query to a path. */
export function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams(query).toString()
  return search === '' ? path : `${path}?${search}`
}

/** Returns the host to show for a portal: `data.gouv.fr`. */
export const hostOf = (portal: string) => new URL(portal).host.replace(/^www\./, '')
