/** What "doctor" tells of a store besides whether it works. What a store does not know of itself is absent. */
export interface StoreFacts {
  /** What it is, and in which version: `SQLite 3.45.1`, `MongoDB 8.0.13`. */
  readonly product: string
  /** The package by which it is reached. */
  readonly driver?: string
  /** Its clock, where that is not this machine's. */
  readonly now?: Date
  /** Bytes free where its data are, when that is on this machine. */
  readonly free?: number
  /** Of a store that can check editions by itself. */
  readonly schema?: Schema
}

interface Schema {
  /** `later`: with the first publication. */
  readonly state: 'installed' | 'missing' | 'later'
  /** Has the store check every edition. @returns false when it cannot */
  install(): Promise<boolean>
}
