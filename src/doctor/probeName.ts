import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

/** Returns a name for something that a check writes and deletes. */
export const probeName = () => `${hostname().replace(/[^\w-]/g, '-')}-${process.pid}-${randomBytes(4).toString('hex')}`
