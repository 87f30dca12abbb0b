import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { Failure } from '../errors.ts'

/** Returns a name for something that a check writes and deletes. */
export const probeName = () => `${hostname().replace(/[^\w-]/g, '-')}-${process.pid}-${randomBytes(4).toString('hex')}`

/** Returns the error for a store that did not return what was written to it. */
export function unreliableStore({ address }: { readonly address: string }): Failure {
  return new Failure('store', `${address} returned data that differs from what was written. Do not use this store.`)
}
