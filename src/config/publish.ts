import {
  converted,
  fromJson,
  InvalidValue,
  listOf,
  mapping,
  nonEmptyText,
  oneOf,
  type Parser,
  textLike,
  textMatching,
  withSchema,
} from './parsers.ts'
import { baseUrl, optional, size } from './settingParsers.ts'

/** The files of an edition that can be published, in the order in which a dataset shows them. */
export const FILE_KINDS = ['list', 'tops', 'tops-json', 'changes'] as const
export type FileKind = (typeof FILE_KINDS)[number]

/** An entry of the setting `publish`: a dataset of a uData portal, and what to put there. */
export interface PublishTarget {
  /** Without a final slash. https, or http on this machine. */
  readonly portal: string
  /** Its id or slug. */
  readonly dataset: string
  /** The names of the watches; empty for all. */
  readonly watches: readonly string[]
  readonly files: readonly FileKind[]
  /** Whether to keep the files of each week as well, besides those that each edition replaces. */
  readonly weekly: boolean
  /** The language of titles and descriptions; by default the setting `language`. */
  readonly language: 'fr' | 'en' | undefined
  /** The id of the dataset's license on the portal, `none` to leave it alone; by default `lov2`, if the portal knows it. */
  readonly license: string | undefined
  /** File → the URL of its schema, or its name in the portal's list of schemas. */
  readonly schemas: Readonly<Partial<Record<FileKind, string>>>
  /** The maximum size of an uploaded file, in bytes. */
  readonly max_size: number
}

/** The variable that holds the API keys. */
export const API_KEY_VARIABLE = 'DATAGOUV_TOPS_PUBLISH_API_KEY'

/** Whether an address is on this machine, so that a key never crosses a network. */
const isLoopback = (url: string | URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname)

const portal = withSchema<string>(
  { type: 'string', pattern: '^(https://|http://(localhost|127\\.|\\[::1\\]))' },
  (written) => {
    const url = baseUrl(written)
    if (url.startsWith('https:') || isLoopback(url)) return url
    throw new InvalidValue('must be an https address: anyone on the network could read the API key', { value: written })
  },
)

const flag: Parser<boolean> = withSchema({ type: 'boolean' }, (written) => {
  if (typeof written === 'boolean') return written
  throw new InvalidValue('must be true or false', { value: written })
})

const schemaOf = { parse: optional(nonEmptyText), default: null as unknown as undefined }

const target = mapping<PublishTarget>({
  portal: { parse: portal },
  dataset: { parse: textLike(/^[\w-]+$/, 'be an id or a slug') },
  watches: { parse: withSchema(listOf(nonEmptyText).schema!, listOrEmpty), default: [] },
  files: { parse: listOf(oneOf(...FILE_KINDS)), default: FILE_KINDS },
  weekly: { parse: flag, default: false },
  language: { parse: optional(oneOf('fr', 'en')), default: null as unknown as undefined },
  license: { parse: optional(textLike(/^[\w.-]+$/, 'be the id of a license')), default: null as unknown as undefined },
  schemas: {
    parse: mapping<Record<FileKind, string | undefined>>({
      list: schemaOf,
      tops: schemaOf,
      'tops-json': schemaOf,
      changes: schemaOf,
    }) as Parser<PublishTarget['schemas']>,
    default: {},
  },
  max_size: { parse: size, default: '400MB' as unknown as number },
})

function listOrEmpty(written: unknown): readonly string[] {
  return Array.isArray(written) && written.length === 0 ? [] : listOf(nonEmptyText)(written)
}

/** Parses the list of targets; in the environment it is JSON. */
export const parsePublishTargets = withSchema<readonly PublishTarget[]>(
  { type: 'array', items: target.schema },
  (written) => {
    const entries = typeof written === 'string' ? fromJson(written) : written
    if (Array.isArray(entries) && entries.length === 0) return []
    const list = listOf(target)(entries)
    const places = list.map((one) => `${one.portal}/datasets/${one.dataset}`)
    const repeated = places.find((place, index) => places.indexOf(place) < index)
    if (repeated === undefined) return list
    throw new InvalidValue(`must not name a dataset twice (${repeated}); list its watches in one entry`)
  },
)

/** Host → its API key. The key of the host `*` is for every portal. */
export type ApiKeys = Readonly<Record<string, string>>

const isHeaderValue = (key: unknown): key is string => typeof key === 'string' && /^[\x21-\x7e]+$/.test(key)

/** Parses one key, or a JSON mapping of hosts to keys. Its errors do not quote a value. */
export const parseApiKeys: Parser<ApiKeys> = converted(
  textMatching(() => true, ''),
  (text) => {
    const keys = text.trim().startsWith('{') ? keysFromJson(text) : { '*': text.trim() }
    if (Object.values(keys).every(isHeaderValue)) return keys as ApiKeys
    throw new InvalidValue('must be an API key without spaces, or JSON that maps hosts to keys')
  },
)

function keysFromJson(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidValue('must be an API key, or JSON that maps hosts to keys')
  }
}
