import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveConfig } from '../config/config.ts'
import { DEFAULT_COLUMNS, type Watch } from '../config/watch.ts'
import { Failure } from '../errors.ts'
import { fold } from '../matching/fold.ts'
import { gunzip, sniff } from '../pipeline/compression.ts'
import { closeLists, Selection } from '../pipeline/lists.ts'
import { readExport, readOptions } from '../pipeline/read.ts'
import { metered } from '../pipeline/take.ts'
import { type Opened, openSource } from '../portal/open.ts'
import type { PendingObject } from '../stores/archive.ts'
import { count } from '../terminal/format.ts'
import { flagsOf, type Io, type Options, openReport, print, printJson, watchesOf } from './io.ts'

/** The filter alone. Nothing reaches stdout before the whole export was found to be sound. */
export default async function filter(io: Io): Promise<void> {
  const { config } = await resolveConfig(flagsOf(io.options), process.env, io.options.config)
  const watch = watchOf(io.options, watchesOf(config, io.options.watch)[0]!)
  const [file = '-'] = io.arguments
  const name = file === '-' ? 'stdin' : file
  const report = await openReport(io.options)
  const spool = await openSpool()
  try {
    const source = file === '-' ? stdin() : await openSource(file, { config, signal: io.signal, report })
    const meter = report.meter('filter', source.length)
    const selection = new Selection([{ watch, key: name, create: async () => spool.object }])
    const { gzip, chunks } = await sniff(metered(source.chunks, meter.add, io.signal))
    const { records } = await readExport(
      gzip ? gunzip(chunks, name) : chunks,
      name,
      selection,
      readOptions('datasets', config),
    )
    const [list] = await closeLists(selection)
    const { csv } = list!
    meter.done(`${count(csv.records)} of ${count(records)} records kept`)
    report.close()
    if (io.options.json) await printJson({ records, kept: csv.records, bytes: csv.bytes, sha256: csv.sha256 })
    else for await (const chunk of spool.read()) await print(chunk)
  } finally {
    report.close()
    await spool.close()
  }
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

function stdin(): Opened {
  return { url: 'stdin', lastModified: null, length: undefined, chunks: process.stdin }
}

/** A file that has no name any more: whatever happens to the process, nothing of it stays. */
async function openSpool() {
  const path = join(tmpdir(), `datagouv-tops-${randomBytes(8).toString('hex')}`)
  const file = await open(path, 'wx+', 0o600)
  await rm(path)
  const object: PendingObject = {
    write: async (bytes) => {
      await file.write(bytes).catch((error: Error) => {
        throw new Failure('store', `the folder for temporary files (${tmpdir()}) cannot be written: ${error.message}`)
      })
    },
    complete: async () => {},
    commit: async () => {},
    abort: async () => {},
  }
  return {
    object,
    read: () => createReadStream(path, { fd: file.fd, autoClose: false, start: 0, highWaterMark: 1 << 18 }),
    close: () => file.close(),
  }
}
