import { createHash } from 'node:crypto'

/** The namespace of this program's UUIDs. It must never change. */
const NAMESPACE = Buffer.from('6f2c5b3e8b1d5e0a9c4f7a1d2e3b4c5d', 'hex')

/** Returns the version 5 UUID (RFC 9562) of a name. The same name always has the same UUID. */
export function uuidOf(name: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
