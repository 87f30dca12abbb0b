import { createHash } from 'node:crypto'
import type { World } from '../context.ts'
import type { ExportFacts, ExportName } from '../editions/edition.ts'
import { exportKey } from '../editions/layout.ts'
import type { Opened } from '../portal/open.ts'
import type { PendingObject } from '../stores/archive.ts'
import { counted } from '../terminal/format.ts'
import { copyAside, gunzip, gzipAside, sniff } from './compression.ts'
import { type Reader, readExport } from './read.ts'

/** An export that was read to its end and is stored aside, not yet visible. */
export interface Taken {
  readonly facts: ExportFacts
  /** Makes it part of the date's snapshot. */
  keep(): Promise<void>
  drop(): Promise<void>
}

/**
 * Reads an export once: into the snapshot (aside), through its checksums, and past the reader. What comes as gzip is
 * stored as it came.
 */
export async function takeExport(
  name: ExportName,
  date: string,
  source: Opened,
  reader: Reader,
  { archive, config, report, signal }: World,
): Promise<Taken> {
  const key = exportKey(name, date)
  await archive.sweep(key)
  const object = await archive.create(key, { contentType: 'application/gzip' })
  const meter = report.meter(`fetch ${name}`, source.length)
  const stored = createHash('sha256')
  const store = async (bytes: Uint8Array) => {
    stored.update(bytes)
    await object.write(bytes)
  }
  try {
    const { gzip, chunks } = await sniff(metered(source.chunks, meter.add, signal))
    const plain = gzip ? gunzip(copyAside(chunks, store), `${name} export`) : gzipAside(chunks, store)
    const facts = await readExport(plain, `${name} export`, reader, config.max_record_size)
    meter.done(counted(facts.records, 'record'))
    const { url, lastModified } = source
    return taken(object, stored.digest('hex'), { key, url, last_modified: lastModified, ...facts })
  } catch (error) {
    await object.abort()
    throw error
  }
}

function taken(object: PendingObject, sha256: string, facts: ExportFacts): Taken {
  return { facts, keep: () => object.commit(sha256), drop: () => object.abort() }
}

/** Counts the bytes that go by, and stops between two chunks when the run is stopped. */
export async function* metered(
  chunks: AsyncIterable<Uint8Array>,
  add: (bytes: number) => void,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    signal.throwIfAborted()
    add(chunk.length)
    yield chunk
  }
}
