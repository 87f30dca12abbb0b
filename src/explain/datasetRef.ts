import { Failure, quoted } from '../errors.ts'
import { isPortalId } from './portalId.ts'

/**
 * Refuses the address of a page of another portal, because its slug could name another dataset here.
 *
 * @param portals the URLs of the accepted portals, also with other subdomains
 * @throws Failure `usage`
 */
export function refuseForeignPage(text: string, portals: readonly string[]): void {
  const hostname = addressIn(text)?.hostname
  if (hostname === undefined) return
  const domains = portals.map((portal) => new URL(portal).hostname.replace(/^www\./, ''))
  if (domains.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`))) return
  const next = `Give the address of a page there, an ID, a slug or a title.`
  throw new Failure('usage', `cannot explain ${quoted(text)}: it is not a page of ${portals[0]}. ${next}`)
}

const MAX_LENGTH = 300

/**
 * Parses a reference to a dataset: its ID, its slug, or the address of its page, which has one of these after `datasets`
 * (`https://www.data.gouv.fr/fr/datasets/horaires-theoriques/#/resources`).
 *
 * @throws Failure `usage` if the text is none of these
 */
export function parseDatasetRef(text: string): string {
  const path = addressIn(text)?.pathname
  const name = path === undefined ? text : /\/datasets\/([^/]+)/.exec(path)?.[1]
  if (name !== undefined && name !== '' && name.length <= MAX_LENGTH) return name
  throw new Failure('usage', `${quoted(text)} is neither the ID of a dataset nor the address of its page`)
}

/** Whether a text can only be an ID or the address of a page. Any other may be a slug or a part of a title. */
export const isIdOrAddress = (text: string) => isPortalId(text) || addressIn(text) !== undefined

/** Returns the address that a text is, also without `https://`, which browsers hide. */
function addressIn(text: string): URL | undefined {
  const isPage = /^[\w-]+(\.[\w-]+)+\/(\S+\/)?datasets\/\S/.test(text)
  const address = isPage ? `https://${text}` : text
  return /^https?:\/\//.test(address) && URL.canParse(address) ? new URL(address) : undefined
}
