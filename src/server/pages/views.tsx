import { changesBetween } from '../../editions/changes.ts'
import { Failure } from '../../errors.ts'
import { ChangesPage } from './changes.tsx'
import type { View } from './editionView.tsx'
import { type NotFoundText, PageNotFound } from './errorPages.tsx'
import { ExplainPage } from './explain.tsx'
import { HistoryPage } from './history.tsx'
import { OrganizationsPage } from './organizations.tsx'
import { parseQuery } from './tops/query.ts'
import { TopsPage } from './tops.tsx'

/** The pages about an edition. Each view loads what its page needs beyond the edition itself. */

export const topsView: View = (context) => {
  const { before, edition, frame } = context
  const changes = before && changesBetween(before, edition)
  return <TopsPage {...context} changes={changes} query={parseQuery(frame.url.searchParams)} />
}

export const changesView: View = async (context, _, { editions }) => {
  const { before, edition, dates, frame } = context
  const earlier = dates.slice(dates.indexOf(edition.date) + 1)
  const requested = frame.url.searchParams.get('since')
  const since = earlier.find((date) => date === requested) ?? before?.date
  const changes = since === undefined ? undefined : await editions.changes(edition.watch, since, edition.date)
  return <ChangesPage {...context} changes={changes} />
}

export const organizationsView: View = (context) => (
  <OrganizationsPage {...context} before={context.before?.organizations} />
)

export const historyView: View = async (context, c, { editions }) => {
  const id = c.req.param('id')!
  const weeks = await editions.history(context.edition.watch, id).catch(toNotFound('noSuchOrganization'))
  return <HistoryPage {...context} id={id} weeks={weeks} />
}

export const explainView: View = async (context, c, { editions }) => {
  const { watch, date } = context.edition
  const explanation = await editions.explain(watch, date, c.req.param('id')!).catch(toNotFound('notADataset'))
  return <ExplainPage {...context} explanation={explanation} />
}

/** Turns a usage failure, which means that the address names nothing, into a "not found" page. */
const toNotFound = (text: NotFoundText) => (error: unknown) => {
  throw error instanceof Failure && error.kind === 'usage' ? new PageNotFound(text) : error
}
