import { Failure, quoted } from '../errors.ts'
import { joinFirst } from '../text/format.ts'

/** Needed column → the names that an export may use for it, in order of preference. Its own name is tried last. */
export type ColumnNames = Readonly<Record<string, readonly string[]>>

/** Needed column → the name that one export uses for it. */
export type FoundNames = Readonly<Record<string, string>>

/**
 * Finds columns by name, because the portal's exports gain, move and rename columns over the years.
 *
 * @returns the index in `header` of each of `needed`
 * @throws Failure `contract` if a needed column is missing or occurs twice (others may: `metric.dataservices` does)
 */
export function findColumns(
  header: readonly string[],
  needed: readonly string[],
  exportName: string,
  names: ColumnNames = {},
): number[] {
  refuseOtherDelimiter(header, exportName)
  const found = findNames(header, needed, names)
  const missing = needed.filter((column) => !Object.hasOwn(found, column))
  if (missing.length > 0) {
    const listed = missing.map((column) =>
      candidates(column, names)
        .map((name) => quoted(name))
        .join(' or '),
    )
    throw new MissingColumns(exportName, listed.join(', '), header)
  }
  return needed.map((column) => {
    const index = header.indexOf(found[column]!)
    const second = header.indexOf(found[column]!, index + 1)
    if (second < 0) return index
    const what = `has the column ${quoted(found[column]!)} twice, as fields ${index + 1} and ${second + 1} of the header (line 1)`
    const advice =
      'If another column has the values, name it with the setting columns; otherwise report it to the portal.'
    throw new Failure('contract', `${exportName} ${what}, which makes it ambiguous; nothing was published. ${advice}`)
  })
}

/** Returns the name that a header uses for each needed column. Omits missing columns. */
export function findNames(header: readonly string[], needed: readonly string[], names: ColumnNames = {}): FoundNames {
  const entries = needed.flatMap((column) => {
    const name = candidates(column, names).find((one) => header.includes(one))
    return name === undefined ? [] : [[column, name] as const]
  })
  return Object.fromEntries(entries)
}

/** Puts the names found in an export at its first reading before the configured ones, which may have changed since. */
export function preferFound(found: FoundNames | undefined, names: ColumnNames): ColumnNames {
  const preferred = Object.entries(found ?? {}).map(([column, name]) => [column, [name, ...candidates(column, names)]])
  return { ...names, ...Object.fromEntries(preferred) }
}

function candidates(column: string, names: ColumnNames): readonly string[] {
  return Object.hasOwn(names, column) ? [...new Set([...names[column]!, column])] : [column]
}

interface EarlierExport {
  readonly date: string
  readonly columns: readonly string[]
}

/** An export lacks needed columns. The message lists the columns among which a renamed one may be. */
export class MissingColumns extends Failure {
  private readonly exportName: string
  /** `"title", "label" or "name"` */
  private readonly missing: string
  private readonly header: readonly string[]

  constructor(exportName: string, missing: string, header: readonly string[], earlier?: EarlierExport) {
    super('contract', `${exportName} has no column ${missing}${describeCause(exportName, header, earlier)}`)
    this.exportName = exportName
    this.missing = missing
    this.header = header
  }

  /** Returns the same error with a message that lists only the columns that an earlier export lacks. */
  comparedWith(earlier: EarlierExport): MissingColumns {
    return new MissingColumns(this.exportName, this.missing, this.header, earlier)
  }
}

/** Describes the likely cause: it is an export of another model, or a column was renamed. */
function describeCause(exportName: string, header: readonly string[], earlier: EarlierExport | undefined): string {
  const model = modelOf(header)
  if (model !== undefined && !exportName.startsWith(model))
    return `: it seems to be an export of ${model}; nothing was published. Use the export of ${exportName.split(' ')[0]}.`
  const advice = 'If a column of the header (line 1) was renamed, map it with the setting columns.'
  const doubt = model === undefined ? 'Is it the right export? ' : ''
  return ` (${describeHeader(header, earlier)}); nothing was published. ${doubt}${advice}`
}

