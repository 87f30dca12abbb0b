import { isDeepStrictEqual } from 'node:util'
import type { Watch } from '../config/watch.ts'
import { type ColumnNames, type FoundNames, findNames, preferFound } from '../csv/columns.ts'
import type { ArchiveFacts, Snapshot } from '../editions/edition.ts'
import { PROJECTED_COLUMNS } from './project.ts'

const DATA_GOUV = 'https://www.data.gouv.fr'
const LICENCE_OUVERTE = 'https://www.etalab.gouv.fr/licence-ouverte-open-licence/'

/** Facts that CSVW has no word for. Its properties are prefixed names or absolute addresses. */
const FACT = 'urn:datagouv-tops:'

/** What identifies an archived CSV: its bytes, the snapshot it was made from, and the rules it was made by. */
interface Identity {
  readonly sha256: string
  readonly bytes: number
  readonly records: number
  readonly terms: readonly string[]
  readonly columns: readonly string[]
  readonly match: string
  /** The setting `columns`: what the export calls the needed columns. */
  readonly column_names: ColumnNames
  readonly datasets_sha256: string
  readonly organizations_sha256: string
}

type Csv = Omit<ArchiveFacts, 'key'>

function identityOf({ terms, columns, match }: Watch, csv: Csv, snapshot: Snapshot, names: ColumnNames): Identity {
  return {
    sha256: csv.sha256,
    bytes: csv.bytes,
    records: csv.records,
    terms,
    columns,
    match,
    column_names: names,
    datasets_sha256: snapshot.datasets.sha256,
    organizations_sha256: snapshot.organizations.sha256,
  }
}

/**
 * Describes an archived CSV as CSVW metadata (https://www.w3.org/TR/tabular-metadata/): dialect, columns, source and license, so
 * that any CSVW tool reads it, and the facts that identify it, so that `publish` never takes a CSV that was made otherwise.
 *
 * @param header the columns of the CSV
 * @param names the setting `columns` of the datasets export
 * @returns a JSON text that depends on the watch, the CSV and the snapshot alone
 */
export function describeCsv(
  watch: Watch,
  date: string,
  csv: Csv,
  header: readonly string[],
  snapshot: Snapshot,
  names: ColumnNames,
): string {
  const needed = [...watch.columns, ...PROJECTED_COLUMNS]
  const found = findNames(header, needed, preferFound(snapshot.datasets.columns, names))
  const facts = { watch: watch.name, date, top: watch.top, ...identityOf(watch, csv, snapshot, names) }
  const description = {
    '@context': 'http://www.w3.org/ns/csvw',
    url: `${watch.name}.csv`,
    'dc:title': `${watch.name}, ${date}`,
    'dc:source': { '@id': snapshot.datasets.url },
    ...(snapshot.portal === DATA_GOUV && { 'dc:license': { '@id': LICENCE_OUVERTE } }),
    ...Object.fromEntries(Object.entries(facts).map(([fact, value]) => [FACT + fact, value])),
    dialect: { encoding: 'utf-8', delimiter: ';', quoteChar: '"', doubleQuote: true, header: true, trim: false },
    tableSchema: { columns: columnsOf(header, found) },
  }
  return `${JSON.stringify(description, null, 2)}\n`
}

/**
 * CSVW wants names that are unique and fit into a URI template; titles hold the columns as they are. A needed column that has
 * another name in this export keeps its own as its CSVW name, so that the CSV stays readable without its snapshot.
 */
function columnsOf(header: readonly string[], found: FoundNames) {
  const renamed = new Map(
    Object.entries(found).flatMap(([column, title]) => (column === title ? [] : [[title, column]])),
  )
  const seen = new Map<string, number>([...renamed.values()].map((column) => [column, 1]))
  return header.map((title, index) => {
    const titles = title === '' ? `column ${index + 1}` : title
    const column = header.indexOf(title) === index ? renamed.get(title) : undefined
    if (column !== undefined) return { name: csvwName(column, index), titles }
    const times = (seen.get(title) ?? 0) + 1
    seen.set(title, times)
    const name = csvwName(title, index)
    return { name: times === 1 ? name : `${name}.${times}`, titles }
  })
}

function csvwName(title: string, index: number): string {
  const name = encodeURIComponent(title).replace(/[-!~*'()]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  const isPlain = /^(?:[A-Za-z0-9%][A-Za-z0-9_%]*)(?:\.[A-Za-z0-9_%]+)*$/.test(name)
  return isPlain ? name : `column.${index + 1}`
}

/** Returns the names that a description gives to the columns whose titles differ: needed column → its name in the CSV. */
export function describedNames(description: string): FoundNames {
  const { tableSchema } = (factsIn(description) ?? {}) as { tableSchema?: { columns?: unknown } }
  const columns = Array.isArray(tableSchema?.columns) ? tableSchema.columns : []
  const named = columns.flatMap((column: { name?: unknown; titles?: unknown } | null) => {
    const { name, titles } = column ?? {}
    if (typeof name !== 'string' || typeof titles !== 'string') return []
    try {
      return [[decodeURIComponent(name), titles] as const]
    } catch {
      return []
    }
  })
  return Object.fromEntries(named.filter(([name, title]) => name !== title))
}

/**
 * Compares a stored description with the CSV, the snapshot and the watch that it should describe. Another `top` is no
 * difference: the CSV does not depend on it.
 *
 * @returns how they differ, to be read after "it"; undefined when they do not
 */
export function descriptionMismatch(
  description: string,
  watch: Watch,
  csv: Csv,
  snapshot: Snapshot,
  names: ColumnNames,
): string | undefined {
  const found = factsIn(description)
  if (found === undefined) return 'has a description that is not JSON'
  const expected = identityOf(watch, csv, snapshot, names)
  const differs = (...facts: readonly (keyof Identity)[]) =>
    facts.some((fact) => !isDeepStrictEqual(found[FACT + fact], expected[fact]))
  if (differs('datasets_sha256', 'organizations_sha256')) return 'was made from another snapshot'
  if (differs('terms', 'columns', 'match')) return 'was made with other terms, columns or match'
  if (differs('column_names')) return 'was made with another setting columns'
  if (differs('sha256', 'bytes', 'records')) return 'does not have the bytes that its description says'
  return undefined
}

/** Returns the `top` that a description names, if it can be read. */
export function descriptionTop(description: string): number | undefined {
  const top = factsIn(description)?.[`${FACT}top`]
  return typeof top === 'number' ? top : undefined
}

function factsIn(description: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(description)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
