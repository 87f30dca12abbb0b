import { changesBetween } from '../../editions/changes.ts'
import { Failure } from '../../errors.ts'
import { ChangesPage } from './changes.tsx'
import { EditionPage } from './edition.tsx'
import { ExplainPage } from './explain.tsx'
import { HistoryPage } from './history.tsx'
import { OrganizationsPage } from './organizations.tsx'
import { type Absence, Absent } from './problems.tsx'
import type { View } from './site.tsx'
import { readQuery } from './tops/query.ts'

/** The pages about an edition: what each needs to know, beyond the edition itself. */

export const topsView: View = (found) => {
  const { before, edition, frame } = found
  const changes = before && changesBetween(before, edition)
  return <EditionPage {...found} changes={changes} query={readQuery(frame.url.searchParams)} />
}

export const changesView: View = async (found, _, { editions }) => {
  const { before, edition, dates, frame } = found
  const earlier = dates.slice(dates.indexOf(edition.date) + 1)
  const asked = frame.url.searchParams.get('since')
  const since = earlier.find((date) => date === asked) ?? before?.date
  const changes = since === undefined ? undefined : await editions.changes(edition.watch, since, edition.date)
  return <ChangesPage {...found} changes={changes} />
}

export const organizationsView: View = (found) => <OrganizationsPage {...found} before={found.before?.organizations} />

export const historyView: View = async (found, c, { editions }) => {
  const id = c.req.param('id')!
  const weeks = await editions.history(found.edition.watch, id).catch(absent('noSuchOrganization'))
  return <HistoryPage {...found} id={id} weeks={weeks} />
}

export const explainView: View = async (found, c, { editions }) => {
  const { watch, date } = found.edition
  const explanation = await editions.explain(watch, date, c.req.param('id')!).catch(absent('notADataset'))
  return <ExplainPage {...found} explanation={explanation} />
}

/** What to do about a failure: one of use means that the address names nothing, any other is passed on. */
const absent = (absence: Absence) => (error: unknown) => {
  throw error instanceof Failure && error.kind === 'usage' ? new Absent(absence) : error
}
