/** What "doctor" shows of a store besides whether it works. A store leaves out what it does not know. */
export interface StoreFacts {
  /** Its name and version: `SQLite 3.45.1`, `MongoDB 8.0.13`. */
  readonly product: string
  /** The package that connects to it. */
  readonly driver?: string
  /** Its clock, if it is not this machine's. */
  readonly now?: Date
  /** Free bytes on the disk of its data, if that is this machine's. */
  readonly free?: number
  /** Only for a store that can check editions itself. */
  readonly schema?: Schema
}

interface Schema {
  /** `later`: the first publication installs it. */
  readonly state: 'installed' | 'missing' | 'later'
  /** Makes the store check every edition. @returns false when it cannot */
  install(): Promise<boolean>
}
