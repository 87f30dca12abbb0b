import { createHash } from 'node:crypto'
import type { NotifyTarget } from '../config/target.ts'
import type { NotificationRecord } from '../runs/record.ts'

/** Eight digits are enough to notice another address, and too few to find a secret address by trying. */
const HASH_DIGITS = 8

/** Returns a hash of the address of a target, without its password. */
export function addressHash({ url }: Pick<NotifyTarget, 'url'>): string {
  const address = new URL(url)
  address.password = ''
  return createHash('sha256').update(address.href).digest('hex').slice(0, HASH_DIGITS)
}

/** Whether a notification went to this target. If the address of a target changes, it counts as another target. */
export function isSentTo(target: NotifyTarget, { target: name, address_hash }: NotificationRecord): boolean {
  // Earlier versions recorded only the name.
  return name === target.name && (address_hash === undefined || address_hash === addressHash(target))
}
