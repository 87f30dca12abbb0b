import { resolveConfig } from '../config/config.ts'
import { reviewTerms } from '../config/terms.ts'
import { DEFAULT_COLUMNS, findWatches, type Watch } from '../config/watch.ts'
import { Failure, quoted } from '../errors.ts'
import { foldTerm } from '../matching/fold.ts'
import { completeCsvs, type StagedCsv, WatchFilter } from '../pipeline/watchFilter.ts'
import type { Report } from '../terminal/report.ts'
import { formatCount } from '../text/format.ts'
import { type ReadSource, sourceReader } from './filterSource.ts'
import { type CommandInput, type Options, openReport, print, printJson, settingFlags } from './io.ts'
import { TemporaryFile } from './temporaryFile.ts'

/** Runs the filter alone. Writes nothing to stdout or to its final name before the whole export has been validated. */
export default async function filter(io: CommandInput): Promise<void> {
  const { options } = io
  const { config, warnings } = await resolveConfig(settingFlags(options), process.env, options.config)
  const watches = findWatches(options.watch, config)
  const terms = termsOf(options)
  const report = await openReport(options)
  for (const warning of terms?.warnings ?? warnings) report.warn(warning)
  const read = sourceReader({ ...io, config, report })
  try {
    if (options.into !== undefined) {
      if (options.term ?? options.column ?? options.word)
        throw new Failure(
          'usage',
          '--into writes the lists of watches; --term, --column and --word are for the list on stdout',
        )
      const { filterInto } = await import('./filterInto.ts')
      await filterInto(options.into, watches, options, report, read)
    } else if (options.watch !== undefined && watches.length > 1) {
      throw new Failure('usage', 'several watches need a folder for their lists: add --into FOLDER')
    } else await filterOne(watchOf(options, watches[0]!, terms?.terms), options, report, read)
  } finally {
    report.close()
  }
}

async function filterOne(watch: Watch, { json = false }: Options, report: Report, read: ReadSource): Promise<void> {
  const file = await TemporaryFile.open()
  try {
    // Checksums take longer than the filter itself, so they are computed only if they are printed.
    await using filter = new WatchFilter([{ watch, key: 'stdout', create: async () => file, checksum: json }])
    const records = await read(
      filter,
      (all) => `${formatCount(filter.csvs[0]!.records)} of ${formatCount(all)} records kept`,
    )
    const [{ csv }] = (await completeCsvs(filter, report)) as [StagedCsv]
    if (json) await printJson({ records, kept: csv.records, bytes: csv.bytes, sha256: csv.sha256 })
    else for await (const chunk of file.read()) await print(chunk)
  } finally {
    await file.close()
  }
}

/** Reviews the values of `--term` like the terms of a watch. */
function termsOf({ term }: Options) {
  const empty = term?.find((one) => foldTerm(one) === '')
  if (empty !== undefined)
    throw new Failure(
      'usage',
      `--term must contain something besides spaces, hyphens, apostrophes and accents, not ${quoted(empty)}`,
    )
  return term && reviewTerms(term)
}

function watchOf({ column, word }: Options, configured: Watch, terms: readonly string[] | undefined): Watch {
  return {
    ...configured,
    ...(terms !== undefined && { terms, columns: DEFAULT_COLUMNS }),
    ...(column !== undefined && { columns: column }),
    ...(word && { match: 'word' as const }),
  }
}
