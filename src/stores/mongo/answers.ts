import type { Collection, Filter, OptionalId } from 'mongodb'
import type { Document } from '../documents.ts'
import { hasCode, NotMongoError } from './errors.ts'

/** Finds a document by its `_id`, and checks that the server returned that document. */
export async function findById<T extends Document>(collection: Collection<T>, id: string) {
  const found = await collection.findOne({ _id: id } as Filter<T>)
  if (found !== null && found._id !== id) throw new NotMongoError('find returned another document')
  return found
}

/** Adds a document; false when there is one with that `_id`. */
export async function insert<T extends Document>(collection: Collection<T>, document: T): Promise<boolean> {
  try {
    // `insertOne` would not say how many documents the server added.
    const { insertedCount } = await collection.bulkWrite([{ insertOne: { document: document as OptionalId<T> } }])
    if (!isOne(insertedCount)) throw new NotMongoError('insert added nothing')
    return true
  } catch (error) {
    if (hasCode(error, 'DuplicateKey')) return false
    throw error
  }
}

/** Whether a write changed the one document that it could. @throws NotMongoError when the answer has no such count */
export function isOne(count: number): boolean {
  if (count === 0 || count === 1) return count === 1
  throw new NotMongoError('a write was confirmed without the number of documents')
}
