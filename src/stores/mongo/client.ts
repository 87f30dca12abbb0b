import { MongoClient, type MongoClientOptions } from 'mongodb'
import { Failure, quoted } from '../../errors.ts'

/** The database when the address names none. */
const DEFAULT_DATABASE = 'datagouv'

/**
 * Options in the address override these. An unreachable server must be reported within a minute: the driver takes 10 s to find
 * one and 10 s to get an answer, and may retry both once. Amazon DocumentDB before 8.0.2 needs `retryWrites=false`.
 */
const DEFAULTS = {
  serverSelectionTimeoutMS: 10_000,
  connectTimeoutMS: 5_000,
  socketTimeoutMS: 10_000,
  waitQueueTimeoutMS: 10_000,
  retryWrites: true,
}

/** The address cannot change these. A lease is safe only if every process reads and writes with majority confirmation. */
const RULES: MongoClientOptions = {
  readPreference: 'primary',
  writeConcern: { w: 'majority', wtimeoutMS: 10_000 },
  retryReads: true,
  // As in JSON, a field without a value is left out.
  ignoreUndefined: true,
  maxPoolSize: 4,
  appName: 'datagouv-tops',
}

/** A client that is not connected yet, and the database that the address names. The label is the address without any secret. */
export type Client = ReturnType<typeof clientFor>

/**
 * Creates a client.
 *
 * @param address a MongoDB connection string
 * @throws Failure `usage` when it is none; the message repeats no part of it
 */
export function clientFor(address: string) {
  const client = parse(address)
  const { hosts, srvHost, dbName } = client.options
  // The driver's own default is "test".
  const name = /^mongodb(\+srv)?:\/\/[^/]*\/[^?]/.test(address) ? dbName : DEFAULT_DATABASE
  // Built from the driver's parsed address, so that no part of a password can slip through.
  const server = srvHost ? `mongodb+srv://${srvHost}` : `mongodb://${hosts.join(',')}`
  // Amazon DocumentDB refuses field names with a dot, says its documentation.
  const isDocumentDB = hosts.some(({ host }) => /\.docdb(-elastic)?\.amazonaws\.com(\.cn)?$/.test(host ?? ''))
  return { client, database: client.db(name), label: `${server}/${name}`, isDocumentDB }
}

function parse(address: string): MongoClient {
  const options = new URLSearchParams(address.toLowerCase().split('?')[1])
  const defaults = Object.entries(DEFAULTS).filter(([name]) => !options.has(name.toLowerCase()))
  try {
    // With a bare @, / or ? in the password, the driver would take the end of it for the host, the database or an option, and we
    // would print that.
    if (hasMisplacedAt(address)) throw new TypeError('an @ in the wrong place')
    return new MongoClient(address, { ...RULES, ...Object.fromEntries(defaults) })
  } catch (cause) {
    throw new Failure('usage', problemOf(address), { cause })
  }
}

const hasMisplacedAt = (address: string) => /^[^/]*\/\/([^/?#]*@.*|[^@]*[/?#].*)@/s.test(address)

/** Describes what is wrong with an address. Leaves out the driver's message: it may quote the address, and so a password. */
function problemOf(address: string): string {
  const [start = '', query] = address.split('?')
  if (query === undefined || hasMisplacedAt(address) || refusalOf(start) !== undefined) {
    const how = 'write mongodb://HOST:27017/DATABASE, or mongodb://USER:PASSWORD@HOST:27017/DATABASE'
    return `the documents are not the address of a MongoDB database; ${how} with %40 for @, %3A for :, %2F for /, %23 for #, %3F for ? and %25 for % in the password`
  }
  const refused = query.split('&').flatMap((option) => {
    const error = refusalOf(`${start}?${option}`)
    return error === undefined ? [] : [`${quoted(option.split('=')[0]!)} (${reasonOf(error)})`]
  })
  const what =
    refused.length === 0
      ? 'options that contradict each other, or one of them twice'
      : `options that the MongoDB driver refuses: ${refused.join(', ')}`
  return `the address of the documents has ${what}; correct or remove them`
}

/** Returns the driver's error for an address; undefined if it has none. */
function refusalOf(address: string): Error | undefined {
  try {
    new MongoClient(address)
    return undefined
  } catch (error) {
    return error as Error
  }
}

function reasonOf({ message }: Error): string {
  if (/ must be either "true" or "false"/.test(message)) return 'it must be true or false, in lower case'
  return / (is|are) not supported/.test(message) ? 'it is unknown' : 'its value is not allowed'
}
