import type { ColumnNames } from '../csv/columns.ts'
import { isCron, wrongCronField } from '../editions/calendar.ts'
import type { ExportName } from '../editions/edition.ts'
import { quoted } from '../errors.ts'
import { foldTerm } from '../matching/fold.ts'
import { LOG_FORMAT_VARIABLE } from '../terminal/logLine.ts'
import { maskTargets, parseTargets } from './notify.ts'
import {
  converted,
  InvalidValue,
  listOf,
  mapping,
  nonEmptyText,
  oneOf,
  type Parser,
  repeatedName,
  textLike,
  textMapping,
  textMatching,
  wholeNumber,
  withSchema,
} from './parsers.ts'
import { API_KEY_VARIABLE, parseApiKeys, parsePublishTargets } from './publish.ts'
import {
  address,
  baseUrl,
  DEFAULT_TIME_ZONE,
  duration,
  httpUrl,
  maskUser,
  optional,
  proxyUrl,
  retention,
  share,
  siteUrl,
  size,
  sizeOrNone,
  timeZone,
} from './settingParsers.ts'
import { reviewTerms } from './terms.ts'
import { ALL_WATCHES, DEFAULT_COLUMNS, DEFAULT_WATCH, type Watch, type WatchLabel } from './watch.ts'

/** A setting, with its flag and environment variable if it has them. */
export interface Setting<T> {
  readonly about: string
  readonly flag?: string
  readonly environment?: string
  /** The variable may also be written in lower case, which then takes precedence, as in other programs. */
  readonly anyCase?: boolean
  /** Not allowed in the file: it is needed before the file is read, or it is a secret or belongs to one process. */
  readonly notInFile?: boolean
  /** As a user would write it. */
  readonly default: unknown
  readonly parse: Parser<T>
  /** Hides the secret parts of a value. */
  readonly mask?: (written: unknown) => unknown
  /** Warnings about a value that `parse` accepts. */
  readonly warnings?: (value: unknown) => readonly string[]
}

const WATCH_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/

const term = textMatching(
  (term) => term.isWellFormed() && foldTerm(term) !== '',
  'contain something besides spaces, hyphens, apostrophes and accents',
)

const labelText = textMatching((text) => text.length <= 100, 'have at most 100 characters', { maxLength: 100 })
const labels = mapping<WatchLabel>({ fr: { parse: labelText }, en: { parse: labelText } })
/** Parses the label of a watch: one for all languages, or one for each. */
const label = withSchema({ anyOf: [labelText.schema, labels.schema] }, (written): WatchLabel => {
  if (typeof written === 'object') return labels(written)
  const text = labelText(written)
  return { fr: text, en: text }
})

const watchName = textMatching(
  (name) => WATCH_NAME.test(name) && name !== ALL_WATCHES,
  `consist of a-z, 0-9 and - (it is part of file names), and not be "${ALL_WATCHES}", which means every watch`,
  { pattern: WATCH_NAME.source, not: { const: ALL_WATCHES } },
)

const watchFields = mapping<Watch>({
  name: {
    parse: watchName,
  },
  label: { parse: label, isOptional: true },
  terms: { parse: converted(listOf(term), (terms) => reviewTerms(terms).terms) },
  columns: { parse: listOf(nonEmptyText), default: DEFAULT_COLUMNS },
  match: { parse: oneOf('substring', 'word'), default: 'substring' },
  top: { parse: wholeNumber(1, 10_000), default: 30 },
})

/** Names the watch whose term is refused: in a long list, `watches[17].terms[2]` alone is hard to find. */
const watch = withSchema(watchFields.schema!, (written): Watch => {
  try {
    return watchFields(written)
  } catch (error) {
    const { name } = (written ?? {}) as { readonly name?: unknown }
    if (!(error instanceof InvalidValue && error.details.path?.[0] === 'terms' && typeof name === 'string')) throw error
    throw new InvalidValue(error.message, { ...error.details, owner: `watch ${quoted(name)}` })
  }
})

const watches = converted(listOf(watch), (list) => {
  const repeated = repeatedName(list)
  if (repeated !== undefined)
    throw new InvalidValue(`must not have two watches with the name ${quoted(repeated)}; rename one`)
  return list
})

const watchWarnings = (written: unknown): string[] =>
  (written as readonly { readonly name: string; readonly terms: readonly string[] }[]).flatMap(({ name, terms }) =>
    reviewTerms(terms).warnings.map((warning) => `watch ${name}: ${warning}`),
  )

const cron = withSchema(nonEmptyText.schema!, (written) => {
  const value = nonEmptyText(written)
  if (isCron(value)) return value
  throw new InvalidValue(wrongCronField(value) ?? 'must be a cron expression such as 0 17 * * 3', { value })
})

const lineageFile = address('file:')

const lineageTarget = withSchema({ anyOf: [lineageFile.schema, httpUrl.schema] }, (written) =>
  String(written).startsWith('file:') ? lineageFile(written) : httpUrl(written),
)

