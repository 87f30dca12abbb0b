import * as z from 'zod/mini'
import { count, flawIn } from '../schema.ts'

const source = z.looseObject({
  url: z.string(),
  sha1: z.string(),
  bytes: count,
  records: count,
  last_modified: z.nullable(z.string()),
})

const EDITION = z.looseObject({
  _id: z.string(),
  watch: z.string(),
  date: z.iso.date(),
  generated_at: z.iso.datetime(),
  run_id: z.string(),
  terms: z.array(z.string()),
  top: count,
  source: z.looseObject({ datasets: source, organizations: source }),
  archive: z.looseObject({
    key: z.string(),
    sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
    bytes: count,
    records: count,
  }),
  organizations: z.array(
    z.looseObject({ rank: count, id: z.string(), name: z.string(), followers: count, datasets: count }),
  ),
  datasets: z.array(
    z.looseObject({
      dataset_id: z.string(),
      dataset_title: z.string(),
      dataset_followers: count,
      organization: z.string(),
      organization_id: z.string(),
      organization_followers: count,
    }),
  ),
})

/** Returns why a stored document is not an edition; undefined for an edition. */
export const flawInEdition = (document: unknown) => flawIn(EDITION, document)
