import { fstatSync } from 'node:fs'
import type { Config } from '../config/settings.ts'
import { detectGzip, gunzip } from '../pipeline/compression.ts'
import { meterChunks } from '../pipeline/meterChunks.ts'
import { type Reader, readOptions, scanExport } from '../pipeline/read.ts'
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

/** Prepares to read the export that the command names; stdin without one. */
export function sourceReader({
  arguments: [file = '-'],
  signal,
  config,
  report,
}: CommandInput & { readonly config: Config; readonly report: Report }): ReadSource {
  return async (reader, outcome) => {
    const name = file === '-' ? 'stdin' : file
    const source = file === '-' ? stdin() : await openExport(file, { config, signal, report })
    const meter = report.meter('filter', source.length)
    const { gzip, chunks } = await detectGzip(meterChunks(source.chunks, meter.add, signal))
    const plain = gzip ? gunzip(chunks, name) : chunks
    const { records } = await scanExport(plain, name, reader, readOptions('datasets', config))
    meter.done(outcome(records))
    report.close()
    return records
  }
}

/** Reads stdin. A file in its place (`< datasets.csv`) is read as a file. */
function stdin(): ExportSource {
  const isFile = fstatSync(0).isFile()
  return {
    url: 'stdin',
    lastModified: null,
    length: undefined,
    chunks: isFile ? readDescriptorChunks(0) : process.stdin,
  }
}
