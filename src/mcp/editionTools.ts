import * as z from 'zod'
import type { Changes } from '../editions/changes.ts'
import { type Edition, laterCatalogue } from '../editions/edition.ts'
import { callApi } from './api.ts'
import * as outputs from './outputs.ts'
import { date, from, limit, offset, organization, q, to, watch } from './parameters.ts'
import { type ApiDataset, datasetLine, datasetRow, plain } from './rows.ts'
import { quoteAll, rest, restLine, rowLines, tool } from './tool.ts'

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
    const answer = await callApi<Edition>(fetchApi, path, query)
    const edition = answer.body
    const { terms, top, archive, source } = edition
    const datasets = edition.datasets.map((dataset) => datasetRow(dataset, portal))
    const total = answer.total ?? datasets.length
    const later = laterCatalogue(edition)
    const structured = {
      watch: edition.watch,
      date: edition.date,
      ...(later !== undefined && { later_catalogue: later }),
      terms,
      top,
      catalogue_datasets: source.datasets.records,
      listed_datasets: archive.records,
      total,
      organizations: edition.organizations
        .filter((one) => one.datasets > 0)
        .slice(0, MAX_ORGANIZATIONS)
        .map((one) => ({ ...one, name: plain(one.name) })),
      datasets,
      ...rest(total > datasets.length, site, answer.path),
    }
    const lines = [
      `Edition ${edition.watch} of ${edition.date}: ${archive.records} of ${source.datasets.records} datasets mention ${quoteAll(terms)}.`,
      ...(later === undefined
        ? []
        : [`It was made from the catalogue of ${later}: none of ${edition.date} was stored.`]),
      `The tops are those of the ${top} most followed organizations.`,
      ...rowLines(total, datasets),
      ...restLine(structured),
    ]
    return { structured, lines }
  },
)

const LISTS = ['entered', 'left', 'moved', 'renamed', 'followers'] as const

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
    const { body, path } = await callApi<Changes>(fetchApi, '/api/changes', query)
    const counts = Object.fromEntries(LISTS.map((list) => [list, body[list].length]))
    const rows = LISTS.map((list) => {
      const datasets: readonly ApiDataset[] = body[list].slice(0, most)
      return [list, datasets.map((one) => datasetRow(one, portal))] as const
    })
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
