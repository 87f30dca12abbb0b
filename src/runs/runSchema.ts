import * as z from 'zod/mini'
import { FAILURES, type FailureKind } from '../errors.ts'
import { count, flawIn } from '../schema.ts'
import { type RunStatus, STATUS_WORDS } from './record.ts'

const RUN = z.looseObject({
  _id: z.string(),
  command: z.string(),
  date: z.iso.date(),
  watches: z.array(z.string()),
  version: z.string(),
  status: z.enum(Object.keys(STATUS_WORDS) as RunStatus[]),
  summary: z.string(),
  unchanged_since: z.optional(z.iso.date()),
  started_at: z.iso.datetime(),
  ended_at: z.nullable(z.iso.datetime()),
  host: z.string(),
  pid: z.int(),
  steps: z.array(
    z.looseObject({
      name: z.string(),
      started_at: z.iso.datetime(),
      ended_at: z.iso.datetime(),
      facts: z.looseObject({ bytes: z.optional(count), records: z.optional(count) }),
    }),
  ),
  warnings: z.array(z.string()),
  notifications: z.optional(
    z.array(
      z.looseObject({
        event: z.string(),
        target: z.string(),
        address_hash: z.optional(z.string()),
        status: z.enum(['sent', 'failed']),
        tries: count,
        at: z.iso.datetime(),
        error: z.nullable(z.string()),
      }),
    ),
  ),
  error: z.nullable(
    z.looseObject({
      kind: z.enum(Object.keys(FAILURES) as FailureKind[]),
      exit_code: z.int(),
      message: z.string(),
    }),
  ),
})

/** Returns why a stored document is not a run record; undefined for a run record. */
export const flawInRun = (document: unknown) => flawIn(RUN, document)
