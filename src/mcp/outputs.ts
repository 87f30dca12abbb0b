import * as z from 'zod'

const count = z.int().min(0)
const more = z.string().optional().describe('address of the complete result, if this one is only a part of it')

const dataset = z.object({
  id: z.string(),
  title: z.string(),
  organization: z.string(),
  followers: count,
  url: z.string().describe('its page on the portal'),
  reason: z.string().optional().describe('why it entered or left'),
})

export type DatasetRow = z.output<typeof dataset>

const edition = z.object({ watch: z.string(), date: z.string() })

export const editionList = z.object({
  watches: z.array(z.object({ name: z.string(), terms: z.array(z.string()) })),
  total: count,
  editions: z.array(edition),
  more,
})

export const tops = z.object({
  ...edition.shape,
  later_catalogue: z
    .string()
    .optional()
    .describe('the date of the catalogue that the edition was made from, if none of its own date was stored'),
  terms: z.array(z.string()),
  top: count.describe('how many of the most followed organizations the tops cover'),
  catalogue_datasets: count.describe('datasets of the portal'),
  listed_datasets: count.describe('datasets that mention a term'),
  total: count.describe('datasets of the tops that the filters select'),
  organizations: z
    .array(z.object({ rank: count, id: z.string(), name: z.string(), followers: count, datasets: count }))
    .describe('the first organizations that have datasets in the tops'),
  datasets: z.array(dataset),
  more,
})

export const changes = z.object({
  watch: z.string(),
  from: z.string(),
  to: z.string(),
  counts: z.object({
    entered: count,
    left: count,
    moved: count,
    renamed: count,
    followers: count,
    organizations: count,
  }),
  entered: z.array(dataset),
  left: z.array(dataset),
  moved: z.array(dataset),
  renamed: z.array(dataset),
  followers: z.array(dataset).describe('datasets that gained or lost followers, largest gain first'),
  more,
})

export const search = z.object({
  date: z.string(),
  words: z.array(z.object({ word: z.string(), datasets: count, nearest: z.array(z.string()).optional() })),
  listed: count.describe('datasets that contain any of the words'),
  in_tops: count.describe('how many of them belong to the most followed organizations'),
  total: count.describe('how many of these the filters select'),
  datasets: z.array(dataset),
  more,
})

export const explanation = z.object({
  ...edition.shape,
  verdict: z.string(),
  dataset: z.object({ id: z.string(), title: z.string(), followers: count, url: z.string() }).nullable(),
  sentences: z.array(z.string()),
  nearest: z.array(z.object({ id: z.string().optional(), title: z.string().optional(), word: z.string().optional() })),
})

export const history = z.object({
  watch: z.string(),
  id: z.string(),
  title: z.string(),
  total: count,
  editions: z.array(
    z.object({
      date: z.string(),
      in_tops: z.boolean(),
      followers: count.nullable(),
      change: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
  more,
})
