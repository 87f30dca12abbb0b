import type { Edition } from './edition.ts'

/** Returns a text that differs between an edition and its republication. */
export const versionOf = ({ _id, run_id, generated_at }: Edition) => `${_id} ${run_id} ${generated_at}`