/** All settings. The command `config`, the errors about unknown keys and the documentation are made from this table. */
export const SETTINGS = {
  portal: {
    about: 'portal to fetch from (any uData site)',
    flag: '--portal <url>',
    environment: 'DATAGOUV_TOPS_PORTAL',
    default: 'https://www.data.gouv.fr',
    parse: baseUrl,
  },
  catalogue: {
    about: "ID or slug of the portal's dataset that lists its exports; none if the portal has no such dataset",
    environment: 'DATAGOUV_TOPS_CATALOGUE',
    default: '5d13a8b6634f41070a43dff3',
    parse: textLike(/^[\w-]+$/, 'be an id or a slug'),
  },
  archive: {
    about: 'where to store files: file:FOLDER or s3://BUCKET',
    flag: '--archive <address>',
    environment: 'DATAGOUV_TOPS_ARCHIVE',
    default: 'file:./data/datagouv',
    parse: address('file:', 's3://'),
  },
  documents: {
    about: 'where to store documents: sqlite:FILE or mongodb://HOST/DATABASE',
    flag: '--documents <address>',
    environment: 'DATAGOUV_TOPS_DOCUMENTS',
    default: 'sqlite:./data/datagouv.db',
    parse: address('sqlite:', 'mongodb://', 'mongodb+srv://'),
  },
  connect_timeout: {
    about: 'time limit for connecting to the portal',
    environment: 'DATAGOUV_TOPS_CONNECT_TIMEOUT',
    default: '10s',
    parse: duration,
  },
  headers_timeout: {
    about: "time limit for the portal's response to start",
    environment: 'DATAGOUV_TOPS_HEADERS_TIMEOUT',
    default: '30s',
    parse: duration,
  },
  stall_timeout: {
    about: 'time limit for a download without any new data',
    environment: 'DATAGOUV_TOPS_STALL_TIMEOUT',
    default: '30s',
    parse: duration,
  },
  min_rate: {
    about: 'minimum speed of a download in bytes per second, measured over stall_timeout',
    environment: 'DATAGOUV_TOPS_MIN_RATE',
    default: '1kB',
    parse: size,
  },
  retries: {
    about: 'how many times to retry a failed request',
    environment: 'DATAGOUV_TOPS_RETRIES',
    default: 4,
    parse: wholeNumber(0, 100),
  },
  retry_pause: {
    about: 'pause before the first retry; it doubles with each further retry',
    environment: 'DATAGOUV_TOPS_RETRY_PAUSE',
    default: '1s',
    parse: duration,
  },
  max_export_size: {
    about: 'largest accepted export, both as downloaded and after decompression',
    environment: 'DATAGOUV_TOPS_MAX_EXPORT_SIZE',
    default: '8GiB',
    parse: size,
  },
  max_record_size: {
    about: 'largest accepted record of an export',
    environment: 'DATAGOUV_TOPS_MAX_RECORD_SIZE',
    default: '64MiB',
    parse: size,
  },
  schedule: {
    about: 'when editions are due (cron expression)',
    environment: 'DATAGOUV_TOPS_SCHEDULE',
    default: '0 17 * * 3',
    parse: cron,
  },
  time_zone: {
    about: 'time zone of the schedule and of the dates of editions',
    environment: 'DATAGOUV_TOPS_TIME_ZONE',
    default: DEFAULT_TIME_ZONE,
    parse: timeZone,
  },
  catch_up: {
    about: 'how many of the last missed dates "schedule" publishes when it starts',
    environment: 'DATAGOUV_TOPS_CATCH_UP',
    default: 1,
    parse: wholeNumber(0, 1_000),
  },
  try_again_after: {
    about: 'pause before "schedule" retries a failed run; it doubles with each further retry, up to an hour',
    environment: 'DATAGOUV_TOPS_TRY_AGAIN_AFTER',
    default: '1min',
    parse: duration,
  },
  give_up_after: {
    about: 'how long "schedule" retries a date after the first attempt',
    environment: 'DATAGOUV_TOPS_GIVE_UP_AFTER',
    default: '24h',
    parse: duration,
  },
  when_unchanged: {
    about: 'what a run for a new date does if the portal has published nothing new: publish or skip',
    environment: 'DATAGOUV_TOPS_WHEN_UNCHANGED',
    default: 'publish',
    parse: oneOf('publish', 'skip'),
  },
  gate_max_loss: {
    about: 'completeness gate: share of datasets or organizations that may be missing since the last snapshot',
    environment: 'DATAGOUV_TOPS_GATE_MAX_LOSS',
    default: '5%',
    parse: share,
  },
  gate_max_age: {
    about: "completeness gate: maximum age of an export on the edition's date",
    environment: 'DATAGOUV_TOPS_GATE_MAX_AGE',
    default: '30d',
    parse: duration,
  },
  retention: {
    about:
      'how long to keep snapshots: all, or a number of weeks or days (26w, 90d). Editions are kept in any case, but a lost edition cannot be rebuilt without its snapshot: back up the documents',
    environment: 'DATAGOUV_TOPS_RETENTION',
    default: 'all',
    parse: retention,
  },
  public_url: {
    about: 'public URL of "serve", without a path, for the links in feeds (default: the URL of the request)',
    environment: 'DATAGOUV_TOPS_PUBLIC_URL',
    default: null,
    parse: optional(siteUrl),
  },
  explore_memory: {
    about:
      'memory for the snapshots in which "serve" searches for any words (290 MB each for data.gouv.fr); 0 turns the search off',
    environment: 'DATAGOUV_TOPS_EXPLORE_MEMORY',
    default: '640MiB',
    parse: sizeOrNone,
  },
  notify: {
    about: 'targets to notify of publications, failures and missed dates (a list; see docs/notifications.md)',
    environment: 'DATAGOUV_TOPS_NOTIFY',
    default: [],
    parse: parseTargets,
    mask: maskTargets,
  },
  publish: {
    about: 'datasets of uData portals that receive the files of each edition (a list; see docs/publication.md)',
    environment: 'DATAGOUV_TOPS_PUBLISH',
    default: [],
    parse: parsePublishTargets,
  },
  publish_api_key: {
    about: 'API key for the portals of publish, or JSON that maps their hosts to keys (variable only)',
    environment: API_KEY_VARIABLE,
    notInFile: true,
    default: null,
    parse: optional(parseApiKeys),
    mask: (written) => (written === null ? null : '***'),
  },
  metrics_file: {
    about: 'file (NAME.prom) to which each run writes its metrics, for the textfile collector of Prometheus',
    environment: 'DATAGOUV_TOPS_METRICS_FILE',
    default: null,
    parse: optional(nonEmptyText),
  },
  lineage: {
    about: 'where to send the OpenLineage events of runs: file:FILE, or the http(s) address of a collector',
    environment: 'DATAGOUV_TOPS_LINEAGE',
    default: null,
    parse: optional(lineageTarget),
  },
  lineage_namespace: {
    about: "namespace of this program's jobs in OpenLineage",
    environment: 'OPENLINEAGE_NAMESPACE',
    default: 'datagouv-tops',
    parse: nonEmptyText,
  },
  lineage_api_key: {
    about: 'bearer token for the lineage collector (variable only)',
    environment: 'OPENLINEAGE_API_KEY',
    notInFile: true,
    default: null,
    parse: optional(nonEmptyText),
    mask: (written) => (written === null ? null : '***'),
  },
  lineage_parent: {
    about: 'parent job run, NAMESPACE/JOB/UUID (variable only; set by Airflow)',
    environment: 'OPENLINEAGE_PARENT_ID',
    notInFile: true,
    default: null,
    parse: optional(nonEmptyText),
  },
  lineage_root_parent: {
    about: 'root job run, NAMESPACE/JOB/UUID (variable only; set by Airflow)',
    environment: 'OPENLINEAGE_ROOT_PARENT_ID',
    notInFile: true,
    default: null,
    parse: optional(nonEmptyText),
  },
  https_proxy: {
    about: 'proxy for https addresses of portal, webhooks, lineage and S3 (variable only; also https_proxy)',
    environment: 'HTTPS_PROXY',
    anyCase: true,
    notInFile: true,
    default: null,
    parse: optional(proxyUrl),
    mask: maskUser,
  },
  http_proxy: {
    about: 'the same for http addresses (variable only; also http_proxy)',
    environment: 'HTTP_PROXY',
    anyCase: true,
    notInFile: true,
    default: null,
    parse: optional(proxyUrl),
    mask: maskUser,
  },
  no_proxy: {
    about:
      'hosts to reach without a proxy: HOST (with its subdomains), HOST:PORT, 10.0.0.0/8 or * (variable only; also no_proxy)',
    environment: 'NO_PROXY',
    anyCase: true,
    notInFile: true,
    default: null,
    parse: optional(nonEmptyText),
  },
  language: {
    about: 'language of notifications and of the descriptions on portals: fr or en',
    environment: 'DATAGOUV_TOPS_LANGUAGE',
    default: 'fr',
    parse: oneOf('fr', 'en'),
  },
  log_format: {
    about: 'format of stderr: text for people, or json for machines (flag or variable only)',
    flag: '--log-format <format>',
    environment: LOG_FORMAT_VARIABLE,
    notInFile: true,
    default: 'text',
    parse: oneOf('text', 'json'),
  },
  columns: {
    about:
      'other names that an export may use for the needed columns, per export: a name, or a list of names to try in order (file only)',
    default: { datasets: {}, organizations: {} },
    parse: mapping<Record<ExportName, ColumnNames>>({
      datasets: { parse: textMapping, default: {} },
      organizations: { parse: textMapping, default: {} },
    }),
  },
  watches: {
    about: 'what to search for (a list; file only)',
    default: [DEFAULT_WATCH],
    parse: watches,
    warnings: watchWarnings,
  },
} as const satisfies Record<string, Setting<unknown>>

/** The settings that the configuration file can have. */
export const FILE_SETTINGS = Object.entries<Setting<unknown>>(SETTINGS).filter(([, { notInFile }]) => !notInFile)

export type SettingKey = keyof typeof SETTINGS

/** The resolved settings: durations in milliseconds, sizes in bytes. Frozen. */
export type Config = { readonly [K in SettingKey]: ReturnType<(typeof SETTINGS)[K]['parse']> }
