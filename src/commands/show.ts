import { findWatches } from '../config/watch.ts'
import { csvOf } from '../editions/csv.ts'
import { parseDate } from '../editions/date.ts'
import type { Edition } from '../editions/edition.ts'
import { findEdition } from '../editions/find.ts'
import { datasetPage, organizationPage } from '../editions/links.ts'
import { showInPager } from '../terminal/pager.ts'
import { formatTable } from '../terminal/table.ts'
import { wrap } from '../terminal/wrap.ts'
import { formatCount, pluralize } from '../text/format.ts'
import { type CommandInput, print, printJson, withContext } from './io.ts'

/** Prints the tops of an edition: as a table, as JSON, or as CSV in the portal's own dialect. */
export default async function show(io: CommandInput): Promise<void> {
  await withContext(io, async ({ config, documents }) => {
    const [watch] = findWatches(io.options.watch, config)
    const [date] = io.arguments
    const edition = await findEdition(documents, watch!.name, date === undefined ? undefined : parseDate(date))
    if (io.options.json) await printJson(edition)
    else if (io.options.csv) await print(csvOf(edition.datasets))
    else await showInPager(tableOf(edition, config.portal))
  })
}

function tableOf(edition: Edition, portal: string): string {
  const { organizations, datasets, archive, source } = edition
  const ranks = new Map(organizations.map(({ id, rank }) => [id, rank]))
  const withDatasets = organizations.filter((organization) => organization.datasets > 0).length
  const head = [
    `${edition.watch}, ${edition.date}`,
    `${formatCount(archive.records)} of ${pluralize(source.datasets.records, 'dataset')} mention ${edition.terms.join(' or ')}; ` +
      `${formatCount(datasets.length)} belong to ${withDatasets} of the ${edition.top} most followed organizations`,
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
  return `${head.map(wrap).join('\n')}\n${formatTable(columns, rows)}`
}
