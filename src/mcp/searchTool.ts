import * as z from 'zod'
import type { SearchPage } from '../explore/page.ts'
import { pluralize } from '../text/format.ts'
import { ApiError, callApi, type Query } from './api.ts'
import { search } from './outputs.ts'
import { date, limit, offset, organization, q } from './parameters.ts'
import { datasetRow } from './rows.ts'
import { quoteAll, rest, restLine, rowLines, tool } from './tool.ts'

export const searchWords = tool(
  {
    name: 'search_words',
    title: 'Search the catalogue for any words',
    description:
      'Searches the whole catalogue of a week for any words, not only those of a watch: counts per word, and the first datasets ' +
      'of the most followed organizations.',
    needs: '/api/explore/{date}',
    output: search,
    input: {
      words: z.array(z.string()).min(1).describe('words or phrases; finds the datasets that contain any of them'),
      date: date.describe('date of a stored week, YYYY-MM-DD (default: the latest)'),
      match: z
        .enum(['substring', 'word'])
        .optional()
        .describe('substring (the default) also finds a word inside longer ones, word does not'),
      columns: z
        .string()
        .optional()
        .describe('columns to search, separated by commas (default: title,tags,description)'),
      top: z
        .int()
        .min(1)
        .optional()
        .describe('how many of the most followed organizations the tops cover (default: 30)'),
      q,
      organization,
      new: z.boolean().optional().describe('only datasets that are new since the earlier week'),
      gone: z.boolean().optional().describe('only datasets that left since the earlier week'),
      since: z.string().optional().describe('date of the earlier week, for new and gone (default: the one before)'),
      limit: limit(20),
      offset,
    },
  },
  async ({ words, date: day = 'latest', ...query }, { fetchApi, portal, site }) => {
    // The API separates words with commas, so a word cannot contain one.
    const commas = words.find((word) => word.includes(','))
    if (commas !== undefined)
      throw new ApiError(
        `cannot search for ${JSON.stringify(commas)}: a word must not contain a comma. Pass several words instead.`,
      )
    const path = `/api/explore/${encodeURIComponent(day)}`
    const { body, path: address } = await callApi<SearchPage>(fetchApi, path, {
      words: words.join(','),
      ...query,
    } as Query)
    const datasets = body.datasets.map((dataset) => datasetRow(dataset, portal))
    const counts = body.words.map(({ word, datasets: found, nearest }) => {
      return { word, datasets: found, ...(nearest.length > 0 && { nearest: nearest.map((one) => one.word) }) }
    })
    const structured = {
      date: body.date,
      words: counts,
      listed: body.archive.records,
      in_tops: body.in_tops,
      total: body.total,
      datasets,
      // The JSON of a search has at most 1000 datasets, the CSV has all.
      ...rest(body.total > datasets.length, site, address.replace(/^[^?]*/, '$&.csv')),
    }
    const found = counts.map(({ word, datasets: number, nearest }) => {
      return `- ${JSON.stringify(word)}: ${pluralize(number, 'dataset')}${nearest ? `; close words: ${quoteAll(nearest)}` : ''}`
    })
    return {
      structured,
      lines: [
        `Catalogue of ${body.date}: ${pluralize(body.archive.records, 'dataset')} found, ${body.in_tops} of the ${body.top} most followed organizations.`,
        ...found,
        ...rowLines(body.total, datasets),
        ...restLine(structured),
      ],
    }
  },
)
