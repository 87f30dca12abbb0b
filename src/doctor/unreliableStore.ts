import { Failure } from '../errors.ts'

/** Returns the error for a store that did not return what was written to it. */
export function unreliableStore({ address }: { readonly address: string }): Failure {
  return new Failure('store', `${address} returned data that differs from what was written. Do not use this store.`)
}
