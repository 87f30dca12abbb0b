import { basename } from 'node:path/posix'
import { FILE_KINDS, type FileKind } from '../config/publish.ts'
import type { Edition } from '../editions/edition.ts'
import type { Dataset, Resource } from './api.ts'
import type { EditionFile } from './files.ts'
import { describeFile } from './words.ts'

/**
 * The extras by which the program recognizes its own resources. They store the watch and the file, the dates that the file covers,
 * and the schema as the settings have it: if uData knows the schema of a URL, it stores only the name of the schema.
 */
export const EXTRAS = {
  file: 'datagouv-tops:file',
  date: 'datagouv-tops:date',
  from: 'datagouv-tops:from',
  schema: 'datagouv-tops:schema',
} as const

/** A resource as it should be. */
export interface WantedResource {
  /** `WATCH/FILE`, or `WATCH/FILE/DATE` for the file of one week. */
  readonly id: string
  readonly file: EditionFile
  readonly fileName: string
  readonly title: string
  readonly description: string
  readonly type: 'main' | 'update'
  /** A URL or a name; undefined to leave it alone. */
  readonly schema: string | undefined
  readonly extras: Readonly<Record<string, string | null>>
}

/** What the titles, the descriptions and the schemas of resources depend on. */
export interface Wording {
  readonly language: 'fr' | 'en'
  /** The portal whose catalogue was searched. */
  readonly portal: string
  readonly schemas: Readonly<Partial<Record<FileKind, string>>>
}

/** Describes the resource of a file: the one that each edition replaces, or with `weekly` the one of a single week. */
export function wantedResource(
  edition: Edition,
  file: EditionFile,
  weekly: boolean,
  { schemas, ...wording }: Wording,
): WantedResource {
  const { watch, date } = edition
  const { kind, from } = file
  const schema = schemas[kind]
  const id = [watch, kind, ...(weekly ? [date] : [])].join('/')
  return {
    id,
    file,
    fileName: fileNameOf(watch, kind, weekly ? date : undefined),
    ...describeFile(kind, edition, from, weekly, wording),
    type: kind === 'changes' ? 'update' : 'main',
    schema,
    extras: {
      [EXTRAS.file]: id,
      [EXTRAS.date]: date,
      ...(from !== undefined && { [EXTRAS.from]: from }),
      ...(schema !== undefined && { [EXTRAS.schema]: schema }),
    },
  }
}

/** Returns the name of an uploaded file. It has only characters that uData keeps. */
function fileNameOf(watch: string, kind: FileKind, date: string | undefined): string {
  const [name, format] = kind === 'tops-json' ? ['tops', 'json'] : [kind, 'csv']
  return `${['datagouv-tops', watch, name, ...(date === undefined ? [] : [date])].join('-')}.${format}`
}

/** Finds the resource that an earlier run created. */
export function findResource({ resources }: Dataset, { id }: WantedResource): Resource | undefined {
  return resources.find(({ extras }) => extras[EXTRAS.file] === id)
}

/**
 * Finds resources that a run uploaded, but could not mark before it died. They have no description, and their title is the name of
 * the file, as uData sets it for new resources. Only this program uploads files with such a name.
 */
export function findUnmarked({ resources }: Dataset, { fileName }: WantedResource): readonly Resource[] {
  return resources.filter((resource) => unmarkedFile(resource) === fileName)
}

/** Finds all unmarked resources of these watches, of any week. */
export function findStrays({ resources }: Dataset, watches: readonly string[]): readonly Resource[] {
  return resources.filter((resource) => {
    const [, watch] = FILE_NAME.exec(unmarkedFile(resource) ?? '') ?? []
    return watch !== undefined && watches.includes(watch)
  })
}

/** Matches the results of `fileNameOf`. */
const FILE_NAME = /^datagouv-tops-([a-z0-9-]+)-(?:list|tops|changes)(?:-\d{4}-\d{2}-\d{2})?\.(?:csv|json)$/

/** Returns the file name of a resource that has no title of its own, no description and no mark; undefined for any other. */
function unmarkedFile({ title, description, filetype, url, extras }: Resource): string | undefined {
  if (filetype !== 'file' || description || extras[EXTRAS.file] !== undefined || !URL.canParse(url)) return undefined
  return basename(new URL(url).pathname) === title ? title : undefined
}

/** Whether the portal already has the file, judging by the checksum that uData stores. */
export function hasFile({ checksum }: Resource, { sha1 }: EditionFile): boolean {
  return checksum?.type === 'sha1' && checksum.value.toLowerCase() === sha1
}

/** Returns the fields of a resource that must change; undefined if none. */
export function changedFields(resource: Resource, wanted: WantedResource): object | undefined {
  const { title, description, type, schema } = wanted
  const isDescribed = resource.title === title && resource.description === description && resource.type === type
  const isSchemaSet = schema === undefined || (resource.schema !== null && resource.extras[EXTRAS.schema] === schema)
  if (isDescribed && isSchemaSet) return undefined
  const schemaField = isSchemaSet ? {} : { schema: { [/^https?:\/\//.test(schema) ? 'url' : 'name']: schema } }
  return { title, description, type, ...schemaField }
}

/** Returns the extras that must be added; undefined if none. */
export function changedExtras({ extras }: Resource, wanted: WantedResource): object | undefined {
  const changed = Object.entries(wanted.extras).filter(([key, value]) => extras[key] !== value)
  return changed.length === 0 ? undefined : Object.fromEntries(changed)
}

/**
 * Returns the ids of all resources in the right order; undefined if they already are. Moves only the program's own resources: first
 * those that each edition replaces, then those of single weeks, latest first.
 */
export function changedOrder({ resources }: Dataset, watches: readonly string[]): readonly string[] | undefined {
  const own = resources.filter(isOwn)
  const sorted = own.map((one) => [one, orderOf(one, watches)] as const).sort(([, a], [, b]) => compare(a, b))
  if (sorted.every(([one], index) => one === own[index])) return undefined
  const next = sorted.map(([{ id }]) => id).values()
  return resources.map((one) => (isOwn(one) ? next.next().value! : one.id))
}

const isOwn = ({ extras }: Resource) => typeof extras[EXTRAS.file] === 'string'

/** @returns numbers to compare, the most important first */
function orderOf({ extras }: Resource, watches: readonly string[]): readonly number[] {
  const [watch = '', kind = '', date] = String(extras[EXTRAS.file]).split('/')
  const day = date === undefined ? Number.NEGATIVE_INFINITY : -Date.parse(date)
  const index = watches.indexOf(watch)
  return [day, index === -1 ? watches.length : index, FILE_KINDS.indexOf(kind as FileKind)]
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, at) => value !== b[at])
  return index === -1 ? 0 : a[index]! < b[index]! ? -1 : 1
}

/** Returns the range of dates that the program's resources cover; undefined if there is none. */
export function coverageOf({ resources }: Dataset): { readonly start: string; readonly end: string } | undefined {
  const dates = resources
    .filter(isOwn)
    .flatMap(({ extras }) => [extras[EXTRAS.date], extras[EXTRAS.from]])
    .filter((date): date is string => typeof date === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(date))
    .sort()
  return dates.length === 0 ? undefined : { start: dates[0]!, end: dates.at(-1)! }
}
