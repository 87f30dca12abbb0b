import { fstatSync } from 'node:fs'
import { resolveConfig } from '../config/config.ts'
import { DEFAULT_COLUMNS, type Watch } from '../config/watch.ts'
import type { Batch } from '../csv/scanner.ts'
import { Failure } from '../errors.ts'
import { fold } from '../matching/fold.ts'
import type { Matcher } from '../matching/matcher.ts'
import { gunzip, sniff } from '../pipeline/compression.ts'
import { metered } from '../pipeline/metered.ts'
import { type Reader, readOptions, scanExport } from '../pipeline/read.ts'
import { readDescriptor } from '../portal/file.ts'
import { type Opened, openSource } from '../portal/open.ts'
import { count } from '../terminal/format.ts'
import { createWasmMatcher } from '../wasm/matcher.ts'
import { flagsOf, type Io, type Options, openReport, print, printJson, watchesOf } from './io.ts'
import { Spool } from './spool.ts'

/** The filter alone. Nothing reaches stdout before the whole export was found to be sound. */
export default async function filter(io: Io): Promise<void> {
  const { config } = await resolveConfig(flagsOf(io.options), process.env, io.options.config)
  const watch = watchOf(io.options, watchesOf(config, io.options.watch)[0]!)
  const [file = '-'] = io.arguments
  const name = file === '-' ? 'stdin' : file
  const report = await openReport(io.options)
  const spool = await Spool.open()
  try {
    const source = file === '-' ? stdin() : await openSource(file, { config, signal: io.signal, report })
    const meter = report.meter('filter', source.length)
    const { gzip, chunks } = await sniff(metered(source.chunks, meter.add, io.signal))
    const kept = new Kept(watch, spool)
    const plain = gzip ? gunzip(chunks, name) : chunks
    const { records } = await scanExport(plain, name, kept, readOptions('datasets', config))
    meter.done(`${count(kept.records)} of ${count(records)} records kept`)
    report.close()
    if (io.options.json) await printJson({ records, kept: kept.records, ...(await sumOf(spool)) })
    else for await (const chunk of spool.read()) await print(chunk)
  } finally {
    report.close()
    await spool.close()
  }
}

/** Spools the header and the records in which a term of the watch is present. */
class Kept implements Reader {
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

function watchOf({ term, column, word }: Options, configured: Watch): Watch {
  const empty = term?.find((one) => fold(one) === '')
  if (empty !== undefined)
    throw new Failure('usage', '--term must hold at least one letter: accents alone are in every text')
  return {
    ...configured,
    ...(term !== undefined && { terms: term, columns: DEFAULT_COLUMNS }),
    ...(column !== undefined && { columns: column }),
    ...(word && { match: 'word' as const }),
  }
}

/** A file that stands in for stdin (`< datasets.csv`) is read as a file. */
function stdin(): Opened {
  const isFile = fstatSync(process.stdin.fd).isFile()
  return { url: 'stdin', lastModified: null, length: undefined, chunks: isFile ? readDescriptor(0) : process.stdin }
}
