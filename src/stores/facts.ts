/** Facts about a store that "doctor" shows. A store leaves out the facts that it cannot find out. */
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

export interface Schema {
  /** `installed`: as far as the server supports it. `later`: the first publication installs it. */
  readonly state: 'installed' | 'missing' | 'later'
  /** Whether the server can check documents. */
  readonly canValidate: boolean
  /** What is missing: `the schema of this version`, `the index on watch and date`. */
  readonly lacks: readonly string[]
  /** Makes the store check every edition. @returns false when it cannot */
  install(): Promise<boolean>
}
