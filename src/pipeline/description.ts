import { isDeepStrictEqual } from 'node:util'
import type { Watch } from '../config/watch.ts'
import { type ColumnNames, type FoundNames, findNames, preferFound } from '../csv/columns.ts'
import type { ArchiveFacts, Snapshot } from '../editions/edition.ts'
import { PROJECTED_COLUMNS } from './project.ts'

const DATA_GOUV = 'https://www.data.gouv.fr'
const LICENCE_OUVERTE = 'https://www.etalab.gouv.fr/licence-ouverte-open-licence/'

/**
 * Prefix for our own properties, which CSVW does not define. CSVW requires such a property to be a prefixed name or an
 * absolute URL.
 */
const FACT_PREFIX = 'urn:datagouv-tops:'

type CsvFacts = Omit<ArchiveFacts, 'key'>

/** Returns the facts that identify an archived CSV: its content, its snapshot and the watch settings that produced it. */
function identityOf({ terms, columns, match }: Watch, csv: CsvFacts, snapshot: Snapshot, names: FoundNames) {
  return {
    sha256: csv.sha256,
    bytes: csv.bytes,
    records: csv.records,
    terms,
    columns,
    match,
    /** Needed column → its name in the export. */
    column_names: names,
    datasets_sha256: snapshot.datasets.sha256,
    organizations_sha256: snapshot.organizations.sha256,
  }
}

/**
 * Describes an archived CSV as CSVW metadata (https://www.w3.org/TR/tabular-metadata/), which any CSVW tool can read: dialect,
 * columns, source and license. Also stores the identity of the CSV, because `publish` rejects a CSV with another identity.
 *
 * @param header the columns of the CSV
 * @param names the setting `columns` of the datasets export
 * @returns the metadata as JSON text; the same arguments always give the same text
 */
export function describeCsv(
  watch: Watch,
  date: string,
  csv: CsvFacts,
  header: readonly string[],
  snapshot: Snapshot,
  names: ColumnNames,
): string {
  const found = neededNames(header, watch, snapshot, names)
  const facts = { watch: watch.name, date, top: watch.top, ...identityOf(watch, csv, snapshot, found) }
  const description = {
    '@context': 'http://www.w3.org/ns/csvw',
    url: `${watch.name}.csv`,
    'dc:title': `${watch.name}, ${date}`,
    'dc:source': { '@id': snapshot.datasets.url },
    ...(snapshot.portal === DATA_GOUV && { 'dc:license': { '@id': LICENCE_OUVERTE } }),
    ...Object.fromEntries(Object.entries(facts).map(([fact, value]) => [FACT_PREFIX + fact, value])),
    dialect: { encoding: 'utf-8', delimiter: ';', quoteChar: '"', doubleQuote: true, header: true, trim: false },
    tableSchema: { columns: columnsOf(header, found) },
  }
  return `${JSON.stringify(description, null, 2)}\n`
}

function neededNames(header: readonly string[], { columns }: Watch, { datasets }: Snapshot, names: ColumnNames) {
  return findNames(header, [...columns, ...PROJECTED_COLUMNS], preferFound(datasets.columns, names))
}

/**
 * Builds the CSVW columns. Their `titles` are the header's columns. Their names must be unique and fit into a URI template. A
 * needed column that the export has renamed keeps its usual name here, so the CSV stays readable without its snapshot.
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

/** Returns the renamed columns of a description: needed column → its name in the CSV. */
export function describedNames(description: string): FoundNames {
  const named = describedColumns(parseDescription(description) ?? {}).flatMap((column) => {
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
 * Compares a stored description with its CSV, snapshot and watch. Ignores `top`, because the CSV does not depend on it.
 *
 * @returns the difference, worded to follow "it", or undefined if they match
 */
export function descriptionMismatch(
  description: string,
  watch: Watch,
  csv: CsvFacts,
  snapshot: Snapshot,
  names: ColumnNames,
): string | undefined {
  const found = parseDescription(description)
  if (found === undefined) return 'has a description that is not JSON'
  const header = describedColumns(found).map((column) => String(column?.titles))
  const columnNames = neededNames(header, watch, snapshot, names)
  const expected = identityOf(watch, csv, snapshot, columnNames)
  const differs = (...facts: readonly (keyof typeof expected)[]) =>
    facts.some((fact) => !isDeepStrictEqual(found[FACT_PREFIX + fact], expected[fact]))
  if (differs('datasets_sha256', 'organizations_sha256')) return 'was made from another snapshot'
  if (differs('terms', 'columns', 'match')) return 'was made with different terms, columns or match mode'
  if (differs('column_names')) return 'was made with other column names (setting columns)'
  if (differs('sha256', 'bytes', 'records'))
    return 'does not match the size, checksum or record count in its description'
  return undefined
}

type DescribedColumn = { readonly name?: unknown; readonly titles?: unknown } | null

/** Returns the CSV columns in a parsed description. */
function describedColumns({ tableSchema }: Readonly<Record<string, unknown>>): readonly DescribedColumn[] {
  const { columns } = (tableSchema ?? {}) as { columns?: unknown }
  return Array.isArray(columns) ? columns : []
}

/** Returns the `top` in a description, or undefined if it cannot be read. */
export function descriptionTop(description: string): number | undefined {
  const top = parseDescription(description)?.[`${FACT_PREFIX}top`]
  return typeof top === 'number' ? top : undefined
}

/** Returns the rules of the watch in a description, as far as they can be read. */
export function describedRules(description: string): Partial<Pick<Watch, 'columns' | 'match'>> {
  const { [`${FACT_PREFIX}columns`]: columns, [`${FACT_PREFIX}match`]: match } = parseDescription(description) ?? {}
  const isColumns = Array.isArray(columns) && columns.every((column) => typeof column === 'string')
  return { ...(isColumns && { columns }), ...((match === 'word' || match === 'substring') && { match }) }
}

function parseDescription(description: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(description)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
