import { basename } from 'node:path/posix'
import { FILE_KINDS, type FileKind } from '../config/publish.ts'
import type { Edition } from '../editions/edition.ts'
import type { Dataset, Resource } from './api.ts'
import type { EditionFile } from './files.ts'
import { describeFile } from './words.ts'

/**
 * The extras by which the program knows its resources: which file of which watch it is, the dates that it covers, and the
 * schema that was asked for (uData replaces the URL of a schema that it knows by its name).
 */
export const EXTRAS = {
  file: 'datagouv-tops:file',
  date: 'datagouv-tops:date',
  from: 'datagouv-tops:from',
  schema: 'datagouv-tops:schema',
} as const

/** A resource as it should be. */
export interface WantedResource {
  /** `WATCH/FILE`, or `WATCH/FILE/DATE` for one that stays. */
  readonly id: string
  readonly file: EditionFile
  /** The name of the uploaded file. */
  readonly fileName: string
  readonly title: string
  readonly description: string
  /** uData's type of the resource. */
  readonly type: 'main' | 'update'
  /** A URL or a name; undefined to leave it alone. */
  readonly schema: string | undefined
  readonly extras: Readonly<Record<string, string | null>>
}

/** How the resources of an edition are written. */
export interface Wording {
  readonly language: 'fr' | 'en'
  /** The portal whose catalogue was searched. */
  readonly portal: string
  readonly schemas: Readonly<Partial<Record<FileKind, string>>>
}

/** Describes the resource of a file: the one that is replaced week by week, or one that stays. */
export function wantedResource(
  edition: Edition,
  file: EditionFile,
  weekly: boolean,
  { schemas, ...wording }: Wording,
): WantedResource {
  const { watch, date } = edition
  const { kind, from } = file
  const schema = schemas[kind]
  return {
    id: [watch, kind, ...(weekly ? [date] : [])].join('/'),
    file,
    fileName: fileNameOf(watch, kind, weekly ? date : undefined),
    ...describeFile(kind, edition, from, weekly, wording),
    type: kind === 'changes' ? 'update' : 'main',
    schema,
    extras: {
      [EXTRAS.file]: [watch, kind, ...(weekly ? [date] : [])].join('/'),
      [EXTRAS.date]: date,
      ...(from !== undefined && { [EXTRAS.from]: from }),
      ...(schema !== undefined && { [EXTRAS.schema]: schema }),
    },
  }
}

/** uData keeps the characters of such a name. */
function fileNameOf(watch: string, kind: FileKind, date: string | undefined): string {
  const [name, format] = kind === 'tops-json' ? ['tops', 'json'] : [kind, 'csv']
  return `${['datagouv-tops', watch, name, ...(date === undefined ? [] : [date])].join('-')}.${format}`
}

/** Finds the resource that the program has made before. */
export function findResource({ resources }: Dataset, { id }: WantedResource): Resource | undefined {
  return resources.find(({ extras }) => extras[EXTRAS.file] === id)
}

/**
 * Finds resources that were uploaded by a run which died before it could mark them. uData gives a new resource the name of its file
 * as title; it has no description yet; and only the program uploads files of that name.
 */
export function findUnmarked({ resources }: Dataset, { fileName }: WantedResource): readonly Resource[] {
  return resources.filter((resource) => unmarkedFile(resource) === fileName)
}

/** Finds all such resources of these watches, of whatever week. */
export function findStrays({ resources }: Dataset, watches: readonly string[]): readonly Resource[] {
  return resources.filter((resource) => {
    const [, watch] = FILE_NAME.exec(unmarkedFile(resource) ?? '') ?? []
    return watch !== undefined && watches.includes(watch)
  })
}

/** What `fileNameOf` makes. */
const FILE_NAME = /^datagouv-tops-([a-z0-9-]+)-(?:list|tops|changes)(?:-\d{4}-\d{2}-\d{2})?\.(?:csv|json)$/

/** Returns the name of the file of a resource that has no title of its own, no description and no mark. */
function unmarkedFile({ title, description, filetype, url, extras }: Resource): string | undefined {
  if (filetype !== 'file' || description || extras[EXTRAS.file] !== undefined || !URL.canParse(url)) return undefined
  return basename(new URL(url).pathname) === title ? title : undefined
}

/** Whether the portal has the file already, by the checksum that uData keeps. */
export function hasFile({ checksum }: Resource, { sha1 }: EditionFile): boolean {
  return checksum?.type === 'sha1' && checksum.value.toLowerCase() === sha1
}

/** Returns the fields of a resource that must change; undefined if none. */
export function changedFields(resource: Resource, wanted: WantedResource): object | undefined {
  const { title, description, type, schema } = wanted
  const isDescribed = resource.title === title && resource.description === description && resource.type === type
  const isSchemaSet = schema === undefined || (resource.schema !== null && resource.extras[EXTRAS.schema] === schema)
  if (isDescribed && isSchemaSet) return undefined
  return { title, description, type, ...(!isSchemaSet && { schema: schemaField(schema) }) }
}

function schemaField(schema: string): object {
  return /^https?:\/\//.test(schema) ? { url: schema } : { name: schema }
}

/** Returns the extras that must be added; undefined if none. */
export function changedExtras({ extras }: Resource, wanted: WantedResource): object | undefined {
  const changed = Object.entries(wanted.extras).filter(([key, value]) => extras[key] !== value)
  return changed.length === 0 ? undefined : Object.fromEntries(changed)
}

/**
 * Returns the ids of all resources in the order in which they should stand; undefined if they do. Only the program's own change
 * places among themselves: first those that are replaced week by week, then the others, latest week first.
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
  const place = watches.indexOf(watch)
  return [day, place === -1 ? watches.length : place, FILE_KINDS.indexOf(kind as FileKind)]
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, at) => value !== b[at])
  return index === -1 ? 0 : a[index]! < b[index]! ? -1 : 1
}

/** Returns the span of dates that the program's resources cover; undefined if there is none. */
export function coverageOf({ resources }: Dataset): { readonly start: string; readonly end: string } | undefined {
  const dates = resources
    .filter(isOwn)
    .flatMap(({ extras }) => [extras[EXTRAS.date], extras[EXTRAS.from]])
    .filter((date): date is string => typeof date === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(date))
    .sort()
  return dates.length === 0 ? undefined : { start: dates[0]!, end: dates.at(-1)! }
}
