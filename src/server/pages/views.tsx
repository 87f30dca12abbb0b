import type { Context as HonoContext } from 'hono'
import type { Changes } from '../../editions/changes.ts'
import type { Edition } from '../../editions/edition.ts'
import { Failure } from '../../errors.ts'
import { isIdOrAddress } from '../../explain/datasetRef.ts'
import type { Explanation } from '../../explain/explanation.ts'
import type { ListedDataset } from '../../explain/list.ts'
import { type NamedOrganization, UnknownOrganization } from '../../explain/organizations.ts'
import type { NamedDatasets } from '../../explain/resolve.ts'
import type { Editions } from '../editions.ts'
import { type DatasetWeek, datasetHistory, organizationHistory } from '../history.ts'
import { organizationsIn } from '../lists.ts'
import { selectDatasets } from '../selection.ts'
import type { Week } from '../weeks.ts'
import { ChangesPage } from './changes.tsx'
import { ChooseDatasetPage } from './chooseDataset.tsx'
import type { View } from './editionView.tsx'
import { type NotFoundText, PageNotFound } from './errorPages.tsx'
import { ExplainPage } from './explain.tsx'
import { ExplainFormPage } from './explainForm.tsx'
import { HistoryPage } from './history.tsx'
import { ListPage } from './list.tsx'
import { OrganizationsPage } from './organizations.tsx'
import { BadParameter } from './parameters.ts'
import type { Frame } from './parts/layout.tsx'
import { sanitize } from './parts/portalText.tsx'
import { editionPath, explanationPath } from './paths.ts'
import { parseQuery, type TopsQuery } from './tops/query.ts'
import { TopsPage } from './tops.tsx'

/** The pages about an edition. Each view loads what its page needs beyond the edition itself. */

type TopsInputs = readonly [
  earlier: Edition | undefined,
  changes: Changes | undefined,
  weeks: readonly Week[],
  listed: number | null | undefined,
  lacksReasons: boolean,
]

export const topsView: View<TopsInputs> = {
  parameters: 'tops',
  load: async ({ edition, frame }, c, { editions }) => {
    editions.prepare(edition)
    const earlier = await editions.earlier(edition, frame.query.since)
    const changes = earlier && editions.knownChanges(earlier, edition)
    const query = parseQuery(new URLSearchParams(frame.query))
    const known = [...edition.organizations, ...(earlier?.organizations ?? [])]
    const redirected = await redirectToId(c, frame, edition, known, editions)
    if (redirected !== undefined) return redirected
    return [
      earlier,
      changes,
      await editions.weeks(edition.watch),
      await listedInstead(edition, earlier, query, editions),
      changes !== undefined && editions.lacksReasons(changes),
    ]
  },
  render: (context, [earlier, changes, weeks, listed, lacksReasons]) => (
    <TopsPage
      {...context}
      earlier={earlier}
      changes={changes}
      lacksReasons={lacksReasons}
      weeks={weeks.filter(({ date }) => date <= context.edition.date)}
      query={parseQuery(new URLSearchParams(context.frame.query))}
      listed={listed}
    />
  ),
}

/**
 * Leads to the address with the ID of the organization that is chosen by its name: the form of the page, its links and its script
 * know IDs.
 *
 * @returns undefined if the address has its ID already
 * @throws BadParameter if the name is that of no organization, or of several
 */
async function redirectToId(
  c: HonoContext,
  frame: Frame,
  { watch }: Edition,
  known: readonly NamedOrganization[],
  editions: Editions,
): Promise<Response | undefined> {
  const { organization = '' } = frame.query
  try {
    const id = await editions.organizationId(watch, known, organization)
    return id === organization
      ? undefined
      : c.redirect(frame.locale.href(frame.path, { ...frame.query, organization: id }))
  } catch (error) {
    if (!(error instanceof UnknownOrganization)) throw error
    const candidates = error.organizations.length > 0 ? error.organizations : known
    const names = candidates.slice(0, MAX_CANDIDATES).map(({ name }) => sanitize(name, 60))
    throw new BadParameter('organization', organization, names.join(', ') || '–', false)
  }
}

