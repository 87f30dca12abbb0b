/** Receives lines for the owner of a store. Nothing has failed. */
export interface StoreReport {
  /** Says what the first write created: `created the bucket datagouv`. */
  info(line: string): void
  /** Says what to change about the store, with the remedy. */
  warn(line: string): void
}

export const SILENT: StoreReport = { info: () => {}, warn: () => {} }
