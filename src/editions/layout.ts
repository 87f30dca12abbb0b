import type { ExportName } from './edition.ts'

// Keys of objects in the archive, and IDs of documents.

export const editionKey = (watch: string, date: string) => `${date}/${watch}.csv`
/** The CSVW description of an edition's CSV: https://www.w3.org/TR/tabular-metadata/#standard-file-metadata */
export const descriptionKey = (watch: string, date: string) => `${editionKey(watch, date)}-metadata.json`
export const editionId = (watch: string, date: string) => `${watch}/${date}`
/** Returns the watch and the date in the ID of an edition. */
export function watchAndDate(id: string): [watch: string, date: string] {
  const slash = id.lastIndexOf('/')
  return [id.slice(0, slash), id.slice(slash + 1)]
}
export const exportKey = (name: ExportName, date: string) => `snapshots/${date}/${name}.csv.gz`
/** Key of an export that the completeness gate refused. */
export const refusedKey = (name: ExportName, date: string) => `refused/${date}/${name}.csv.gz`
export const snapshotKey = (date: string) => `snapshots/${date}/snapshot.json`

const GUARDED =
  /^(?:snapshots\/(?<snapshot>\d{4}-\d{2}-\d{2})\/|(?<date>\d{4}-\d{2}-\d{2})\/(?<watch>[^/]+)\.csv(?:-metadata\.json)?$)/

/** Returns the lease that guards a key: the date's for its snapshot, the edition's for its CSV and description. */
export function leaseFor(key: string): string | undefined {
  const { snapshot, date, watch } = GUARDED.exec(key)?.groups ?? {}
  return snapshot ?? (watch === undefined ? undefined : editionId(watch, date!))
}
