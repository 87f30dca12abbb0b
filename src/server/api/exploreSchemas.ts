import { z } from '@hono/zod-openapi'
import { MAX_LETTERS, MAX_TOP, MAX_WORDS, MIN_LETTERS } from '../../config/searches.ts'
import { DEFAULT_COLUMNS } from '../../config/watch.ts'
import { editionFileParam, editionParam, wholeNumber } from './parameters.ts'
import { date, Edition, number, Organization } from './schemas.ts'

const word = z.string().openapi({ example: 'vélo' })
const WordCount = z.object({ word, datasets: number.openapi({ example: 1425 }) }).openapi('WordCount')

const TermCount = z
  .object({
    word,
    datasets: number.openapi({ example: 22263, description: 'How many datasets of the full list contain the word' }),
    most_hit: z.array(WordCount).openapi({
      description: 'For substrings: the whole words in which it occurs most, such as "développement" for "vélo"',
    }),
    nearest: z
      .array(WordCount)
      .openapi({ description: 'If no dataset contains the word: the closest words of the catalogue' }),
  })
  .openapi('TermCount')

const Match = z
  .object({
    term: word,
    column: z.string().openapi({ example: 'title' }),
    before: z.string().openapi({ example: 'Pistes pour ' }),
    found: z.string().openapi({ example: 'vélo' }),
    after: z.string().openapi({ example: 's de la ville' }),
  })
  .openapi('Match')

const FoundDataset = z
  .object({
    dataset_id: z.string(),
    dataset_title: z.string(),
    dataset_followers: number,
    organization: z.string(),
    organization_id: z.string(),
    organization_followers: number,
    matches: z.array(Match).openapi({ description: 'The first match of each word in each column' }),
  })
  .openapi('FoundDataset')

export const SearchPage = z
  .object({
    date,
    terms: z.array(word),
    columns: z.array(z.string()).openapi({ example: [...DEFAULT_COLUMNS] }),
    match: z.enum(['substring', 'word']),
    top: number.openapi({ example: 30 }),
    source: Edition.shape.source,
    archive: z
      .object({ bytes: number.openapi({ example: 45000000 }), records: number.openapi({ example: 22263 }) })
      .openapi({ description: 'The full list: all datasets that contain any of the words' }),
    words: z.array(TermCount),
    longer_words: z.array(WordCount).openapi({
      description: 'For whole words: the longer words that are not counted, such as "vélos" for "vélo"',
    }),
    organizations: z.array(Organization),
    in_tops: number.openapi({
      example: 700,
      description: 'How many datasets of the list belong to the TOP organizations',
    }),
    total: number.openapi({ example: 700, description: 'How many of these the filters select' }),
    datasets: z.array(FoundDataset),
  })
  .openapi('SearchPage')

export const SearchHistory = z
  .object({
    terms: z.array(word),
    columns: z.array(z.string()).openapi({ example: [...DEFAULT_COLUMNS] }),
    match: z.enum(['substring', 'word']),
    weeks: z
      .array(
        z.object({ date, datasets: number.nullable().openapi({ description: 'Null if the snapshot is damaged' }) }),
      )
      .openapi({ description: 'The weeks counted so far, latest first' }),
    total: number.openapi({ example: 200, description: 'How many weeks are stored' }),
    seconds_left: z.int().min(0).nullable().openapi({
      example: 120,
      description: 'Expected time until all weeks are counted; 0 when they are; null if unknown',
    }),
  })
  .openapi('SearchHistory')

export const wordsParam = z
  .string()
  .max(MAX_WORDS * (2 * MAX_LETTERS + 1))
  .openapi({
    example: 'vélo,cyclable',
    description: `One to ${MAX_WORDS} words or phrases of ${MIN_LETTERS} to ${MAX_LETTERS} letters, separated by \`,\``,
  })

export const matchParam = z
  .enum(['substring', 'word'])
  .optional()
  .openapi({ description: 'Whether a word may be part of a longer one (default: `substring`)' })

export const columnsParam = z
  .string()
  .max(200)
  .optional()
  .openapi({
    example: 'title,tags',
    description: `Columns of the export to search, separated by \`,\` (default: \`${DEFAULT_COLUMNS.join(',')}\`, the fastest)`,
  })

export const topParam = wholeNumber(
  1,
  MAX_TOP,
  'How many of the most followed organizations the tops cover (default: 30)',
)

export const weekParam = editionParam.openapi({ description: 'Date of a stored snapshot, or `latest`' })
export const weekFileParam = editionFileParam.openapi({
  description: 'Date of a stored snapshot, or `latest`; followed by `.csv` for CSV',
})
