/** Receives lines about a store for its owner. None of them reports a failure. */
export interface StoreReport {
  /** Says what the first write created: `created the bucket datagouv`. */
  info(line: string): void
  /** Describes a problem of the store, with the remedy. */
  warn(line: string): void
}

export const SILENT: StoreReport = { info: () => {}, warn: () => {} }