/** An export has 40 columns. */
const MAX_LISTED = 60

/** Lists the columns that are new since an earlier export, or all of them. */
function describeHeader(header: readonly string[], earlier: EarlierExport | undefined): string {
  const list = (names: readonly string[]) =>
    joinFirst(
      names.map((name) => quoted(name, 40)),
      MAX_LISTED,
    )
  if (earlier === undefined) return `found: ${list(header)}`
  const added = header.filter((name) => !earlier.columns.includes(name))
  const since = `since the snapshot of ${earlier.date}`
  return added.length === 0 ? `no column is new ${since}` : `new ${since}: ${list(added)}`
}

const OTHER_DELIMITERS: Readonly<Record<string, string>> = { ',': 'comma', '\t': 'tab', '|': 'vertical bar' }

/** Refuses a header that is one field because another character separates its columns. */
function refuseOtherDelimiter(header: readonly string[], exportName: string): void {
  const [only = '', ...others] = header
  if (others.length > 0) return
  const delimiter = Object.keys(OTHER_DELIMITERS).find((one) => only.split(one).length > 2)
  if (delimiter === undefined || /^\s*[<{[]/.test(only)) return
  const column = [...only.slice(0, only.indexOf(delimiter))].length + 1
  throw delimiterFailure(`${exportName}, the header, line 1, column ${column}`, delimiter)
}

/** Whether other CSV dialects use this character to separate fields. */
export function isOtherDelimiter(character: string): boolean {
  return Object.hasOwn(OTHER_DELIMITERS, character)
}

/** Creates the error for a file whose fields are not separated by semicolons. */
export function delimiterFailure(where: string, delimiter: string): Failure {
  const what = `a ${OTHER_DELIMITERS[delimiter]} (${quoted(delimiter)}) separates the fields where uData writes a semicolon (";")`
  const advice = 'Use the file as the portal publishes it: a spreadsheet may have saved it in another format.'
  return new Failure('contract', `${where}: ${what}; nothing was published. ${advice}`)
}

/**
 * Columns that are typical of the export of each uData model. They are needed because exports of reuses and dataservices
 * also have all or most of the columns that this program reads from datasets.
 */
const MODELS: Readonly<Record<string, readonly string[]>> = {
  datasets: ['frequency', 'license', 'resources_count', 'temporal_coverage.start', 'spatial.zones'],
  organizations: ['metric.members', 'badges', 'logo'],
  reuses: ['remote_url', 'datasets', 'metric.datasets', 'topic'],
  dataservices: ['base_api_url', 'machine_documentation_url', 'technical_documentation_url', 'availability'],
  resources: ['dataset.id', 'dataset.title', 'filetype', 'checksum.type'],
  discussions: ['subject', 'participants', 'messages', 'closed_by'],
  harvesters: ['backend', 'last_run', 'validation.state', 'periodic_task'],
  tags: ['total', 'count'],
}

/** Returns the model with the most typical columns in a header; undefined if no model has two. */
function modelOf(header: readonly string[]): string | undefined {
  const counts = Object.entries(MODELS).map(([model, own]) => {
    return { model, count: own.filter((column) => header.includes(column)).length }
  })
  const best = counts.reduce((a, b) => (b.count > a.count ? b : a))
  return best.count >= 2 ? best.model : undefined
}

/** @throws Failure `contract` if the header looks like that of a model other than `expected` */
export function refuseOtherModel(header: readonly string[], expected: string, exportName: string): void {
  const model = modelOf(header)
  if (model === undefined || model === expected) return
  const typical = MODELS[model]!.filter((column) => header.includes(column)).map((column) => quoted(column))
  const what = `it has the columns ${typical.join(', ')} in its header, line 1`
  throw new Failure(
    'contract',
    `${exportName} seems to be an export of ${model}, not of ${expected}: ${what}; nothing was published. Use the export of ${expected}.`,
  )
}
