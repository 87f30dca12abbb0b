import { Failure, quoted } from '../errors.ts'
import { foldTerm } from '../matching/fold.ts'
import { closestName } from '../text/closestName.ts'
import { isPortalId } from './portalId.ts'

export interface NamedOrganization {
  readonly id: string
  readonly name: string
}

const MAX_CANDIDATES = 5

/** Finds organizations by ID, by name, or by a part of the name. Accents, case, hyphens and apostrophes do not matter. */
export function organizationsNamed<O extends NamedOrganization>(organizations: readonly O[], wanted: string): O[] {
  const folded = foldTerm(wanted)
  // Every name contains the empty text, which is left of a text without letters.
  if (folded === '') return organizations.filter(({ id }) => id === wanted)
  const exact = organizations.filter(({ id, name }) => id === wanted || foldTerm(name) === folded)
  return exact.length > 0 ? exact : organizations.filter(({ name }) => foldTerm(name).includes(folded))
}

/** Thrown if a text names no organization, or several. */
export class UnknownOrganization extends Failure {
  /** The organizations that it may mean. */
  readonly organizations: readonly NamedOrganization[]

  constructor(message: string, organizations: readonly NamedOrganization[]) {
    super('usage', message)
    this.organizations = organizations
  }
}

/**
 * Returns the ID of the organization that a text names. An ID of the portal stays as it is: the organization may have been
 * ranked in another week.
 *
 * @throws UnknownOrganization if it names none of the organizations, or several
 */
export function organizationIdOf(organizations: readonly NamedOrganization[], wanted: string): string {
  if (isPortalId(wanted) || organizations.some(({ id }) => id === wanted)) return wanted
  const byId = new Map(organizations.map((one) => [one.id, one]))
  const found = organizationsNamed([...byId.values()], wanted)
  const [first, second] = found
  if (first !== undefined && second === undefined) return first.id
  if (first === undefined) {
    const similar = nearest([...byId.values()], wanted)
    const advice = similar === undefined ? 'Give its ID.' : `Did you mean ${quoted(similar.name)} (${similar.id})?`
    throw new UnknownOrganization(
      `cannot find organization ${quoted(wanted)}: no ranked organization has this ID or name. ${advice}`,
      similar === undefined ? [] : [similar],
    )
  }
  const shown = found.slice(0, MAX_CANDIDATES)
  const names = shown.map(({ id, name }) => `${quoted(name)} (${id})`).join(', ')
  const more = found.length > shown.length ? `, and ${found.length - shown.length} more` : ''
  throw new UnknownOrganization(
    `cannot choose organization ${quoted(wanted)}: ${found.length} organizations have this in their name: ${names}${more}. Give one of these IDs.`,
    shown,
  )
}

/** Returns the organization whose name is closest to a text; undefined if none is similar. */
function nearest(organizations: readonly NamedOrganization[], wanted: string): NamedOrganization | undefined {
  const names = organizations.map(({ name }) => foldTerm(name))
  const best = closestName(foldTerm(wanted), names)
  return best === undefined ? undefined : organizations[names.indexOf(best)]
}
