import { resolveConfig } from '../config/config.ts'
import { type ReviewedTerms, reviewTerms } from '../config/terms.ts'
import { DEFAULT_COLUMNS, type Watch, watchesNamed } from '../config/watch.ts'
import type { Batch } from '../csv/scanner.ts'
import { Failure, quoted } from '../errors.ts'
import { foldTerm } from '../matching/fold.ts'
import type { Matcher } from '../matching/matcher.ts'
import type { Reader } from '../pipeline/read.ts'
import { count } from '../terminal/format.ts'
import { createWasmMatcher } from '../wasm/matcher.ts'
import { type ReadSource, sourceReader } from './filterSource.ts'
import { flagsOf, type Io, type Options, openReport, print, printJson } from './io.ts'
import { Spool } from './spool.ts'

/** Runs the filter alone. Writes nothing to stdout or to its final name before the whole export has been validated. */
export default async function filter(io: Io): Promise<void> {
  const { options } = io
  const { config, warnings } = await resolveConfig(flagsOf(options), process.env, options.config)
  const watches = watchesNamed(options.watch, config)
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
      await filterInto(options.into, watches, options, read)
    } else if (Array.isArray(options.watch) && options.watch.length > 1) {
      throw new Failure('usage', 'several watches need a folder for their lists: add --into FOLDER')
    } else await filterOne(watchOf(options, watches[0]!, terms?.terms), options, read)
  } finally {
    report.close()
  }
}

async function filterOne(watch: Watch, { json }: Options, read: ReadSource): Promise<void> {
  const spool = await Spool.open()
  try {
    const kept = new RecordSpooler(watch, spool)
    const records = await read(kept, (all) => `${count(kept.records)} of ${count(all)} records kept`)
    if (json) await printJson({ records, kept: kept.records, ...(await sumOf(spool)) })
    else for await (const chunk of spool.read()) await print(chunk)
  } finally {
    await spool.close()
  }
}

/**
 * Spools the header and the records that match a watch. The pipeline's filter is not used here: it hashes every list, and
 * checksums take longer than the filter itself.
 */
class RecordSpooler implements Reader {
  records = 0
  readonly columns: readonly string[]
  private readonly matcher: Matcher
  private readonly spool: Spool

  constructor(watch: Watch, spool: Spool) {
    this.columns = [...new Set(watch.columns)]
    this.matcher = createWasmMatcher([watch], this.columns)
    this.spool = spool
  }

  begin(header: Uint8Array): void {
    this.spool.add(header)
  }

  take(batch: Batch): void {
    this.matcher.match(batch, (record) => {
      this.records++
      this.spool.add(batch.bytes.subarray(batch.records[2 * record], batch.records[2 * record + 1]))
    })
  }

  drain(): Promise<void> {
    return this.spool.drain()
  }
}

async function sumOf(spool: Spool): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const { createHash } = await import('node:crypto')
  const hash = createHash('sha256')
  for await (const chunk of spool.read()) hash.update(chunk)
  return { bytes: spool.bytes, sha256: hash.digest('hex') }
}

/** Reviews the terms of `--term` like those of a watch. */
function termsOf({ term }: Options): ReviewedTerms | undefined {
  const empty = term?.find((one) => foldTerm(one) === '')
  if (empty !== undefined)
    throw new Failure(
      'usage',
      `--term must hold something besides spaces, hyphens, apostrophes and accents, not ${quoted(empty)}`,
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
