import { isDeepStrictEqual } from 'node:util'
import type { CreateCollectionOptions, Db } from 'mongodb'
import type { Collection } from '../documents.ts'
import type { Schema } from '../facts.ts'
import { type Code, hasCode } from './errors.ts'

const TOPS = 'tops' satisfies Collection

const text = { bsonType: 'string' }
const count = { bsonType: 'number', minimum: 0 }
const shape = (properties: object) => ({ bsonType: 'object', required: Object.keys(properties), properties })
const listOf = (items: object) => ({ bsonType: 'array', items })
const source = shape({
  url: text,
  sha1: text,
  bytes: count,
  records: count,
  last_modified: { bsonType: ['string', 'null'] },
})

/** The shape of an edition that the server checks. Later versions may add fields. */
export const EDITION = shape({
  _id: { bsonType: 'string', pattern: '^[^/]+/[0-9]{4}-[0-9]{2}-[0-9]{2}$' },
  watch: text,
  date: { bsonType: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' },
  generated_at: text,
  run_id: text,
  terms: listOf(text),
  top: count,
  source: shape({ datasets: source, organizations: source }),
  archive: shape({
    key: text,
    sha256: { bsonType: 'string', pattern: '^[0-9a-f]{64}$' },
    bytes: count,
    records: count,
  }),
  organizations: listOf(shape({ rank: count, id: text, name: text, followers: count, datasets: count })),
  datasets: listOf(
    shape({
      dataset_id: text,
      dataset_title: text,
      dataset_followers: count,
      organization: text,
      organization_id: text,
      organization_followers: count,
    }),
  ),
})

const RULES = {
  validator: { $jsonSchema: EDITION },
  validationLevel: 'strict',
  validationAction: 'error',
} satisfies CreateCollectionOptions

/** They find the latest editions of a watch, and the editions with an organization or a dataset. */
const INDEXES: readonly Index[] = [
  { watch: 1, date: -1 },
  { 'organizations.id': 1, date: -1 },
  { 'datasets.dataset_id': 1, date: -1 },
]

type Index = Readonly<Record<string, 1 | -1>>

/**
 * Creates a collection; `tops` with its schema, if the server has validators.
 *
 * @returns false if another process created it first, or this user or server leaves that to the first insert
 */
export function createCollection(database: Db, name: Collection): Promise<boolean> {
  return name === TOPS ? createTops(database) : create(database, name)
}

/** Whether the server checks the documents of `tops`. */
export async function isValidated(database: Db): Promise<boolean> {
  return (await findTops(database))?.validator !== undefined
}

async function createTops(database: Db): Promise<boolean> {
  return create(database, TOPS, RULES).catch((error) => {
    if (hasCode(error, 'NotSupported')) return create(database, TOPS)
    throw error
  })
}

/** @returns false when another process created it first, or this user or server leaves that to the first insert */
async function create(database: Db, name: Collection, rules?: CreateCollectionOptions): Promise<boolean> {
  const created = await ignoreErrors(['NamespaceExists', 'Unauthorized'], database.createCollection(name, rules))
  return created !== undefined
}

/** Errors of a server or user that cannot create indexes. They are ignored, because indexes only make queries faster. */
const IGNORED_INDEX_ERRORS: readonly Code[] = ['Unauthorized', 'NotSupported', 'CannotCreateIndex']

/** Creates the missing indexes, one per call: FerretDB 1 closes the connection if a call names several that exist. */
export async function createIndexes(database: Db, ignored = IGNORED_INDEX_ERRORS): Promise<void> {
  for (const key of (await ignoreErrors(ignored, missingIndexes(database))) ?? INDEXES)
    await ignoreErrors(ignored, database.collection(TOPS).createIndexes([{ key }]))
}

async function missingIndexes(database: Db): Promise<readonly Index[]> {
  const found = (await ignoreErrors(['NoCollection'], database.collection(TOPS).listIndexes().toArray())) ?? []
  return INDEXES.filter((key) => !found.some((index) => isDeepStrictEqual(index.key, key)))
}

/** @returns the options of `tops`; undefined if there is no such collection */
async function findTops(database: Db): Promise<CreateCollectionOptions | undefined> {
  const found = await ignoreErrors(['Unauthorized'], database.listCollections({ name: TOPS }).toArray())
  const tops = found?.[0]
  return tops && ('options' in tops ? (tops.options ?? {}) : {})
}

/**
 * Whether the server has validators. Sends a change of a collection that does not exist, which changes nothing. MongoDB answers
 * that there is no such collection. Other servers answer that they do not support validators, or this command.
 */
async function hasValidators(database: Db): Promise<boolean> {
  try {
    await database.command({ collMod: 'datagouv-tops-probe', ...RULES })
    return true
  } catch (error) {
    if (hasCode(error, 'NotSupported')) return false
    // A user with only the role readWrite may not change collections, and does not learn what the server can.
    if (hasCode(error, 'NoCollection', 'Unauthorized')) return true
    throw error
  }
}

/** Reads what `tops` has of this version's schema and indexes. */
export async function schemaState(database: Db): Promise<Omit<Schema, 'install'>> {
  const tops = await findTops(database)
  const hasSchema = isDeepStrictEqual(tops?.validator, RULES.validator)
  const canValidate = tops?.validator !== undefined || (await hasValidators(database))
  if (tops === undefined) return { state: 'later', canValidate, lacks: [] }
  const indexes = (await missingIndexes(database)).map((key) => `the index on ${Object.keys(key).join(' and ')}`)
  const lacks = [...(hasSchema || !canValidate ? [] : ['the schema of this version']), ...indexes]
  return { state: lacks.length === 0 ? 'installed' : 'missing', canValidate, lacks }
}

/**
 * Gives `tops` the schema and the indexes, whether or not it exists.
 *
 * @returns false when the server cannot check documents
 */
export async function changeSchema(database: Db): Promise<boolean> {
  await createTops(database)
  await ignoreErrors(['NotSupported'], database.command({ collMod: TOPS, ...RULES }))
  await createIndexes(database, ['NotSupported', 'CannotCreateIndex'])
  return isValidated(database)
}

/** Waits for a command. Returns undefined if it fails with one of these errors. */
async function ignoreErrors<T>(codes: readonly Code[], work: Promise<T>): Promise<T | undefined> {
  return work.catch((error) => {
    if (!hasCode(error, ...codes)) throw error
    return undefined
  })
}
