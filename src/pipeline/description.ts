import { isDeepStrictEqual } from 'node:util'
import type { Watch } from '../config/watch.ts'
import type { ColumnNames } from '../csv/columns.ts'
import type { ArchiveFacts, Snapshot } from '../editions/edition.ts'

const DATA_GOUV = 'https://www.data.gouv.fr'
const LICENCE_OUVERTE = 'https://www.etalab.gouv.fr/licence-ouverte-open-licence/'

/**
 * Prefix for our own properties, which CSVW does not define. CSVW requires such a property to be a prefixed name or an
 * absolute URL.
 */
const FACT_PREFIX = 'urn:datagouv-tops:'

/** The facts that identify an archived CSV: its content, its snapshot and the watch settings that produced it. */
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

type CsvFacts = Omit<ArchiveFacts, 'key'>

function identityOf({ terms, columns, match }: Watch, csv: CsvFacts, snapshot: Snapshot, names: ColumnNames): Identity {
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
 * Describes an archived CSV as CSVW metadata (https://www.w3.org/TR/tabular-metadata/), which any CSVW tool can read: dialect,
 * columns, source and license. Also stores the `Identity` of the CSV: `publish` rejects a CSV whose identity differs.
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
  const facts = { watch: watch.name, date, top: watch.top, ...identityOf(watch, csv, snapshot, names) }
  const description = {
    '@context': 'http://www.w3.org/ns/csvw',
    url: `${watch.name}.csv`,
    'dc:title': `${watch.name}, ${date}`,
    'dc:source': { '@id': snapshot.datasets.url },
    ...(snapshot.portal === DATA_GOUV && { 'dc:license': { '@id': LICENCE_OUVERTE } }),
    ...Object.fromEntries(Object.entries(facts).map(([fact, value]) => [FACT_PREFIX + fact, value])),
    dialect: { encoding: 'utf-8', delimiter: ';', quoteChar: '"', doubleQuote: true, header: true, trim: false },
    tableSchema: { columns: columnsOf(header) },
  }
  return `${JSON.stringify(description, null, 2)}\n`
}

/** CSVW requires unique column names that are valid in a URI template. `titles` holds the original names. */
function columnsOf(header: readonly string[]) {
  const seen = new Map<string, number>()
  return header.map((title, index) => {
    const times = (seen.get(title) ?? 0) + 1
    seen.set(title, times)
    const name = encodeURIComponent(title).replace(
      /[-!~*'()]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    )
    const isValidName = /^(?:[A-Za-z0-9%][A-Za-z0-9_%]*)(?:\.[A-Za-z0-9_%]+)*$/.test(name)
    const baseName = isValidName ? name : `column.${index + 1}`
    return {
      name: times === 1 ? baseName : `${baseName}.${times}`,
      titles: title === '' ? `column ${index + 1}` : title,
    }
  })
}

/**
 * Compares a stored description with the CSV, the snapshot and the watch that it should describe. Ignores `top`, because
 * the CSV does not depend on it.
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
  const expected = identityOf(watch, csv, snapshot, names)
  const differs = (...facts: readonly (keyof Identity)[]) =>
    facts.some((fact) => !isDeepStrictEqual(found[FACT_PREFIX + fact], expected[fact]))
  if (differs('datasets_sha256', 'organizations_sha256')) return 'was made from another snapshot'
  if (differs('terms', 'columns', 'match')) return 'was made with different terms, columns or match mode'
  if (differs('column_names')) return 'was made with another setting columns'
  if (differs('sha256', 'bytes', 'records'))
    return 'does not match the size, checksum or record count in its description'
  return undefined
}

/** Returns the `top` that a description names, if it can be read. */
export function descriptionTop(description: string): number | undefined {
  const top = parseDescription(description)?.[`${FACT_PREFIX}top`]
  return typeof top === 'number' ? top : undefined
}

function parseDescription(description: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(description)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
