import { z } from '@hono/zod-openapi'
import { ENTRY_REASONS, EXIT_REASONS } from '../../editions/changes.ts'
import { VERDICTS } from '../../explain/explanation.ts'
import { STATUS_WORDS } from '../../runs/record.ts'

/** Schemas of the API's responses, with examples. Tests check that real responses match them. */

export const keys = <K extends string>(record: Readonly<Record<K, unknown>>) => Object.keys(record) as [K, ...K[]]

export const date = z.iso.date().openapi({ example: '2026-11-18' })
const instant = z.iso.datetime().openapi({ example: '2026-11-18T16:00:09.123Z' })
export const number = z.int().min(0)
export const id = z.string().openapi({ example: '534fff75a3a7292c64a77de4' })
export const watchName = z.string().openapi({ example: 'mobilite-transport' })

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
  })
  .openapi('Problem', {
    description: 'RFC 9457 problem details',
    example: {
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail:
        'there is no edition of mobilite-transport of 2026-11-17, a Tuesday; the nearest are those of 2026-11-11, a Wednesday, and 2026-11-18, a Wednesday',
      instance: '/api/editions/mobilite-transport/2026-11-17',
    },
  })

/** Creates the schema of a page of a list. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ total: number.openapi({ example: 1 }), items: z.array(item) })

export const WatchItem = z
  .object({
    name: watchName,
    label: z
      .object({
        fr: z.string().openapi({ example: 'Mobilité et transport' }),
        en: z.string().openapi({ example: 'Mobility and transport' }),
      })
      .nullable()
      .openapi({ description: 'What the pages show in place of the terms; null if the watch has no label' }),
    terms: z.array(z.string()).openapi({ example: ['mobilité', 'transport'] }),
    columns: z.array(z.string()).openapi({ example: ['title', 'tags', 'description'] }),
    match: z.enum(['substring', 'word']),
    top: number.openapi({ example: 30, description: 'How many of the most followed organizations the tops cover' }),
    editions: number.openapi({ example: 12 }),
    latest: date.nullable().openapi({ description: 'Date of the latest edition' }),
  })
  .openapi('Watch')

export const EditionItem = z
  .object({
    watch: watchName,
    date,
    url: z.string().openapi({ example: '/api/editions/mobilite-transport/2026-11-18' }),
    csv: z.string().openapi({ example: '/api/editions/mobilite-transport/2026-11-18.csv' }),
    archive: z.string().openapi({ example: '/api/editions/mobilite-transport/2026-11-18/archive.csv' }),
    changes: z.string().openapi({ example: '/api/editions/mobilite-transport/2026-11-18/changes' }),
  })
  .openapi('EditionItem')

const Source = z.object({
  url: z.string(),
  sha1: z.string(),
  bytes: number,
  records: number.openapi({ example: 121074 }),
  last_modified: z.string().nullable().openapi({ description: 'When the portal wrote the export' }),
})

export const Organization = z
  .object({
    rank: number.openapi({ example: 1 }),
    id,
    name: z.string().openapi({ example: 'Institut national de la statistique et des études économiques' }),
    followers: number.openapi({ example: 626 }),
    datasets: number.openapi({ example: 11, description: 'How many of its datasets the edition has' }),
  })
  .openapi('RankedOrganization')

const datasetFields = {
  dataset_id: id,
  dataset_title: z.string().openapi({ example: 'Horaires théoriques du réseau de transport' }),
  dataset_followers: number.openapi({ example: 12 }),
  organization: z.string().openapi({ example: 'Île-de-France Mobilités' }),
  organization_id: id,
  organization_followers: number.openapi({ example: 122 }),
}
const Dataset = z.object(datasetFields).openapi('TopDataset')

const { organization_followers: _, ...listedFields } = datasetFields
export const ListedDataset = z.object(listedFields).openapi('ListedDataset')

export const Edition = z
  .object({
    _id: z.string().openapi({ example: 'mobilite-transport/2026-11-18' }),
    watch: watchName,
    date,
    generated_at: instant,
    run_id: z.string().openapi({ example: '20261118T160002123Z-3f9a1c' }),
    terms: z.array(z.string()).openapi({ example: ['mobilité', 'transport'] }),
    top: number.openapi({ example: 30 }),
    source: z.object({ datasets: Source, organizations: Source }),
    archive: z.object({
      key: z.string().openapi({ example: '2026-11-18/mobilite-transport.csv' }),
      sha256: z.string(),
      bytes: number,
      records: number.openapi({ example: 11155 }),
    }),
    organizations: z.array(Organization),
    datasets: z.array(Dataset),
  })
  .openapi('Edition')

export const JsonFeed = z
  .object({
    version: z.string().openapi({ example: 'https://jsonfeed.org/version/1.1' }),
    title: z.string().openapi({ example: 'data.gouv.fr tops: “mobilité”, “transport”' }),
    home_page_url: z.string().openapi({ example: 'https://tops.example/editions/mobilite-transport/latest?lang=en' }),
    feed_url: z.string().openapi({ example: 'https://tops.example/feed.json?lang=en' }),
    language: z.string().openapi({ example: 'en' }),
    authors: z.array(z.object({ name: z.string().openapi({ example: 'datagouv-tops' }) })),
    items: z.array(
      z.object({
        id: z.string().openapi({ example: 'urn:uuid:6a1de5f4-3c55-5c3e-8a6b-0d0f8f0b7c11' }),
        url: z
          .string()
          .openapi({ example: 'https://tops.example/editions/mobilite-transport/2026-11-18/changes?lang=en' }),
        title: z.string().openapi({ example: '18 November 2026: 3 new, 1 gone' }),
        content_html: z.string().openapi({ example: '<h3>3 new</h3><ul>…</ul>' }),
        date_published: instant,
      }),
    ),
  })
  .openapi('JsonFeed')

const ChangedOrganization = z.object({
  id,
  name: z.string(),
  name_before: z.string().nullable(),
  rank: number.nullable(),
  rank_before: number.nullable(),
  followers: number.nullable(),
  followers_before: number.nullable(),
  datasets: number.nullable(),
  datasets_before: number.nullable(),
})

export const Changes = z
  .object({
    watch: watchName,
    from: date,
    to: date,
    entered: z.array(
      z.object({ ...datasetFields, reason: z.enum(keys(ENTRY_REASONS)).nullable(), moved_from: z.string().optional() }),
    ),
    left: z.array(
      z.object({ ...datasetFields, reason: z.enum(keys(EXIT_REASONS)).nullable(), moved_to: z.string().optional() }),
    ),
    moved: z.array(z.object({ ...datasetFields, moved_from: z.string() })),
    renamed: z.array(z.object({ ...datasetFields, dataset_title_before: z.string() })),
    followers: z.array(z.object({ ...datasetFields, dataset_followers_before: number })),
    organizations: z
      .array(ChangedOrganization)
      .openapi({ description: 'Fields are null where the organization was not ranked' }),
  })
  .openapi('Changes')

const rankedFields = { rank: number, id, name: z.string(), followers: number }

export const Explanation = z
  .object({
    watch: watchName,
    date,
    asked: z.string(),
    verdict: z.enum(keys(VERDICTS)),
    source: z.string().openapi({ example: 'snapshots/2026-11-18/datasets.csv.gz' }),
    terms: z.array(z.string()),
    columns: z.array(z.string()),
    top: number,
    dataset: z
      .object({ id, title: z.string(), followers: number, organization_id: z.string(), record: number })
      .nullable(),
    matches: z.array(
      z.object({
        term: z.string(),
        column: z.string(),
        times: number,
        before: z.string(),
        found: z.string(),
        after: z.string(),
      }),
    ),
    organization: z
      .object({ ...rankedFields, of: number.nullable(), last: z.object(rankedFields), lead: z.int() })
      .nullable(),
    nearest: z.array(
      z.union([
        z.object({ dataset_id: z.string(), dataset_title: z.string(), organization: z.string() }),
        z.object({ word: z.string(), column: z.string(), term: z.string() }),
      ]),
    ),
    last_seen: z.object({ date, dataset_id: z.string(), dataset_title: z.string() }).nullable(),
    sentences: z.array(z.string()),
  })
  .openapi('Explanation')

export const Run = z
  .object({
    _id: z.string().openapi({ example: '20261118T160002123Z-3f9a1c' }),
    command: z.string().openapi({ example: 'run' }),
    date,
    watches: z.array(z.string()),
    version: z.string(),
    status: z.enum(keys(STATUS_WORDS)),
    summary: z.string(),
    unchanged_since: date.optional().openapi({
      description:
        'The date of the last snapshot, if the run skipped its date because the portal has published nothing since',
    }),
    started_at: instant,
    ended_at: instant.nullable(),
    host: z.string(),
    pid: z.int(),
    steps: z.array(z.object({ name: z.string(), started_at: instant, ended_at: instant, facts: z.looseObject({}) })),
    warnings: z.array(z.string()),
    notifications: z
      .array(
        z.object({
          event: z.string(),
          target: z.string(),
          address_hash: z.string().optional(),
          status: z.enum(['sent', 'failed']),
          tries: number,
          at: instant,
          error: z.string().nullable(),
        }),
      )
      .optional(),
    error: z.object({ kind: z.string(), exit_code: z.int(), message: z.string() }).nullable(),
  })
  .openapi('Run')
