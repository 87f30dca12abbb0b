import { createHash, type Hash } from 'node:crypto'
import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import type { Batch } from '../csv/scanner.ts'
import type { ArchiveFacts } from '../editions/edition.ts'
import { editionKey } from '../editions/layout.ts'
import type { Matcher } from '../matching/matcher.ts'
import type { Run } from '../runs/run.ts'
import type { PendingObject } from '../stores/archive.ts'
import { pluralize } from '../text/format.ts'
import { createWasmMatcher } from '../wasm/matcher.ts'
import { IdTable, NumberSet } from './ids.ts'
import { PROJECTED_COLUMNS, TopDatasets } from './project.ts'
import type { Organization, Ranking } from './rank.ts'
import type { Reader } from './read.ts'
import type { RunRequest } from './request.ts'
import { Blocks, SliceWriter } from './slices.ts'

/** The CSV of one watch, complete in a temporary object. */
export interface StagedCsv {
  readonly watch: Watch
  readonly csv: ArchiveFacts
  /** The columns of the CSV. */
  readonly header: readonly string[]
  /** Number of records left out because they repeat the id of an earlier one. */
  readonly repeated: number
  /** Undefined if the filter had no ranking. */
  readonly tops: TopDatasets | undefined
  readonly object: PendingObject
}

/** A CSV to write, and the top organizations whose datasets to collect, if any. */
export interface CsvPlan {
  readonly watch: Watch
  readonly key: string
  readonly create: () => Promise<PendingObject>
  readonly top?: readonly Organization[]
  /** Set to false to skip the sha256 of the CSV. */
  readonly checksum?: boolean
}

interface CsvBuilder {
  readonly plan: CsvPlan
  readonly object: PendingObject
  readonly csv: SliceWriter
  readonly hash: Hash | undefined
  readonly tops: TopDatasets | undefined
  /** The numbers of its ids. */
  readonly ids: NumberSet
  records: number
  repeated: number
}

/**
 * Filters an export for all watches in one pass. Copies each record that contains a term, byte for byte, into a temporary CSV
 * per watch. Keeps only the first record of each dataset id. Disposal discards CSVs that were not committed.
 */
export class WatchFilter implements Reader, AsyncDisposable {
  readonly columns: readonly string[]
  csvs: readonly CsvBuilder[] = []
  private readonly matcher: Matcher
  private readonly projected: readonly number[]
  private readonly idSlot: number
  private readonly ids = new IdTable()
  private header: readonly string[] = []

  /** @param ranking to collect the datasets of the top organizations as well */
  static of({ watches, date }: RunRequest, { archive }: Context, ranking?: Ranking): WatchFilter {
    return new WatchFilter(
      watches.map((watch) => {
        const key = editionKey(watch.name, date)
        const create = () => archive.create(key, { contentType: 'text/csv; charset=utf-8' })
        return { watch, key, create, ...(ranking && { top: ranking.top(watch.top) }) }
      }),
    )
  }

  constructor(private readonly plans: readonly CsvPlan[]) {
    const watches = plans.map(({ watch }) => watch)
    const projected = plans.some(({ top }) => top !== undefined) ? PROJECTED_COLUMNS : []
    this.columns = [...new Set([...watches.flatMap(({ columns }) => columns), 'id', ...projected])]
    this.idSlot = this.columns.indexOf('id')
    this.projected = projected.map((column) => this.columns.indexOf(column))
    this.matcher = createWasmMatcher(watches, this.columns)
  }

  async begin(header: Uint8Array, columns: readonly string[]): Promise<void> {
    await this.discard()
    this.ids.clear()
    this.header = columns
    const blocks = new Blocks(this.plans.length)
    for (const plan of this.plans) {
      const object = await plan.create()
      const hash = plan.checksum === false ? undefined : createHash('sha256')
      const csv = new SliceWriter((block) => object.write(block), blocks, hash)
      csv.add(header)
      const builder = {
        plan,
        object,
        csv,
        hash,
        tops: plan.top && new TopDatasets(plan.top),
        ids: new NumberSet(),
        records: 0,
        repeated: 0,
      }
      this.csvs = [...this.csvs, builder]
    }
  }

  take(batch: Batch): void {
    this.matcher.match(batch, (record, watch) => {
      const builder = this.csvs[watch]!
      if (!builder.ids.add(this.idOf(batch, record))) {
        builder.repeated++
        return
      }
      builder.csv.add(batch.bytes.subarray(batch.recordRanges[2 * record], batch.recordRanges[2 * record + 1]))
      builder.records++
      builder.tops?.take(batch, record, this.projected)
    })
  }

  private idOf({ bytes, fieldRanges, fieldsPerRecord }: Batch, record: number): number {
    const at = 2 * (record * fieldsPerRecord + this.idSlot)
    return this.ids.add(bytes, fieldRanges[at]!, fieldRanges[at + 1]!)
  }

  async drain(): Promise<void> {
    for (const { csv } of this.csvs) await csv.drain()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.discard()
  }

  /** Writes the rest of each CSV, and returns them, not yet visible. */
  async close(): Promise<StagedCsv[]> {
    const closed: StagedCsv[] = []
    for (const { plan, object, csv, hash, tops, records, repeated } of this.csvs) {
      await csv.end()
      const facts = { key: plan.key, bytes: csv.bytes, sha256: hash?.digest('hex') ?? '', records }
      await object.complete(facts.sha256)
      closed.push({ watch: plan.watch, object, tops, csv: facts, header: this.header, repeated })
    }
    return closed
  }

  private async discard(): Promise<void> {
    for (const { object, csv } of this.csvs) {
      await csv.settle()
      await object.abort()
    }
    this.csvs = []
  }
}

/** Completes the CSVs of a filter, and warns of records that repeat an id. */
export async function completeCsvs(filter: WatchFilter, run?: Pick<Run, 'warn'>): Promise<StagedCsv[]> {
  const csvs = await filter.close()
  for (const { watch, repeated } of csvs) {
    if (repeated === 0) continue
    const what = `${pluralize(repeated, 'record')} that ${repeated === 1 ? 'repeats' : 'repeat'} the id of an earlier one`
    run?.warn(`${watch.name}: left out ${what}`)
  }
  return csvs
}

/** Returns a reader that ignores all records. Reading with it checks that an export has the columns the watches need. */
export function columnCheck({ watches }: Pick<RunRequest, 'watches'>): Reader {
  const columns = new Set([...watches.flatMap((watch) => watch.columns), ...PROJECTED_COLUMNS])
  return { columns: [...columns], take: () => {} }
}
