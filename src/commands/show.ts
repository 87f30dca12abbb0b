import { ALL_WATCHES } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { csvOf, csvTable, DATASET_FIELDS } from '../editions/csv.ts'
import { type Edition, laterCatalogue } from '../editions/edition.ts'
import { datesOf, findEdition, missingEdition, missingOf } from '../editions/find.ts'
import { datasetPage, organizationPage } from '../editions/links.ts'
import { readEdition } from '../editions/read.ts'
import { NotFound } from '../errors.ts'
import type { Documents } from '../stores/documents.ts'
import { formatTable } from '../terminal/table.ts'
import { wrap } from '../terminal/wrap.ts'
import { formatCount, pluralize } from '../text/format.ts'
import { dateToRead, givenDate } from './dates.ts'
import { type CommandInput, formatJson, type Options, withContext } from './io.ts'
import { tableWidth, writeResult } from './output.ts'
import { selectDatasets } from './selection.ts'
import { watchToRead } from './watches.ts'

/** Prints the tops of an edition: as a table, as JSON, as CSV in the portal's own dialect, or only the IDs. */
export default async function show(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { options } = io
    const isAll = options.watch === ALL_WATCHES
    const found = isAll ? await findAll(io, context) : [await findOne(io, context)]
    const editions = found.map((edition) => ({ ...edition, datasets: selectDatasets(edition, options) }))
    warnOfLaterCatalogues(found, context)
    const text = format(editions, found, isAll, options, context.config.portal)
    await writeResult(text, options, context.report)
  })
}

/** Warns of editions that show the portal's data of a later date than their own. */
export function warnOfLaterCatalogues(editions: readonly Edition[], { report }: Pick<Context, 'report'>): void {
  for (const edition of editions) {
    const [later, { date }] = [laterCatalogue(edition), edition]
    if (later !== undefined)
      report.warn(`the edition of ${date} was made from the catalogue of ${later}, because none of ${date} was stored`)
  }
}

async function findOne(io: CommandInput, context: Context): Promise<Edition> {
  const watch = await watchToRead(io.options.watch, context)
  const text = givenDate(io)
  const date = text === undefined ? undefined : await dateToRead(text, [watch], context)
  return findEdition(context.documents, watch, date)
}

/** Finds the editions of all watches of the same date. Watches without one are left out, with a warning. */
async function findAll(io: CommandInput, context: Context): Promise<Edition[]> {
  const { config, documents, report } = context
  const watches = config.watches.map(({ name }) => name)
  const date = await dateToRead(givenDate(io) ?? 'latest', watches, context)
  const editions: Edition[] = []
  const missing: string[] = []
  for (const name of watches) {
    const edition = await readEdition(documents, name, date)
    if (edition === undefined) missing.push(name)
    else editions.push(edition)
  }
  if (editions.length === 0) throw await noEditionOf(date, watches, documents)
  for (const name of missing) report.warn(`there is no edition of ${name} of ${date}`)
  return editions
}

async function noEditionOf(date: string, watches: readonly string[], documents: Documents): Promise<NotFound> {
  const dates = (await Promise.all(watches.map((name) => datesOf(documents, name)))).flat()
  if (dates.length === 0) return missingEdition(documents, watches.join(', '), date, ` in ${documents.address}`)
  return new NotFound(missingOf('edition', date, ` in ${documents.address}`, dates))
}

function format(
  editions: readonly Edition[],
  whole: readonly Edition[],
  isAll: boolean,
  options: Options,
  portal: string,
): string {
  if (options.json) return formatJson(isAll ? editions : editions[0])
  if (options.csv) return isAll ? csvOfAll(editions) : csvOf(editions[0]!.datasets)
  if (options.ids)
    return idsOf(editions)
      .map((id) => `${id}\n`)
      .join('')
  return editions.map((edition, index) => tableOf(edition, whole[index]!, portal, tableWidth(options))).join('\n')
}

/** Lists the IDs of the datasets. A dataset of several watches is listed once. */
function idsOf(editions: readonly Edition[]): string[] {
  return [...new Set(editions.flatMap(({ datasets }) => datasets.map(({ dataset_id }) => dataset_id)))]
}

/** Writes the CSV of several watches: the name of the watch, then the usual columns. */
function csvOfAll(editions: readonly Edition[]): string {
  const rows = editions.flatMap(({ watch, datasets }) => datasets.map((dataset) => ({ watch, ...dataset })))
  return csvTable(['watch', ...DATASET_FIELDS], rows)
}

/**
 * Formats an edition as a table.
 *
 * @param whole the edition with all of its datasets
 */
export function tableOf({ datasets }: Edition, whole: Edition, portal: string, width: number): string {
  const { organizations, archive, source } = whole
  const ranks = new Map(organizations.map(({ id, rank }) => [id, rank]))
  const withDatasets = organizations.filter((organization) => organization.datasets > 0).length
  const isPart = datasets.length < whole.datasets.length
  const head = [
    `${whole.watch}, ${whole.date}`,
    `${formatCount(archive.records)} of ${pluralize(source.datasets.records, 'dataset')} mention ${whole.terms.join(' or ')}; ` +
      `${formatCount(whole.datasets.length)} belong to ${withDatasets} of the ${whole.top} most followed organizations`,
    ...(isPart
      ? [
          `${formatCount(datasets.length)} of these ${formatCount(whole.datasets.length)} ${datasets.length === 1 ? 'is' : 'are'} shown`,
        ]
      : []),
    '',
  ]
  const columns = [
    { title: 'rank', align: 'right' },
    { title: 'organization', share: 1 },
    { title: 'followers', align: 'right' },
    { title: 'dataset', share: 2 },
    { title: 'followers', align: 'right' },
  ] as const
  const rows = datasets.map((dataset) => [
    String(ranks.get(dataset.organization_id)),
    { text: dataset.organization, href: organizationPage(portal, dataset.organization_id) },
    formatCount(dataset.organization_followers),
    { text: dataset.dataset_title, href: datasetPage(portal, dataset.dataset_id) },
    formatCount(dataset.dataset_followers),
  ])
  return `${head.map(wrap).join('\n')}\n${formatTable(columns, rows, width)}`
}
