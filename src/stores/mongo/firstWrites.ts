import type { Db } from 'mongodb'
import type { Collection } from '../documents.ts'
import type { StoreReport } from '../report.ts'
import { hasCode } from './errors.ts'
import { createCollection, createIndexes, isValidated } from './schema.ts'

/**
 * Prepares each collection before this process first writes to it. Reports what it creates, because the address may be
 * misspelled.
 */
export class FirstWrites {
  private readonly prepared = new Map<Collection, Promise<void>>()
  private isNewDatabase = false

  constructor(
    private readonly database: Db,
    private readonly address: string,
    private readonly report: StoreReport,
  ) {}

  async before(collection: Collection): Promise<void> {
    const prepared = this.prepared.get(collection) ?? this.prepare(collection)
    this.prepared.set(collection, prepared)
    await prepared.catch((error) => {
      this.prepared.delete(collection)
      throw error
    })
  }

  private async prepare(collection: Collection): Promise<void> {
    const existing = await collectionsOf(this.database)
    const isCreated = !existing?.includes(collection) && (await createCollection(this.database, collection))
    if (collection === 'tops') await createIndexes(this.database)
    if (!isCreated) return
    // Without the right to list collections, it is unknown whether the database is new.
    if (existing !== undefined) this.announce(collection, existing)
    if (collection === 'tops' && !(await isValidated(this.database))) {
      this.report.warn(
        `${this.address} does not check documents: the server has no validators, so "tops" was created without its schema; nothing to do, unless it should be MongoDB`,
      )
    }
  }

  private announce(collection: Collection, existing: readonly string[]): void {
    if (existing.length === 0) {
      this.isNewDatabase = true
      this.report.info(`created the database ${this.address}`)
    } else if (!this.isNewDatabase) {
      this.report.info(`created the collection ${collection} in ${this.address}`)
    }
  }
}

/** Lists the names of the database's collections; undefined if this user may not see them. */
export async function collectionsOf(database: Db): Promise<string[] | undefined> {
  try {
    return (await database.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)
  } catch (error) {
    if (hasCode(error, 'Unauthorized')) return undefined
    throw error
  }
}
