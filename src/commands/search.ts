import { reviewTerms } from '../config/terms.ts'
import type { Watch } from '../config/watch.ts'
import { watchName, watchYaml } from '../config/watchYaml.ts'
import type { Context } from '../context.ts'
import { changesCsvOf, csvOf } from '../editions/csv.ts'
import type { ExportName } from '../editions/edition.ts'
import { Failure, NotFound, quoted } from '../errors.ts'
import { searchChanges } from '../explore/changes.ts'
import { describeCounts, describeLonger } from '../explore/describe.ts'
import { editionOf } from '../explore/edition.ts'
import { indexSnapshot } from '../explore/indexedSnapshot.ts'
import { searchPage } from '../explore/page.ts'
import { watchOf } from '../explore/query.ts'
import { type SearchResult, search as searchIndexed } from '../explore/search.ts'
import { meterChunks } from '../pipeline/meterChunks.ts'
import { snapshotReadOptions } from '../pipeline/read.ts'
import { findSnapshot, snapshotDates } from '../pipeline/snapshot.ts'
import { wrap } from '../terminal/wrap.ts'
import { tablesOf } from './changes.ts'
import { dateToRead, withFlag } from './dates.ts'
import { type CommandInput, formatJson, type Options, print, withContext } from './io.ts'
import { tableWidth, writeOutput, writeResult } from './output.ts'
import { saveWatch } from './saveWatch.ts'
import { selectDatasets } from './selection.ts'
import { tableOf } from './show.ts'

const MAX_NAMED = 5

/** Searches a stored snapshot for any words: prints what a watch with these words would list, and the counts of each word. */
export default async function searchCommand(io: CommandInput): Promise<void> {
  const { options } = io
  const watch = requestedWatch(io)
  await withContext(io, async (context) => {
    for (const warning of warningsOf(io.arguments)) context.report.warn(warning)
    if (options.save !== undefined || options.yaml) return printWatch(watch, options, context)
    const date = await withFlag('--date', () => snapshotDate(options.date ?? 'latest', context))
    const { since: text } = options
    const since = text === undefined ? undefined : await withFlag('--since', () => snapshotDate(text, context))
    if (since !== undefined && since >= date)
      throw new Failure(
        'usage',
        `cannot compare: --since ${since} is not earlier than ${date}. Give an earlier --since.`,
      )
    const result = await search(watch, date, context)
    const before = since === undefined ? undefined : await search(watch, since, context)
    const formatted =
      before === undefined
        ? await format(result, options, context)
        : await formatChanges(before, result, options, context)
    await writeResult(formatted, options, context.report)
  })
}

function requestedWatch({ arguments: words, options: { match, column, top, save } }: CommandInput): Watch {
  if (words.length === 0 && typeof save === 'string') {
    const remedy = `Write the words first: search ${quoted(save)} --save.`
    throw new Failure(
      'usage',
      `cannot search: ${quoted(save)} is the name for --save, and no words are given. ${remedy}`,
    )
  }
  if (match !== undefined && match !== 'substring' && match !== 'word')
    throw new Failure('usage', `cannot match by ${quoted(match)}: use --match substring or --match word.`)
  return watchOf({ words, match, columns: column?.flatMap((names) => names.split(',')), top })
}

/** Warns of words that probably do not match what the user means. A comma separates words on the page, but not here. */
function warningsOf(words: readonly string[]): string[] {
  const commas = words
    .filter((word) => word.includes(','))
    .map((word) => `the comma in ${quoted(word)} is part of the word; separate words with spaces`)
  return [...reviewTerms(words).warnings, ...commas]
}

/** Resolves a date of a snapshot. `latest` is the latest sound one. */
async function snapshotDate(text: string, context: Context): Promise<string> {
  if (text.trim().toLowerCase() !== 'latest') return dateToRead(text, [], context)
  const dates = await snapshotDates(context)
  for (const date of dates.reverse()) if ((await findSnapshot(date, context)) !== undefined) return date
  throw new NotFound(`there is no snapshot in ${context.archive.address} yet; "run" makes one`)
}

