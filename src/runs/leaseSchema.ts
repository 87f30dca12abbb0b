import * as z from 'zod/mini'
import { flawIn } from '../schema.ts'

const LEASE = z.looseObject({
  _id: z.string(),
  run: z.string().check(z.minLength(1)),
  host: z.string(),
  pid: z.int(),
  pid_namespace: z.optional(z.string()),
  boot_id: z.optional(z.string()),
  start_ticks: z.optional(z.int()),
  since: z.iso.datetime(),
  expires: z.iso.datetime(),
})

/** Returns why a stored document is not a lease; undefined for a lease. */
export const flawInLease = (document: unknown) => flawIn(LEASE, document)
