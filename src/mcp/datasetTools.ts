import * as z from 'zod'
import type { Explanation } from '../explain/explanation.ts'
import { callApi } from './api.ts'
import { explanation, history } from './outputs.ts'
import { date, limit, watch } from './parameters.ts'
import { plain } from './rows.ts'
import { rest, restLine, tool } from './tool.ts'

export const explainDataset = tool(
  {
    name: 'explain_dataset',
    title: 'Explain a dataset',
    description:
      'Explains why a dataset is, or is not, in the list and in the tops of an edition: term, column, organization, rank. Takes ' +
      "the dataset's ID, its slug, the address of its page on the portal, or its title or a part of it. If several datasets have " +
      'the text in their title, lists them.',
    output: explanation,
    input: {
      dataset: z.string().min(1).max(300).describe('ID, slug, page address, title or part of the title of the dataset'),
      watch,
      date,
    },
  },
  async ({ dataset: id, ...query }, { fetchApi, portal }) => {
    const { body } = await callApi<Explanation>(fetchApi, `/api/explain/${encodeURIComponent(id)}`, query)
    const { watch: name, date: day, verdict, dataset, sentences, nearest } = body
    const url = dataset === null ? null : `${portal}/datasets/${encodeURIComponent(dataset.id)}/`
    const found = dataset && { id: dataset.id, title: plain(dataset.title), followers: dataset.followers, url }
    const close = nearest.map((one) =>
      'word' in one ? { word: plain(one.word) } : { id: one.dataset_id, title: plain(one.dataset_title) },
    )
    const plainSentences = sentences.map(plain)
    return {
      structured: { watch: name, date: day, verdict, dataset: found, sentences: plainSentences, nearest: close },
      lines: [
        `Edition ${name} of ${day}${found ? `, dataset ${JSON.stringify(found.title)}, ${url}` : ''}: ${verdict}.`,
        ...plainSentences,
        ...close.map((one) =>
          'word' in one ? `- similar word: ${one.word}` : `- similar: ${JSON.stringify(one.title)} (${one.id})`,
        ),
      ],
    }
  },
)

export const datasetHistory = tool(
  {
    name: 'dataset_history',
    title: 'Get the history of a dataset',
    description:
      'Lists the editions, latest first: whether a dataset is in the tops, its followers, and when and why it entered or left.',
    output: history,
    input: { dataset: z.string().min(1).max(300).describe('ID of the dataset'), watch, date, limit: limit(20) },
  },
  async ({ dataset: id, watch: name, date: day = 'latest', limit: most }, { fetchApi, site, defaultWatch }) => {
    const edition = `${encodeURIComponent(name ?? defaultWatch)}/${encodeURIComponent(day)}`
    const path = `/api/editions/${edition}/datasets/${encodeURIComponent(id)}/history`
    const { body } = await callApi<z.output<typeof history>>(fetchApi, path)
    const total = body.editions.length
    const editions = history.shape.editions.parse(body.editions.slice(0, most))
    const structured = {
      watch: body.watch,
      id: body.id,
      title: plain(body.title),
      total,
      editions,
      ...rest(total > editions.length, site, path),
    }
    const lines = editions.map(({ date: on, in_tops, followers, change, reason }) => {
      const what = change === null ? '' : `, ${change}${reason === null ? '' : ` (${reason})`}`
      return `- ${on}: ${in_tops ? `in the tops, ${followers} followers` : 'not in the tops'}${what}`
    })
    return {
      structured,
      lines: [
        `${JSON.stringify(structured.title)} in ${total} editions of ${body.watch}:`,
        ...lines,
        ...restLine(structured),
      ],
    }
  },
)
