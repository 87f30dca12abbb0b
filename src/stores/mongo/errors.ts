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

/** A response that says ok but lacks a field that every MongoDB server sends. The message names the field. */
export class NotMongoError extends Error {
  override readonly name = 'NotMongoError'
}

/** The server's error codes that this program handles. */
const CODES = {
  BadAuth: [18, 8000],
  Unauthorized: [13],
  NamespaceExists: [48],
  /** FerretDB 1 answers 238 to an unknown command, Amazon DocumentDB 303. */
  NotSupported: [59, 72, 115, 238, 303],
  CannotCreateIndex: [67],
  NoCollection: [26],
  Invalid: [121],
  DuplicateKey: [11000],
  TooLarge: [10334, 17419, 17420],
  DiskFull: [14031],
  NoMajority: [64, 79, 100],
  ChangesPrimary: [91, 189, 10058, 10107, 11600, 11602, 13435, 13436],
} as const

export type Code = keyof typeof CODES

/** Whether an error of the driver has one of these MongoDB codes. */
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
  NoMajority: 'cannot confirm a write by a majority of its members; check that they are up and run again',
  ChangesPrimary: 'is changing its primary or shutting down; run again',
}

/** A server without users does not know the command that sends a user and a password. */
const NO_USERS = 'has no users, but its address names one; leave the user and the password out of the address'

/**
 * Explains the server's error and its remedy, in one line without secrets that continues a sentence after the store's
 * address. Returns undefined if the error comes from this program, not from the server.
 */
export function reasonOf(error: unknown): string | undefined {
  // A failing DNS lookup of a mongodb+srv address is not one of the driver's own errors.
  const { syscall, code: named, message } = error as NodeJS.ErrnoException
  if (syscall !== undefined) return `cannot be reached (${quoted(message)}); check the setting documents`
  // The driver's buffer ends at 17 MB, so the server never sees the document.
  if (named === 'ERR_OUT_OF_RANGE') return REASONS.TooLarge
  if (isForeign(error))
    return `does not answer like MongoDB (${quoted(message.split('\n')[0]!, 200)}); check the setting documents`
  if (!(error instanceof MongoError)) return undefined
  for (const code of Object.keys(REASONS) as Code[]) if (hasCode(error, code)) return REASONS[code]
  const text = error.message.split('\n')[0]!
  if (hasCode(error, 'NotSupported') && /saslStart|authenticate/.test(text)) return NO_USERS
  if (error instanceof MongoCompatibilityError || / wire version /.test(text))
    return `cannot be used by this program (${quoted(text, 200)})`
  if (/^Document is larger than the maximum size/.test(text)) return REASONS.TooLarge
  if (error instanceof MongoAPIError) return undefined
  if (error instanceof MongoServerSelectionError) return unreachable(error, text)
  if (error instanceof MongoNetworkTimeoutError) return 'does not answer in time; check that it is up and run again'
  if (error instanceof MongoNetworkError) return 'broke off the connection; check that it is up and run again'
  const code = error instanceof MongoServerError ? ` ${error.codeName ?? error.code ?? ''}` : ''
  return `answers${code}: ${quoted(text, 200)}`
}

/** The driver itself notices an answer without a cursor or a batch, as an error of BSON. */
function isForeign(error: unknown): boolean {
  if (error instanceof NotMongoError || error instanceof MongoUnexpectedServerResponseError) return true
  const { name, message } = error as Error
  return name === 'BSONError' && /is missing|Invalid|corrupt/i.test(message)
}

function unreachable({ reason }: MongoServerSelectionError, text: string): string {
  if (reason?.type === 'ReplicaSetNoPrimary' && [...reason.servers.values()].some(({ error }) => error === null)) {
    return 'has no primary at the moment; check that a majority of its members is up and run again'
  }
  if (/certificate|SSL|TLS/i.test(text)) return `refuses TLS, or its certificate is refused (${quoted(text)})`
  return `cannot be reached (${quoted(text)}); start it, or check the setting documents`
}
