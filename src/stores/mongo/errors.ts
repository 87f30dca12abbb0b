import {
  MongoAPIError,
  MongoCompatibilityError,
  MongoError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoUnexpectedServerResponseError,
} from 'mongodb'
import { quoted } from '../../errors.ts'

/** An answer that says ok but lacks what every MongoDB server sends with it. The message says what: "update says no count". */
export class NotMongoError extends Error {
  override readonly name = 'NotMongoError'
}

/** The server's error codes that this program handles. */
const CODES = {
  BadAuth: [18, 8000],
  Unauthorized: [13],
  NamespaceExists: [48],
  NotSupported: [59, 72, 115],
  Invalid: [121],
  DuplicateKey: [11000],
  TooLarge: [10334, 17419, 17420],
  DiskFull: [14031],
  NoMajority: [64, 79, 100],
  ChangesPrimary: [91, 189, 10058, 10107, 11600, 11602, 13435, 13436],
} as const

export type Code = keyof typeof CODES

/** Whether an error of the driver has one of these codes of MongoDB's. */
export function hasCode(error: unknown, ...codes: readonly Code[]): boolean {
  const { code } = error as { code?: unknown }
  return codes.some((name) => (CODES[name] as readonly unknown[]).includes(code))
}

const REASONS: Partial<Record<Code, string>> = {
  BadAuth: 'refuses the user or the password; check both, and add ?authSource=admin if the user was created there',
  Unauthorized: 'denies permission; give the user the role readWrite on this database',
  Invalid: 'refuses the document by the schema of "tops"; bring that up to date with "doctor --fix"',
  TooLarge: 'refuses the document as too large; give the watch narrower terms, or a smaller top',
  DiskFull: 'is full; make room and run again',
  NoMajority: 'cannot confirm a write by a majority of its members; see that they are up and run again',
  ChangesPrimary: 'is changing its primary or shutting down; run again',
}

/**
 * What the document store does instead of what it was asked, and what next, in one line without secrets: to be read after
 * its name. Undefined when the error is not the store's but ours.
 */
export function reasonOf(error: unknown): string | undefined {
  // The records of a mongodb+srv address are looked up outside of the driver's own errors.
  const { syscall, code: named, message } = error as NodeJS.ErrnoException
  if (syscall !== undefined) return `cannot be reached (${quoted(message)}); check --documents`
  // The driver's buffer ends at 17 MB, before a server has anything to refuse.
  if (named === 'ERR_OUT_OF_RANGE') return REASONS.TooLarge
  if (isForeign(error))
    return `does not answer like MongoDB (${quoted(message.split('\n')[0]!, 200)}); check --documents`
  if (!(error instanceof MongoError)) return undefined
  for (const code of Object.keys(REASONS) as Code[]) if (hasCode(error, code)) return REASONS[code]
  const said = error.message.split('\n')[0]!
  if (error instanceof MongoCompatibilityError || / wire version /.test(said))
    return `cannot be used by this program (${quoted(said, 200)})`
  if (/^Document is larger than the maximum size/.test(said)) return REASONS.TooLarge
  if (error instanceof MongoAPIError) return undefined
  if (error instanceof MongoServerSelectionError) return unreachable(error, said)
  if (error instanceof MongoNetworkTimeoutError) return 'does not answer in time; see that it is up and run again'
  if (error instanceof MongoNetworkError) return 'broke off the connection; see that it is up and run again'
  const code = error instanceof MongoServerError ? ` ${error.codeName ?? error.code ?? ''}` : ''
  return `answers${code}: ${quoted(said, 200)}`
}

/** The driver itself notices an answer without a cursor or a batch, as an error of BSON. */
function isForeign(error: unknown): boolean {
  if (error instanceof NotMongoError || error instanceof MongoUnexpectedServerResponseError) return true
  const { name, message } = error as Error
  return name === 'BSONError' && /is missing|Invalid|corrupt/i.test(message)
}

function unreachable({ reason }: MongoServerSelectionError, said: string): string {
  if (reason?.type === 'ReplicaSetNoPrimary' && [...reason.servers.values()].some(({ error }) => error === null)) {
    return 'has no primary at the moment; see that a majority of its members is up and run again'
  }
  if (/certificate|SSL|TLS/i.test(said)) return `refuses TLS, or its certificate is refused (${quoted(said)})`
  return `cannot be reached (${quoted(said)}); start it, or check --documents`
}
