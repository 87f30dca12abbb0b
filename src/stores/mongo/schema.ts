import { isDeepStrictEqual } from 'node:util'
import type { CreateCollectionOptions, Db, IndexDescription } from 'mongodb'
import type { Edition } from '../../editions/edition.ts'
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

/** An edition, as the server checks it. Fields that are not named here may come in later versions. */
const EDITION = shape({
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
} satisfies Record<keyof Edition, object>)

const RULES = {
  validator: { $jsonSchema: EDITION },
  validationLevel: 'strict',
  validationAction: 'error',
} satisfies CreateCollectionOptions

/** The latest editions of a watch, and those in which an organisation or a dataset occurs. */
const INDEXES: IndexDescription[] = [
  { key: { watch: 1, date: -1 } },
  { key: { 'organizations.id': 1, date: -1 } },
  { key: { 'datasets.dataset_id': 1, date: -1 } },
]

/**
 * Before the first publication: makes `tops` with schema and indexes. A collection that is there keeps its rules, and a
 * user who may only read and write does without.
 */
export async function prepareSchema(database: Db): Promise<void> {
  await unless(['NamespaceExists', 'Unauthorized', 'NotSupported'], database.createCollection(TOPS, RULES))
  await unless(['Unauthorized', 'NotSupported'], database.collection(TOPS).createIndexes(INDEXES))
}

/** Whether `tops` has schema and indexes as they are here. */
export async function schemaState(database: Db): Promise<'installed' | 'missing' | 'later'> {
  const [tops] = await database.listCollections({ name: TOPS }).toArray()
  if (tops === undefined) return 'later'
  const indexes = await database.collection(TOPS).listIndexes().toArray()
  const isIndexed = INDEXES.every(({ key }) => indexes.some((index) => isDeepStrictEqual(index.key, key)))
  const validator = 'options' in tops ? tops.options?.validator : undefined
  return isIndexed && isDeepStrictEqual(validator, RULES.validator) ? 'installed' : 'missing'
}

/**
 * Gives `tops` the schema and the indexes, also when it was there before.
 *
 * @returns false when it is a server that cannot check documents
 */
export async function changeSchema(database: Db): Promise<boolean> {
  await unless(['NamespaceExists', 'NotSupported'], database.createCollection(TOPS, RULES))
  await unless(['NotSupported'], database.command({ collMod: TOPS, ...RULES }))
  await unless(['NotSupported'], database.collection(TOPS).createIndexes(INDEXES))
  const [tops] = await database.listCollections({ name: TOPS }).toArray()
  return tops !== undefined && 'options' in tops && tops.options?.validator !== undefined
}

async function unless(codes: readonly Code[], work: Promise<unknown>): Promise<void> {
  await work.catch((error) => {
    if (!hasCode(error, ...codes)) throw error
  })
}