/** How many organizations an error page offers. */
const MAX_CANDIDATES = 10

/**
 * Returns how many datasets of the full list a search finds that finds none in the tops; undefined if that does not
 * matter, null if the list was not kept.
 */
async function listedInstead(edition: Edition, earlier: Edition | undefined, query: TopsQuery, editions: Editions) {
  const { organizations, datasets } = edition
  if (query.q === '') return undefined
  if (selectDatasets({ organizations, datasets, earlier: earlier?.datasets }, query).length > 0) return undefined
  // The archive may not have the list any more.
  const list = await editions.list(edition).catch(() => null)
  const { q, organization } = query
  const search = { q, organization, isNew: false, isGone: false, sort: '' }
  return list && selectDatasets({ organizations: [], datasets: list, earlier: undefined }, search).length
}

export const listView: View<readonly [list: readonly ListedDataset[]]> = {
  parameters: 'list',
  load: async ({ edition, frame }, c, { editions }) => {
    const list = await editions.list(edition)
    return (await redirectToId(c, frame, edition, organizationsIn(list), editions)) ?? [list]
  },
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

export const explainFormView: View<readonly []> = {
  parameters: 'explainForm',
  load: () => [],
  render: (context) => <ExplainFormPage {...context} />,
}

type ExplainInputs = readonly [
  found: Explanation | NamedDatasets,
  weeks: readonly Week[],
  lastChanges: Changes | undefined,
  reference: string,
]

export const explainView: View<ExplainInputs> = {
  parameters: 'none',
  load: async ({ edition, frame }, c, { editions }) => {
    const { watch, date } = edition
    const reference = c.req.param('id')!
    if (!isIdOrAddress(reference)) {
      const named = await editions.named(edition, reference).catch(toNotFound('notADataset'))
      const [first] = named.datasets
      if (named.count > 1) return [named, [], undefined, reference]
      if (first !== undefined && first.dataset_id !== reference)
        return c.redirect(frame.locale.href(explanationPath(editionPath(edition), first.dataset_id)))
    }
    const explanation = await editions.explain(watch, date, reference).catch(toNotFound('notADataset'))
    const weeks = await editions.weeks(watch)
    const history = historyOf(explanation, weeks, date)
    const last = history.findLastIndex(({ change }) => change !== undefined)
    if (last < 0) return [explanation, weeks, undefined, reference]
    const [before, after] = await Promise.all([
      editions.find(watch, history[last - 1]!.date),
      editions.find(watch, history[last]!.date),
    ])
    return [explanation, weeks, editions.knownChanges(before.edition, after.edition), reference]
  },
  render: (context, [found, weeks, lastChanges, reference]) =>
    'verdict' in found ? (
      <ExplainPage
        {...context}
        explanation={found}
        weeks={historyOf(found, weeks, context.edition.date)}
        lastChanges={lastChanges}
      />
    ) : (
      <ChooseDatasetPage {...context} asked={reference} named={found} />
    ),
  status: ([found]) => ('verdict' in found && found.verdict === 'unknown' && found.last_seen === null ? 404 : 200),
}

/** Returns the weeks of a dataset up to a date, oldest first. */
function historyOf({ dataset, last_seen }: Explanation, weeks: readonly Week[], last: string): readonly DatasetWeek[] {
  const id = dataset?.id ?? last_seen?.dataset_id
  return id === undefined ? [] : datasetHistory(weeks, id).filter(({ date }) => date <= last)
}

/** Turns a usage failure, which means that the address names nothing, into a "not found" page. */
const toNotFound = (text: NotFoundText) => (error: unknown) => {
  throw error instanceof Failure && error.kind === 'usage' ? new PageNotFound(text) : error
}
