import { fstatSync } from 'node:fs'
import type { Config } from '../config/settings.ts'
import { gunzip, sniff } from '../pipeline/compression.ts'
import { metered } from '../pipeline/metered.ts'
import { type Reader, readOptions, scanExport } from '../pipeline/read.ts'
import { readDescriptor } from '../portal/file.ts'
import { type Opened, openSource } from '../portal/open.ts'
import type { Report } from '../terminal/report.ts'
import type { Io } from './io.ts'

/**
 * Reads the export of a `filter` command with a reader. Returns the number of its records.
 *
 * @param outcome a line for the report, by the number of records
 */
export type ReadSource = (reader: Reader, outcome: (records: number) => string) => Promise<number>

/** Prepares to read the export that the command names; stdin without one. */
export function sourceReader({
  arguments: [file = '-'],
  signal,
  config,
  report,
}: Io & { readonly config: Config; readonly report: Report }): ReadSource {
  return async (reader, outcome) => {
    const name = file === '-' ? 'stdin' : file
    const source = file === '-' ? stdin() : await openSource(file, { config, signal, report })
    const meter = report.meter('filter', source.length)
    const { gzip, chunks } = await sniff(metered(source.chunks, meter.add, signal))
    const plain = gzip ? gunzip(chunks, name) : chunks
    const { records } = await scanExport(plain, name, reader, readOptions('datasets', config))
    meter.done(outcome(records))
    report.close()
    return records
  }
}

/** Reads stdin. A file in its place (`< datasets.csv`) is read as a file. */
function stdin(): Opened {
  const isFile = fstatSync(0).isFile()
  return { url: 'stdin', lastModified: null, length: undefined, chunks: isFile ? readDescriptor(0) : process.stdin }
}
