import type { ExportName } from './edition.ts'

/** Where things lie in the archive, and what documents are called. */

export const editionKey = (watch: string, date: string) => `${date}/${watch}.csv`
export const editionId = (watch: string, date: string) => `${watch}/${date}`
export const exportKey = (name: ExportName, date: string) => `snapshots/${date}/${name}.csv.gz`
/** Where an export stays that the completeness gate refused. */
export const refusedKey = (name: ExportName, date: string) => `refused/${date}/${name}.csv.gz`
export const snapshotKey = (date: string) => `snapshots/${date}/snapshot.json`
