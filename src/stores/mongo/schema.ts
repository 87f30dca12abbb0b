import { isDeepStrictEqual } from 'node:util'
import type { CreateCollectionOptions, Db, IndexDescription } from 'mongodb'
import type { Collection } from '../documents.ts'
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
const INDEXES: IndexDescription[] = [
  { key: { watch: 1, date: -1 } },
  { key: { 'organizations.id': 1, date: -1 } },
  { key: { 'datasets.dataset_id': 1, date: -1 } },
]

/**
 * Creates `tops` with schema and indexes. An existing collection keeps its rules, and a user with only `readWrite` does
 * without them.
 */
export async function prepareSchema(database: Db): Promise<void> {
  await ignoring(['NamespaceExists', 'Unauthorized', 'NotSupported'], database.createCollection(TOPS, RULES))
  await ignoring(['Unauthorized', 'NotSupported'], database.collection(TOPS).createIndexes(INDEXES))
}

/** Whether `tops` has this version's schema and indexes. */
export async function schemaState(database: Db): Promise<'installed' | 'missing' | 'later'> {
  const [tops] = await database.listCollections({ name: TOPS }).toArray()
  if (tops === undefined) return 'later'
  const indexes = await database.collection(TOPS).listIndexes().toArray()
  const isIndexed = INDEXES.every(({ key }) => indexes.some((index) => isDeepStrictEqual(index.key, key)))
  const validator = 'options' in tops ? tops.options?.validator : undefined
  return isIndexed && isDeepStrictEqual(validator, RULES.validator) ? 'installed' : 'missing'
}

/**
 * Gives `tops` the schema and the indexes, whether or not it exists.
 *
 * @returns false when the server cannot check documents
 */
export async function changeSchema(database: Db): Promise<boolean> {
  await ignoring(['NamespaceExists', 'NotSupported'], database.createCollection(TOPS, RULES))
  await ignoring(['NotSupported'], database.command({ collMod: TOPS, ...RULES }))
  await ignoring(['NotSupported'], database.collection(TOPS).createIndexes(INDEXES))
  const [tops] = await database.listCollections({ name: TOPS }).toArray()
  return tops !== undefined && 'options' in tops && tops.options?.validator !== undefined
}

/** Waits for a command and ignores these errors. */
async function ignoring(codes: readonly Code[], work: Promise<unknown>): Promise<void> {
  await work.catch((error) => {
    if (!hasCode(error, ...codes)) throw error
  })
}
