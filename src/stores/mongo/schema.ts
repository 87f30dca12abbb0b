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

/** What a preparation did to a collection. */
export interface Prepared {
  readonly isCreated: boolean
  /** Whether the server checks its documents, if it has a schema. */
  readonly isValidated: boolean
}

/**
 * Creates `tops` with schema and indexes. An existing collection keeps its rules, and a user with only `readWrite` does
 * without them. A server without validators gets it without the schema.
 */
export async function prepareTops(database: Db): Promise<Prepared> {
  const exists = (await findTops(database)) !== undefined
  const isCreated = !exists && (await createTops(database))
  await createIndexes(database)
  return { isCreated, isValidated: !isCreated || (await findTops(database))?.validator !== undefined }
}

/** Creates a collection without a schema, if it does not exist. */
export async function createCollection(database: Db, name: Collection): Promise<Prepared> {
  return { isCreated: await create(database, name), isValidated: true }
}

async function createTops(database: Db): Promise<boolean> {
  return create(database, TOPS, RULES).catch((error) => {
    if (hasCode(error, 'NotSupported')) return create(database, TOPS)
    throw error
  })
}

/** @returns false when another process created it first, or this user or server leaves that to the first insert */
async function create(database: Db, name: Collection, rules?: CreateCollectionOptions): Promise<boolean> {
  const created = await unless(['NamespaceExists', 'Unauthorized'], database.createCollection(name, rules))
  return created !== undefined
}

/** They make queries fast, so a server or a user that cannot create one does without it. */
const WITHOUT_INDEX: readonly Code[] = ['Unauthorized', 'NotSupported', 'CannotCreateIndex']

/** Creates the indexes that are missing, one per call: FerretDB 1 breaks off the connection when several of a call exist. */
async function createIndexes(database: Db, ignored = WITHOUT_INDEX): Promise<void> {
  for (const key of (await unless(ignored, missingIndexes(database))) ?? INDEXES)
    await unless(ignored, database.collection(TOPS).createIndexes([{ key }]))
}

async function missingIndexes(database: Db): Promise<readonly Index[]> {
  const found = (await unless(['NoCollection'], database.collection(TOPS).listIndexes().toArray())) ?? []
  return INDEXES.filter((key) => !found.some((index) => isDeepStrictEqual(index.key, key)))
}

/** @returns the options of `tops`; undefined if there is no such collection */
async function findTops(database: Db): Promise<CreateCollectionOptions | undefined> {
  const found = await unless(['Unauthorized'], database.listCollections({ name: TOPS }).toArray())
  const tops = found?.[0]
  return tops && ('options' in tops ? (tops.options ?? {}) : {})
}

/**
 * Whether the server has validators. It is asked to change a collection that does not exist, which changes nothing: MongoDB
 * answers that there is no such collection, other servers that they do not know validators, or how to change a collection.
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
  const isValidated = isDeepStrictEqual(tops?.validator, RULES.validator)
  const canValidate = tops?.validator !== undefined || (await hasValidators(database))
  if (tops === undefined) return { state: 'later', canValidate, lacks: [] }
  const indexes = (await missingIndexes(database)).map((key) => `the index on ${Object.keys(key).join(' and ')}`)
  const lacks = [...(isValidated || !canValidate ? [] : ['the schema of this version']), ...indexes]
  return { state: lacks.length === 0 ? 'installed' : 'missing', canValidate, lacks }
}

/**
 * Gives `tops` the schema and the indexes, whether or not it exists.
 *
 * @returns false when the server cannot check documents
 */
export async function changeSchema(database: Db): Promise<boolean> {
  await createTops(database)
  await unless(['NotSupported'], database.command({ collMod: TOPS, ...RULES }))
  await createIndexes(database, ['NotSupported', 'CannotCreateIndex'])
  return (await findTops(database))?.validator !== undefined
}

/** Waits for a command; undefined when it ends with one of these errors. */
async function unless<T>(codes: readonly Code[], work: Promise<T>): Promise<T | undefined> {
  return work.catch((error) => {
    if (!hasCode(error, ...codes)) throw error
    return undefined
  })
}
