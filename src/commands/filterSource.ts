import { existsSync, fstatSync } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { suggestName } from '../config/parsers.ts'
import type { Config } from '../config/settings.ts'
import { Failure, quoted } from '../errors.ts'
import { detectGzip, gunzip } from '../pipeline/compression.ts'
import { meterChunks } from '../pipeline/meterChunks.ts'
import { type Reader, readOptions, scanExport } from '../pipeline/read.ts'
import { FileChangedError } from '../portal/download.ts'
import { readDescriptorChunks } from '../portal/fileChunks.ts'
import { type ExportSource, openExport } from '../portal/open.ts'
import type { Report } from '../terminal/report.ts'
import type { CommandInput } from './io.ts'

/**
 * Reads the export of a `filter` command with a reader. Returns the number of its records.
 *
 * @param outcome a line for the report, by the number of records
 */
export type ReadSource = (reader: Reader, outcome: (records: number) => string) => Promise<number>

/** Returns a function that reads the file or URL of the command; without one, stdin. */
export function sourceReader({
  arguments: [file = '-'],
  options,
  signal,
  config,
  report,
}: CommandInput & { readonly config: Config; readonly report: Report }): ReadSource {
  return async (reader, outcome) => {
    const name = file === '-' ? 'stdin' : file
    if (file !== '-') refuseMissing(file)
    else if (process.stdin.isTTY)
      report.info('waiting for an export on stdin (Ctrl-C stops); to filter a file, name it as the argument')
    const source =
      file === '-' ? stdin(signal) : await openExport(file, { config, signal, report }).catch(asPortalFailure)
    const meter = report.meter('filter', source.length)
    let bytes = 0
    const count = (more: number) => {
      bytes += more
      meter.add(more)
    }
    const { gzip, chunks } = await detectGzip(meterChunks(source.chunks, count, signal))
    const plain = gzip ? gunzip(chunks, name) : chunks
    const { records } = await scanExport(plain, name, reader, {
      ...readOptions('datasets', config),
      onHeader: (columns) => refuseUnknownColumns(options.column, columns, name),
    }).catch((error) => (bytes === 0 ? refuseEmpty(name, error) : asFilterFailure(error)))
    meter.done(outcome(records))
    report.close()
    return records
  }
}

/** Reports an empty input. Usually the command before the pipe has failed. */
function refuseEmpty(name: string, error: unknown): never {
  if (!(error instanceof Failure) || error.kind !== 'contract') throw error
  const next = name === 'stdin' ? 'Name a file, or check the command before the pipe.' : 'Fetch the file again.'
  throw new Failure('contract', `cannot filter ${name}: it is empty. ${next}`, { cause: error })
}

/** Reports a file that was replaced while it was read. */
function asPortalFailure(error: unknown): never {
  if (!(error instanceof FileChangedError)) throw error
  throw new Failure('portal', `${error.message}. Run the command again`, { cause: error })
}

/** Reports an error of the reader, which was written for runs: a filter never publishes. */
function asFilterFailure(error: unknown): never {
  if (!(error instanceof Failure)) return asPortalFailure(error)
  throw new Failure(error.kind, error.message.replace('; nothing was published', ''), { cause: error })
}

/** Reports a missing file. Suggests --term for `filter vélo`: a word instead of a file. */
function refuseMissing(file: string): void {
  if (/^\w+:\/\//.test(file) || existsSync(file)) return
  const next = /[./\\]/.test(file)
    ? 'Check the path.'
    : `To search for the word, use --term: filter --term ${quoted(file)} FILE.`
  throw new Failure('usage', `cannot read ${quoted(file)}: there is no such file. ${next}`)
}

/** Reads stdin. A file in its place (`< datasets.csv`) is read as a file. */
function stdin(signal: AbortSignal): ExportSource {
  const isFile = fstatSync(0).isFile()
  return {
    url: 'stdin',
    lastModified: null,
    length: undefined,
    chunks: isFile ? readDescriptorChunks(0) : abortableChunks(signal),
  }
}

/** Reads stdin. The signal ends the read, which would otherwise block on a terminal. */
async function* abortableChunks(signal: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    yield* addAbortSignal(signal, process.stdin)
  } finally {
    signal.throwIfAborted()
  }
}

function refuseUnknownColumns(wanted: readonly string[] = [], columns: readonly string[], name: string): void {
  const unknown = wanted.find((column) => !columns.includes(column))
  if (unknown === undefined) return
  const next = suggestName(unknown, columns)
  throw new Failure('usage', `cannot search in --column ${quoted(unknown)}: ${name} has no such column; ${next}`)
}
