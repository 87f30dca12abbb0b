import * as z from 'zod'
import { callApi } from './api.ts'
import * as outputs from './outputs.ts'
import { date, from, limit, offset, organization, q, to, watch } from './parameters.ts'
import { type ApiDataset, datasetLine, datasetRow, plain } from './rows.ts'
import { quoteAll, rest, restLine, rowLines, tool } from './tool.ts'

/** An edition in a response of the API. Has only the fields that the tools read. */
export interface ApiEdition {
  readonly watch: string
  readonly date: string
  readonly terms: readonly string[]
  readonly top: number
  readonly archive: { readonly records: number }
  readonly source: { readonly datasets: { readonly records: number } }
  readonly organizations: readonly Organization[]
  readonly datasets: readonly ApiDataset[]
}

interface Organization {
  readonly rank: number
  readonly id: string
  readonly name: string
  readonly followers: number
  readonly datasets: number
}

/** How many organizations a tool lists. */
const MAX_ORGANIZATIONS = 10

export const listEditions = tool(
  {
    name: 'list_editions',
    title: 'List editions',
    description: 'Lists the watches (what is searched for), and the dates on which each has an edition, latest first.',
    output: outputs.editionList,
    input: { watch, from, to, limit: limit(10), offset },
  },
  async (args, { fetchApi, site }) => {
    const { body: watches } = await callApi<{ items: { name: string; terms: string[] }[] }>(fetchApi, '/api/watches')
    const { body, path } = await callApi<{ total: number; items: { watch: string; date: string }[] }>(
      fetchApi,
      '/api/editions',
      args,
    )
    const editions = body.items.map((item) => ({ watch: item.watch, date: item.date }))
    const structured = {
      watches: watches.items.map(({ name, terms }) => ({ name, terms })),
      total: body.total,
      editions,
      ...rest(body.total > editions.length, site, path),
    }
    return {
      structured,
      lines: [
        ...structured.watches.map(({ name, terms }) => `Watch ${name}: datasets with ${quoteAll(terms)}.`),
        `${body.total} editions. The first ${editions.length}:`,
        ...editions.map((edition) => `- ${edition.watch} ${edition.date}`),
        ...restLine(structured),
      ],
    }
  },
)

export const getTops = tool(
  {
    name: 'get_tops',
    title: 'Get the tops of an edition',
    description:
      'Returns an edition: how many datasets mention the terms of its watch, the most followed organizations, and the first of ' +
      'their datasets. Filters: q, organization, new or gone since the previous edition.',
    output: outputs.tops,
    input: {
      watch,
      date,
      q,
      organization,
      new: z.boolean().optional().describe('only datasets that are new since the earlier edition'),
      gone: z.boolean().optional().describe('only datasets that left since the earlier edition'),
      since: from,
      sort: z.string().optional().describe('such as -dataset_followers (default: by rank of the organization)'),
      limit: limit(20),
      offset,
    },
  },
  async ({ watch: name, date: day = 'latest', ...query }, context) => {
    const { fetchApi, portal, site, defaultWatch } = context
    const path = `/api/editions/${encodeURIComponent(name ?? defaultWatch)}/${encodeURIComponent(day)}`
    const answer = await callApi<ApiEdition>(fetchApi, path, query)
    const edition = answer.body
    const datasets = edition.datasets.map((dataset) => datasetRow(dataset, portal))
    const total = answer.total ?? datasets.length
    const structured = {
      ...headOf(edition),
      total,
      organizations: edition.organizations
        .filter((one) => one.datasets > 0)
        .slice(0, MAX_ORGANIZATIONS)
        .map((one) => ({ ...one, name: plain(one.name) })),
      datasets,
      ...rest(total > datasets.length, site, answer.path),
    }
    return { structured, lines: [...headLines(edition), ...rowLines(total, datasets), ...restLine(structured)] }
  },
)

const LISTS = ['entered', 'left', 'moved', 'renamed', 'followers'] as const
type ApiChanges = Readonly<Record<(typeof LISTS)[number], readonly ApiDataset[]>> & {
  readonly watch: string
  readonly from: string
  readonly to: string
  readonly organizations: readonly object[]
}

export const getChanges = tool(
  {
    name: 'get_changes',
    title: 'Get what changed between two editions',
    description:
      'Compares two editions (default: the last two): how many datasets entered, left, moved to another organization, were ' +
      'renamed, or gained or lost followers, and the first of each with the reason.',
    output: outputs.changes,
    input: { watch, from, to, limit: limit(10) },
  },
  async ({ limit: most, ...query }, { fetchApi, portal, site }) => {
    const { body, path } = await callApi<ApiChanges>(fetchApi, '/api/changes', query)
    const counts = Object.fromEntries(LISTS.map((list) => [list, body[list].length]))
    const rows = LISTS.map((list) => [list, body[list].slice(0, most).map((one) => datasetRow(one, portal))] as const)
    const isLong = LISTS.some((list) => body[list].length > most)
    const structured = {
      watch: body.watch,
      from: body.from,
      to: body.to,
      counts: { ...counts, organizations: body.organizations.length },
      ...Object.fromEntries(rows),
      ...rest(isLong, site, path),
    }
    const lines = rows.flatMap(([list, datasets]) =>
      datasets.length === 0 ? [] : [`${list} (${counts[list]}):`, ...datasets.map(datasetLine)],
    )
    const summary = LISTS.map((list) => `${counts[list]} ${list}`).join(', ')
    return {
      structured,
      lines: [`${body.watch}, from ${body.from} to ${body.to}: ${summary}.`, ...lines, ...restLine(structured)],
    }
  },
)

function headOf({ watch: name, date: day, terms, top, archive, source }: ApiEdition) {
  const counts = { catalogue_datasets: source.datasets.records, listed_datasets: archive.records }
  return { watch: name, date: day, terms, top, ...counts }
}

function headLines({ watch: name, date: day, terms, top, archive, source }: ApiEdition): string[] {
  return [
    `Edition ${name} of ${day}: ${archive.records} of ${source.datasets.records} datasets mention ${quoteAll(terms)}.`,
    `The tops are those of the ${top} most followed organizations.`,
  ]
}
