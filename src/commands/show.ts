import { watchesNamed } from '../config/watch.ts'
import { csvOf } from '../editions/csv.ts'
import { parseDate } from '../editions/date.ts'
import type { Edition } from '../editions/edition.ts'
import { findEdition } from '../editions/find.ts'
import { datasetPage, organizationPage } from '../editions/links.ts'
import { count, counted } from '../terminal/format.ts'
import { page } from '../terminal/pager.ts'
import { table } from '../terminal/table.ts'
import { wrapped } from '../terminal/text.ts'
import { type Io, inWorld, print, printJson } from './io.ts'

/** Prints the tops of an edition: as a table, as JSON, or as CSV in the portal's own dialect. */
export default async function show(io: Io): Promise<void> {
  await inWorld(io, async ({ config, documents }) => {
    const [watch] = watchesNamed(io.options.watch, config)
    const [date] = io.arguments
    const edition = await findEdition(documents, watch!.name, date === undefined ? undefined : parseDate(date))
    if (io.options.json) await printJson(edition)
    else if (io.options.csv) await print(csvOf(edition.datasets))
    else await page(tableOf(edition, config.portal))
  })
}

function tableOf(edition: Edition, portal: string): string {
  const { organizations, datasets, archive, source } = edition
  const ranks = new Map(organizations.map(({ id, rank }) => [id, rank]))
  const withDatasets = organizations.filter((organization) => organization.datasets > 0).length
  const head = [
    `${edition.watch}, ${edition.date}`,
    `${count(archive.records)} of ${counted(source.datasets.records, 'dataset')} mention ${edition.terms.join(' or ')}; ` +
      `${count(datasets.length)} belong to ${withDatasets} of the ${edition.top} most followed organizations`,
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
    count(dataset.organization_followers),
    { text: dataset.dataset_title, href: datasetPage(portal, dataset.dataset_id) },
    count(dataset.dataset_followers),
  ])
  return `${head.map(wrapped).join('\n')}\n${table(columns, rows)}`
}
