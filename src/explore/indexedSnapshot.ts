import type { Batch } from '../csv/scanner.ts'
import type { ExportName, Snapshot } from '../editions/edition.ts'
import { DamagedDocument, Failure } from '../errors.ts'
import { gunzip } from '../pipeline/compression.ts'
import { IdTable } from '../pipeline/ids.ts'
import { PROJECTED_COLUMNS } from '../pipeline/project.ts'
import { type Organization, Ranking, textOf } from '../pipeline/rank.ts'
import { type Reader, type ReadOptions, scanExport } from '../pipeline/read.ts'
import { WordIndexer, type WordList } from '../wasm/wordIndexer.ts'
import { type Postings, PostingsBuilder } from './postings.ts'

/** The columns whose words are indexed. */
export const INDEXED_COLUMNS = ['title', 'tags', 'description'] as const
/** The fields of `IndexedSnapshot.records`, in their order. */
export const RECORD_COLUMNS = [...new Set([...INDEXED_COLUMNS, ...PROJECTED_COLUMNS])]
const [ID_SLOT, ORGANIZATION_SLOT] = [RECORD_COLUMNS.indexOf('id'), RECORD_COLUMNS.indexOf('organization_id')]

/** Offsets of records have 31 bits. */
const MAX_BYTES = 2 ** 31 - 1

/** A snapshot in memory, with an index of its words. */
export interface IndexedSnapshot {
  readonly snapshot: Snapshot
  /** The header record of the datasets export. */
  readonly header: Uint8Array
  /** All columns of the datasets export. */
  readonly columns: readonly string[]
  /** All records of the datasets export, with the fields RECORD_COLUMNS. */
  readonly records: Batch
  readonly words: WordList
  readonly postings: Postings
  /** All organizations, by rank. */
  readonly organizations: readonly Organization[]
  /** The rank of each record's organization; 0 if it has none in the organizations export. */
  readonly ranks: Uint32Array
  /** The number of each record's id; undefined if no id is repeated. */
  readonly ids: Uint32Array | undefined
  /** How the datasets export is read. */
  readonly options: ReadOptions
  /** The memory that it takes, in bytes. */
  readonly bytes: number
}

export type ExportOptions = Readonly<Record<ExportName, ReadOptions>>

/** Returns the memory that a snapshot will take, in bytes. Measured on data.gouv.fr: 1.25 times the export. */
export const expectedBytes = ({ datasets }: Snapshot) => Math.ceil(1.3 * datasets.bytes)

/**
 * Reads a snapshot into memory and indexes its words. The checksum of gzip shows damage; `verify` compares the sha256.
 *
 * @param open returns the stored bytes of an export
 * @throws DamagedDocument
 */
export async function indexSnapshot(
  snapshot: Snapshot,
  open: (name: ExportName) => AsyncIterable<Uint8Array>,
  options: ExportOptions,
): Promise<IndexedSnapshot> {
  if (snapshot.datasets.bytes > MAX_BYTES)
    throw new Failure('usage', `cannot search the snapshot of ${snapshot.date}: its export has more than 2 GiB.`)
  const ranking = new Ranking()
  await readAll('organizations', snapshot, ranking, open, options)
  const builder = new IndexBuilder(snapshot, ranking.top(Number.POSITIVE_INFINITY))
  await readAll('datasets', snapshot, builder, open, options)
  return builder.build(options.datasets)
}

async function readAll(
  name: ExportName,
  snapshot: Snapshot,
  reader: Reader,
  open: (name: ExportName) => AsyncIterable<Uint8Array>,
  options: ExportOptions,
): Promise<void> {
  const { key, records } = snapshot[name]
  try {
    const facts = await scanExport(gunzip(open(name), key), `${name} export (${key})`, reader, options[name])
    if (facts.records === records) return
    throw new Failure('contract', `it has ${facts.records} records, not ${records}`)
  } catch (error) {
    if (!(error instanceof Failure && error.kind === 'contract')) throw error
    const why = error.message.split('; nothing was')[0]
    throw damagedSnapshot(snapshot, `${key} is damaged (${why})`)
  }
}

/** Returns the error for a snapshot that cannot be searched. */
export function damagedSnapshot({ date }: Pick<Snapshot, 'date'>, why: string): DamagedDocument {
  return new DamagedDocument(
    `the snapshot of ${date}`,
    `cannot search ${date}: ${why}. Run "verify ${date}" for the remedy`,
  )
}

