import type { Changes } from '../../editions/changes.ts'
import type { Edition } from '../../editions/edition.ts'
import { Failure } from '../../errors.ts'
import type { Explanation } from '../../explain/explanation.ts'
import type { ListedDataset } from '../../explain/list.ts'
import { organizationHistory } from '../history.ts'
import type { Week } from '../weeks.ts'
import { ChangesPage } from './changes.tsx'
import type { View } from './editionView.tsx'
import { type NotFoundText, PageNotFound } from './errorPages.tsx'
import { ExplainPage } from './explain.tsx'
import { HistoryPage } from './history.tsx'
import { ListPage } from './list.tsx'
import { OrganizationsPage } from './organizations.tsx'
import { parseQuery } from './tops/query.ts'
import { TopsPage } from './tops.tsx'

/** The pages about an edition. Each view loads what its page needs beyond the edition itself. */

export const topsView: View<readonly [earlier: Edition | undefined, changes: Changes | undefined]> = {
  parameters: 'tops',
  load: async ({ edition, frame }, _, { editions }) => {
    const earlier = await editions.earlier(edition, frame.query.since)
    return [earlier, earlier && editions.knownChanges(earlier, edition)]
  },
  render: (context, [earlier, changes]) => (
    <TopsPage
      {...context}
      earlier={earlier}
      changes={changes}
      query={parseQuery(new URLSearchParams(context.frame.query))}
    />
  ),
}

export const listView: View<readonly [list: readonly ListedDataset[]]> = {
  parameters: 'list',
  load: async ({ edition }, _, { editions }) => [await editions.list(edition)],
  render: (context, [list]) => (
    <ListPage {...context} list={list} query={parseQuery(new URLSearchParams(context.frame.query))} />
  ),
}

export const changesView: View<readonly [changes: Changes | undefined]> = {
  parameters: 'changes',
  load: async ({ before, edition, frame }, _, { editions }) => {
    const since = frame.query.since ?? before?.date
    return [since === undefined ? undefined : await editions.changes(edition.watch, since, edition.date)]
  },
  render: (context, [changes]) => <ChangesPage {...context} changes={changes} />,
}

export const organizationsView: View<readonly []> = {
  parameters: 'none',
  load: () => [],
  render: (context) => <OrganizationsPage {...context} before={context.before?.organizations} />,
}

export const historyView: View<readonly [weeks: readonly Week[], id: string]> = {
  parameters: 'none',
  load: async ({ edition }, c, { editions }) => {
    const id = c.req.param('id')!
    const weeks = await editions.weeks(edition.watch)
    if (!weeks.some(({ organizations }) => organizations.some((one) => one.id === id)))
      throw new PageNotFound('noSuchOrganization')
    return [weeks, id]
  },
  render: (context, [weeks, id]) => (
    <HistoryPage {...context} id={id} weeks={organizationHistory(weeks, context.edition.watch, id)} />
  ),
}

export const explainView: View<readonly [explanation: Explanation]> = {
  parameters: 'none',
  load: async ({ edition }, c, { editions }) => {
    const { watch, date } = edition
    return [await editions.explain(watch, date, c.req.param('id')!).catch(toNotFound('notADataset'))]
  },
  render: (context, [explanation]) => <ExplainPage {...context} explanation={explanation} />,
  status: ([{ verdict }]) => (verdict === 'unknown' ? 404 : 200),
}

/** Turns a usage failure, which means that the address names nothing, into a "not found" page. */
const toNotFound = (text: NotFoundText) => (error: unknown) => {
  throw error instanceof Failure && error.kind === 'usage' ? new PageNotFound(text) : error
}
