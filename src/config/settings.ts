import type { ColumnNames } from '../csv/columns.ts'
import type { ExportName } from '../editions/edition.ts'
import { quoted } from '../errors.ts'
import { foldTerm } from '../matching/fold.ts'
import { isCron } from '../scheduler/calendar.ts'
import { LOG_FORMAT_VARIABLE } from '../terminal/logLine.ts'
import { shownTargets, targets } from './notify.ts'
import { reviewTerms } from './terms.ts'
import { Complaint, listOf, measure, names, oneOf, type Parse, record, text, textThat, wholeNumber } from './values.ts'
import { DEFAULT_COLUMNS, DEFAULT_WATCH, type Watch } from './watch.ts'

/**
 * A setting: its flag and environment variable where it has one, its default as a user would write it, and what a value
 * must look like.
 */
export interface Setting<T> {
  readonly about: string
  readonly flag?: string
  readonly environment?: string
  /** What has to be known before the file is read. */
  readonly notInFile?: boolean
  readonly default: unknown
  readonly parse: Parse<T>
  /** What may be shown of a value as it was written, when that is not all of it. */
  readonly shown?: (written: unknown) => unknown
  /** What to warn of in a value that `parse` accepts. */
  readonly warnings?: (written: unknown) => readonly string[]
}

const duration = measure({ ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 }, '10s')
/** A share of something: `5%`, as 0.05. */
const share: Parse<number> = (written) => measure({ '%': 0.01 }, '5%')(written)
/** In milliseconds; for ever is Infinity. */
const retention: Parse<number> = (written) =>
  written === 'all'
    ? Number.POSITIVE_INFINITY
    : measure({ d: 86_400_000, w: 7 * 86_400_000 }, '26w', 'all, or ')(written)
const size = measure({ KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }, '64MiB')

const isHttpUrl = (url: string) => URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)
// A user or a password in it would end up in every record of where an export came from.
const isPublic = (url: string) => isHttpUrl(url) && new URL(url).username + new URL(url).password === ''
const httpUrl = textThat(isPublic, 'be an http or https address, without user and password')

/** Undefined when it is not set. */
const optional =
  <T>(parse: Parse<T>): Parse<T | undefined> =>
  (written) =>
    written === null ? undefined : parse(written)

const DEFAULT_TIME_ZONE = 'Europe/Paris'

const timeZone = textThat((name) => {
  // The runtime's calendars cost every start 13 ms and 8 MiB.
  if (name === DEFAULT_TIME_ZONE) return true
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}, 'be a time zone such as Europe/Paris')

const term = textThat(
  (term) => term.isWellFormed() && foldTerm(term) !== '',
  'hold something besides spaces, hyphens, apostrophes and accents',
)

const watchFields = record<Watch>({
  name: { parse: textThat((name) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name), 'be of a-z, 0-9 and - (it names files)') },
  terms: { parse: (written) => reviewTerms(listOf(term)(written)).terms },
  columns: { parse: listOf(text), default: DEFAULT_COLUMNS },
  match: { parse: oneOf('substring', 'word'), default: 'substring' },
  top: { parse: wholeNumber(1, 10_000), default: 30 },
})

/** Names the watch whose term is refused: in a long list, `watches[17].terms[2]` alone is hard to find. */
const watch: Parse<Watch> = (written) => {
  try {
    return watchFields(written)
  } catch (error) {
    const { name } = (written ?? {}) as { readonly name?: unknown }
    if (!(error instanceof Complaint && error.path.startsWith('.terms') && typeof name === 'string')) throw error
    throw new Complaint(`(watch ${quoted(name)}) ${error.message}`, error.path)
  }
}

const watches: Parse<readonly Watch[]> = (written) => {
  const list = listOf(watch)(written)
  const twice = list.find(({ name }, index) => list.findIndex((other) => other.name === name) < index)
  if (twice !== undefined) throw new Complaint(`must not name two watches alike (${twice.name})`)
  return list
}

const watchWarnings = (written: unknown): string[] =>
  (written as readonly { readonly name: string; readonly terms: readonly string[] }[]).flatMap(({ name, terms }) =>
    reviewTerms(terms).warnings.map((warning) => `watch ${name}: ${warning}`),
  )