class IndexBuilder implements Reader {
  readonly columns = RECORD_COLUMNS
  private readonly snapshot: Snapshot
  private readonly organizations: readonly Organization[]
  private readonly rankById: ReadonlyMap<string, number>
  private readonly indexer: WordIndexer
  private readonly bytes: Buffer
  private readonly ranges: Uint32Array
  private readonly fields: Uint32Array
  private readonly ranks: Uint32Array
  private readonly ids: Uint32Array
  private readonly idTable: IdTable
  private readonly postings: PostingsBuilder
  private filled = 0
  private count = 0
  private header: Uint8Array = new Uint8Array(0)
  private headerColumns: readonly string[] = []
  private lastOrganization = { id: '', rank: 0 }

  constructor(snapshot: Snapshot, organizations: readonly Organization[]) {
    const { bytes, records } = snapshot.datasets
    this.snapshot = snapshot
    this.organizations = organizations
    this.rankById = new Map(organizations.map(({ id, rank }) => [id, rank]))
    this.indexer = new WordIndexer(bytes)
    this.bytes = Buffer.allocUnsafeSlow(bytes)
    this.ranges = new Uint32Array(2 * records)
    this.fields = new Uint32Array(2 * records * RECORD_COLUMNS.length)
    this.ranks = new Uint32Array(records)
    this.ids = new Uint32Array(records)
    this.idTable = new IdTable(records)
    this.postings = new PostingsBuilder(snapshot.datasets)
  }

  begin(header: Uint8Array, columns: readonly string[]): void {
    this.header = Uint8Array.from(header)
    this.headerColumns = columns
  }

  take(batch: Batch): void {
    const { recordRanges: records, count, fieldRanges: fields, fieldsPerRecord: width } = batch
    const first = records[0]!
    const text = batch.bytes.subarray(first, records[2 * count - 1])
    if (this.filled + text.length > this.bytes.length || this.count + count > this.ranks.length)
      throw new Failure('contract', `it has more than ${this.ranks.length} records or ${this.bytes.length} bytes`)
    this.bytes.set(text, this.filled)
    const shift = this.filled - first
    for (let at = 0; at < 2 * count; at++) this.ranges[2 * this.count + at] = records[at]! + shift
    const fieldsAt = 2 * this.count * width
    for (let at = 0; at < 2 * count * width; at++) this.fields[fieldsAt + at] = fields[at]! + shift
    this.postings.add(this.indexer.add(batch, INDEXED_COLUMNS.length), count)
    for (let record = 0; record < count; record++) this.addFacts(batch, record)
    this.filled += text.length
    this.count += count
  }

  private addFacts(batch: Batch, record: number): void {
    const id = textOf(batch, record, ORGANIZATION_SLOT)
    // Three in four datasets have the same organization as the previous one.
    if (id !== this.lastOrganization.id) this.lastOrganization = { id, rank: this.rankById.get(id) ?? 0 }
    this.ranks[this.count + record] = this.lastOrganization.rank
    const at = 2 * (record * batch.fieldsPerRecord + ID_SLOT)
    this.ids[this.count + record] = this.idTable.add(batch.bytes, batch.fieldRanges[at]!, batch.fieldRanges[at + 1]!)
  }

  build(options: ReadOptions): IndexedSnapshot {
    const { snapshot, header, headerColumns, organizations, count, ranges, fields, ranks } = this
    const bytes = this.bytes.subarray(0, this.filled)
    const { words, counts } = this.indexer.words()
    const postings = this.postings.build(counts)
    const ids = this.idTable.size === count ? undefined : this.ids
    const lists = [postings.entries, postings.ends, words.bytes, words.starts]
    const arrays = [bytes, ranges, fields, ranks, ...lists, ...(ids ? [ids] : [])]
    return {
      snapshot,
      header,
      columns: headerColumns,
      records: {
        bytes,
        count,
        firstNumber: 1,
        recordRanges: ranges,
        fieldsPerRecord: RECORD_COLUMNS.length,
        fieldRanges: fields,
      },
      words,
      postings,
      organizations,
      ranks,
      ids,
      options,
      bytes: arrays.reduce((sum, { byteLength }) => sum + byteLength, 0),
    }
  }
}