async function search(watch: Watch, date: string, context: Context): Promise<SearchResult> {
  const { archive, config, report, signal } = context
  const snapshot = await findSnapshot(date, context)
  if (snapshot === undefined) throw await missingSnapshot(date, context)
  const open = async function* (name: ExportName) {
    const { key, stored_bytes } = snapshot[name]
    const meter = report.meter(`read ${name} of ${date}`, stored_bytes)
    yield* meterChunks(archive.read(key), meter.add, signal)
    meter.done()
  }
  return searchIndexed(await indexSnapshot(snapshot, open, snapshotReadOptions(snapshot, config)), watch)
}

async function missingSnapshot(date: string, context: Context): Promise<NotFound> {
  const dates = (await snapshotDates(context)).filter((one) => one !== date).reverse()
  const missing = `there is no sound snapshot of ${date} in ${context.archive.address}`
  if (dates.length === 0) return new NotFound(`${missing}; "run" makes one`)
  const more = dates.length > MAX_NAMED ? ` and ${dates.length - MAX_NAMED} more back to ${dates.at(-1)}` : ''
  return new NotFound(`${missing}; these dates have one: ${dates.slice(0, MAX_NAMED).join(', ')}${more}`)
}

async function format(result: SearchResult, options: Options, { config }: Context): Promise<string> {
  const whole = editionOf(result)
  const datasets = selectDatasets(whole, options)
  if (options.json) return formatJson(await searchPage(result, datasets.length, datasets))
  if (options.csv) return csvOf(datasets)
  const longer = describeLonger(result.longerWords)
  const lines = [...describeCounts(result.words), ...(longer === undefined ? [] : [longer])]
  const counts = lines.map((line) => `${wrap(line)}\n`)
  return `${counts.join('')}\n${tableOf({ ...whole, datasets }, whole, config.portal, tableWidth(options))}`
}

async function formatChanges(
  from: SearchResult,
  to: SearchResult,
  options: Options,
  { config }: Context,
): Promise<string> {
  const found = searchChanges(from, to)
  if (options.json) return formatJson(found)
  return options.csv ? changesCsvOf(found) : tablesOf(found, config.portal, tableWidth(options))
}

/** Prints the watch as YAML, or adds it to the configuration file, with the command that makes its editions. */
async function printWatch(watch: Watch, options: Options, context: Context): Promise<void> {
  const { save, config, output } = options
  const name = typeof save === 'string' ? save : watchName(watch.terms)
  if (name === undefined)
    throw new Failure('usage', 'cannot name the watch: its words have no letters from a to z. Add a name: --save NAME.')
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
    throw new Failure(
      'usage',
      `cannot name a watch ${quoted(name)}: a name consists of a-z, 0-9 and - (it is part of file names)`,
    )
  const named = { ...watch, name }
  const dates = await snapshotDates(context)
  const command = dates.length === 0 ? 'run' : `backfill --from ${dates[0]} --to ${dates.at(-1)}`
  const next = [`${command} --watch ${name}`, ...repeatedFlags(options, context)].join(' ')
  if (save !== undefined) {
    const path = await saveWatch(named, config, context.report)
    context.report.close()
    if (options.quiet) return
    await print(`added the watch ${name} to ${path}; publish its editions: datagouv-tops ${next}\n`)
    await print('restart "serve" if it is running: it reads the settings when it starts\n')
    return
  }
  const text = `${await watchYaml([named])}# Then publish its editions: datagouv-tops ${next}\n`
  if (output !== undefined) await writeOutput(output, text, context.report)
  else await print(text)
}

/** Returns the flags for the stores and the configuration that were given, so that the next command uses the same ones. */
function repeatedFlags({ archive, documents, config }: Options, context: Context): string[] {
  const flag = (name: string, value: string) => `--${name} ${/^[\w./:=@+-]+$/.test(value) ? value : quoted(value)}`
  return [
    ...(config === undefined ? [] : [flag('config', config)]),
    // The addresses of the stores, unlike the flags, have no password.
    ...(archive === undefined ? [] : [flag('archive', context.archive.address)]),
    ...(documents === undefined ? [] : [flag('documents', context.documents.address)]),
  ]
}
