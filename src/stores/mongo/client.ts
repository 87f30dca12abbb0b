import { type Db, MongoClient, type MongoClientOptions } from 'mongodb'
import { Failure } from '../../errors.ts'

/** The database when the address names none. */
const DEFAULT_DATABASE = 'datagouv'

/**
 * An unreachable server must be reported within a minute: 10 s to find one, 10 s without an answer, and both once more where
 * the driver retries. Options in the address override these.
 */
const TIMEOUTS = {
  serverSelectionTimeoutMS: 10_000,
  connectTimeoutMS: 5_000,
  socketTimeoutMS: 10_000,
  waitQueueTimeoutMS: 10_000,
}

/** The address cannot change these: a lease holds only if every process reads and writes what a majority has confirmed. */
const RULES: MongoClientOptions = {
  readPreference: 'primary',
  writeConcern: { w: 'majority', wtimeoutMS: 10_000 },
  retryWrites: true,
  retryReads: true,
  // As in JSON, a field without a value is left out.
  ignoreUndefined: true,
  maxPoolSize: 4,
  appName: 'datagouv-tops',
}

/** A client that is not connected yet, the database that the address names, and the address without any secret. */
export interface Client {
  readonly client: MongoClient
  readonly database: Db
  readonly label: string
}

/**
 * @param address a MongoDB connection string
 * @throws Failure `usage` when it is none; the message repeats no part of it
 */
export function clientFor(address: string): Client {
  const client = parse(address)
  const { hosts, srvHost, dbName } = client.options
  // The driver's own default is "test".
  const name = /^mongodb(\+srv)?:\/\/[^/]*\/[^?]/.test(address) ? dbName : DEFAULT_DATABASE
  // Made of what the driver understood, so that no part of a password can slip through.
  const server = srvHost ? `mongodb+srv://${srvHost}` : `mongodb://${hosts.join(',')}`
  return { client, database: client.db(name), label: `${server}/${name}` }
}

function parse(address: string): MongoClient {
  const options = new URLSearchParams(address.toLowerCase().split('?')[1])
  const timeouts = Object.entries(TIMEOUTS).filter(([name]) => !options.has(name.toLowerCase()))
  try {
    // With a bare @ or / in the password, the driver would take the end of it for the host or the database, and we would
    // print that.
    if (/^[^/]*\/\/([^/?#]*@.*|[^@]*[/?#].*)@/s.test(address)) throw new TypeError('an @ in the wrong place')
    return new MongoClient(address, { ...RULES, ...Object.fromEntries(timeouts) })
  } catch (cause) {
    // The driver's message may hold the address, and the address a password.
    const what =
      'the documents are not the address of a MongoDB database, or it has an option that the driver does not know'
    const how = 'write mongodb://HOST:27017/DATABASE, or mongodb://USER:PASSWORD@HOST:27017/DATABASE'
    throw new Failure('usage', `${what}; ${how} with %40 for @, %3A for : and %2F for / in the password`, { cause })
  }
}
