import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from 'mongodb'
import type { Collection } from '../documents.ts'
import { hasCode } from './errors.ts'

/** A lock is held for a few requests. One that is older was left by a process that died. */
const ABANDONED_MS = 5_000

interface Lock {
  readonly _id: string
  readonly since: Date
}

/**
 * Makes changes of a document atomic on FerretDB 1, which finds the matching document, then replaces the document with that
 * `_id`, even if it has changed in between. Two processes could both replace the lease that they read: in each of three tests
 * with four processes, two of them held a lease at the same time. But it never inserts an `_id` twice. So a document in the
 * collection `locks` makes the others wait.
 */
export class Locks {
  /** @param now returns the server's time, in ms */
  constructor(
    private readonly database: Db,
    private readonly now: () => Promise<number>,
  ) {}

  /** Runs `change`, and lets no other process change the document meanwhile. */
  async exclusively<T>(collection: Collection, documentId: string, change: () => Promise<T>): Promise<T> {
    const lock = await this.lock(`${collection}/${documentId}`)
    try {
      return await change()
    } finally {
      // A lock that cannot be removed counts as abandoned soon.
      await this.locks.deleteOne(lock).catch(() => {})
    }
  }

  private async lock(id: string): Promise<Lock> {
    while (true) {
      const lock = { _id: id, since: new Date(await this.now()) }
      try {
        await this.locks.insertOne(lock)
        return lock
      } catch (error) {
        if (!hasCode(error, 'DuplicateKey')) throw error
      }
      const other = await this.locks.findOne({ _id: id })
      if (other !== null && lock.since.getTime() - other.since.getTime() > ABANDONED_MS)
        await this.locks.deleteOne(other)
      await sleep(5 + Math.random() * 20)
    }
  }

  private get locks() {
    return this.database.collection<Lock>('locks')
  }
}
