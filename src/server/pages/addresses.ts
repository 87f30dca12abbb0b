/** Where things are on this site. Ids come from the portal, so they are never trusted to be plain. */

/** An edition, by its watch and date. */
export interface EditionName {
  readonly watch: string
  readonly date: string
}

export const editionPath = ({ watch, date }: EditionName) => `/editions/${watch}/${date}`
export const whyPath = (path: string, dataset: string) => `${path}/datasets/${encodeURIComponent(dataset)}`
export const historyPath = (path: string, organization: string) =>
  `${path}/organizations/${encodeURIComponent(organization)}`
export const feedPath = (edition: EditionName | undefined) => `/feed.atom${edition ? `?watch=${edition.watch}` : ''}`

/** `data.gouv.fr` */
export const hostOf = (portal: string) => new URL(portal).host.replace(/^www\./, '')