// What was written is not repeated: there may be a password in it.
const address =
  (...kinds: readonly string[]): Parse<string> =>
  (written) => {
    const value = text(written)
    if (kinds.some((kind) => value.startsWith(kind) && value.length > kind.length)) return value
    const path = kinds.find((kind) => /^(file|sqlite):$/.test(kind))
    const next = /^[./~]/.test(value) && path ? `: write ${path} before the path` : ''
    throw new Complaint(`must begin with ${kinds.join(' or ')}${next}`)
  }

/** Every setting there is. `config`, the errors about unknown keys and the documentation are made from this table. */
export const SETTINGS = {
  portal: {
    about: 'the portal whose catalogue is fetched (any uData site)',
    flag: '--portal <url>',
    environment: 'DATAGOUV_TOPS_PORTAL',
    default: 'https://www.data.gouv.fr',
    parse: (written) => httpUrl(written).replace(/\/+$/, ''),
  },
  catalogue: {
    about: "id or slug of the portal's dataset that lists its own exports",
    environment: 'DATAGOUV_TOPS_CATALOGUE',
    default: '5d13a8b6634f41070a43dff3',
    parse: textThat((name) => /^[\w-]+$/.test(name), 'be an id or a slug'),
  },
  archive: {
    about: 'where files go: file:FOLDER or s3://BUCKET',
    flag: '--archive <address>',
    environment: 'DATAGOUV_TOPS_ARCHIVE',
    default: 'file:./data/datagouv',
    parse: address('file:', 's3://'),
  },
  documents: {
    about: 'where documents go: sqlite:FILE or mongodb://HOST/DATABASE',
    flag: '--documents <address>',
    environment: 'DATAGOUV_TOPS_DOCUMENTS',
    default: 'sqlite:./data/datagouv.db',
    parse: address('sqlite:', 'mongodb://', 'mongodb+srv://'),
  },
  connect_timeout: {
    about: 'longest wait for a connection to the portal',
    environment: 'DATAGOUV_TOPS_CONNECT_TIMEOUT',
    default: '10s',
    parse: duration,
  },
  headers_timeout: {
    about: "longest wait for the portal's answer to begin",
    environment: 'DATAGOUV_TOPS_HEADERS_TIMEOUT',
    default: '30s',
    parse: duration,
  },
  stall_timeout: {
    about: 'longest wait for the next byte of a download',
    environment: 'DATAGOUV_TOPS_STALL_TIMEOUT',
    default: '30s',
    parse: duration,
  },
  retries: {
    about: 'how often a request that failed is tried again',
    environment: 'DATAGOUV_TOPS_RETRIES',
    default: 4,
    parse: wholeNumber(0, 100),
  },
  retry_pause: {
    about: 'the pause before the first new try; each further one is twice as long',
    environment: 'DATAGOUV_TOPS_RETRY_PAUSE',
    default: '1s',
    parse: duration,
  },
  max_export_size: {
    about: 'largest export accepted, as it comes and decompressed',
    environment: 'DATAGOUV_TOPS_MAX_EXPORT_SIZE',
    default: '8GiB',
    parse: size,
  },
  max_record_size: {
    about: 'longest record accepted in an export',
    environment: 'DATAGOUV_TOPS_MAX_RECORD_SIZE',
    default: '64MiB',
    parse: size,
  },
  schedule: {
    about: 'when editions are due (cron)',
    environment: 'DATAGOUV_TOPS_SCHEDULE',
    default: '0 17 * * 3',
    parse: textThat(isCron, 'be a cron expression such as 0 17 * * 3'),
  },
  time_zone: {
    about: 'the time zone of the schedule, and of the dates of editions',
    environment: 'DATAGOUV_TOPS_TIME_ZONE',
    default: DEFAULT_TIME_ZONE,
    parse: timeZone,
  },
  catch_up: {
    about: 'how many of the last dates without an edition "schedule" catches up when it starts',
    environment: 'DATAGOUV_TOPS_CATCH_UP',
    default: 1,
    parse: wholeNumber(0, 1_000),
  },
  try_again_after: {
    about: 'the pause before "schedule" tries a failed run again; each further one is twice as long, up to an hour',
    environment: 'DATAGOUV_TOPS_TRY_AGAIN_AFTER',
    default: '1min',
    parse: duration,
  },
  give_up_after: {
    about: 'how long after its first try "schedule" gives a date up',
    environment: 'DATAGOUV_TOPS_GIVE_UP_AFTER',
    default: '24h',
    parse: duration,
  },
  when_unchanged: {
    about: 'what a run on a new date does when the portal has not published since: publish or skip',
    environment: 'DATAGOUV_TOPS_WHEN_UNCHANGED',
    default: 'publish',
    parse: oneOf('publish', 'skip'),
  },
  gate_max_loss: {
    about: 'completeness gate: the share of datasets or organisations that may be gone since the last snapshot',
    environment: 'DATAGOUV_TOPS_GATE_MAX_LOSS',
    default: '5%',
    parse: share,
  },
  gate_max_age: {
    about: "completeness gate: how long before the edition's date an export may have been renewed last",
    environment: 'DATAGOUV_TOPS_GATE_MAX_AGE',
    default: '30d',
    parse: duration,
  },
  retention: {
    about: 'how long snapshots are kept: all, or a number of weeks or days (26w, 90d); editions are kept for ever',
    environment: 'DATAGOUV_TOPS_RETENTION',
    default: 'all',
    parse: retention,
  },
  public_url: {
    about: 'the address at which readers reach "serve", for links in feeds (default: as they call it)',
    environment: 'DATAGOUV_TOPS_PUBLIC_URL',
    default: null,
    parse: optional((written) => httpUrl(written).replace(/\/+$/, '')),
  },
  notify: {
    about: 'who is told of what is published, of failures and of missed dates (a list; docs/notifications.md)',
    environment: 'DATAGOUV_TOPS_NOTIFY',
    default: [],
    parse: targets,
    shown: shownTargets,
  },
  metrics_file: {
    about: 'a file (NAME.prom) in which each run leaves its metrics for the textfile collector of Prometheus',
    environment: 'DATAGOUV_TOPS_METRICS_FILE',
    default: null,
    parse: optional(text),
  },
  lineage: {
    about: 'who is told of runs as OpenLineage events: file:FILE, or the http(s) address of a collector',
    environment: 'DATAGOUV_TOPS_LINEAGE',
    default: null,
    parse: optional((written) => (String(written).startsWith('file:') ? address('file:')(written) : httpUrl(written))),
  },
  lineage_namespace: {
    about: "the namespace of this program's jobs in lineage",
    environment: 'OPENLINEAGE_NAMESPACE',
    default: 'datagouv-tops',
    parse: text,
  },
  lineage_api_key: {
    about: 'what a collector of lineage takes as bearer token (a variable only)',
    environment: 'OPENLINEAGE_API_KEY',
    notInFile: true,
    default: null,
    parse: optional(text),
    shown: (written) => (written === null ? null : '***'),
  },
  lineage_parent: {
    about: 'the job run that a run is part of, NAMESPACE/JOB/UUID (a variable only; Airflow sets it)',
    environment: 'OPENLINEAGE_PARENT_ID',
    notInFile: true,
    default: null,
    parse: optional(text),
  },
  lineage_root_parent: {
    about: 'the outermost job run that a run is part of, NAMESPACE/JOB/UUID (a variable only; Airflow sets it)',
    environment: 'OPENLINEAGE_ROOT_PARENT_ID',
    notInFile: true,
    default: null,
    parse: optional(text),
  },
  language: {
    about: 'the language of notifications: fr or en',
    environment: 'DATAGOUV_TOPS_LANGUAGE',
    default: 'fr',
    parse: oneOf('fr', 'en'),
  },
  log_format: {
    about: 'lines on stderr for people (text) or machines (json); a flag or a variable only',
    flag: '--log-format <format>',
    environment: LOG_FORMAT_VARIABLE,
    notInFile: true,
    default: 'text',
    parse: oneOf('text', 'json'),
  },
  columns: {
    about: 'needed columns that an export calls otherwise, per export (in the file only)',
    default: { datasets: {}, organizations: {} },
    parse: record<Record<ExportName, ColumnNames>>({
      datasets: { parse: names, default: {} },
      organizations: { parse: names, default: {} },
    }),
  },
  watches: {
    about: 'what to look for (a list, in the file only)',
    default: [DEFAULT_WATCH],
    parse: watches,
    warnings: watchWarnings,
  },
} as const satisfies Record<string, Setting<unknown>>

export type SettingKey = keyof typeof SETTINGS

/** Every setting, resolved: durations in milliseconds, sizes in bytes. Frozen. */
export type Config = { readonly [K in SettingKey]: ReturnType<(typeof SETTINGS)[K]['parse']> }
