import { createHash, type Hash } from 'node:crypto'
import { text } from 'node:stream/consumers'
import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import type { FoundNames } from '../csv/columns.ts'
import type { Batch } from '../csv/scanner.ts'
import type { ArchiveFacts, Snapshot } from '../editions/edition.ts'
import { descriptionKey, editionKey } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import type { Matcher } from '../matching/matcher.ts'
import type { Run } from '../runs/run.ts'
import type { PendingObject } from '../stores/archive.ts'
import { pluralize } from '../text/format.ts'
import { createWasmMatcher } from '../wasm/matcher.ts'
import { describedNames, descriptionMismatch } from './description.ts'
import { IdTable, NumberSet } from './ids.ts'
import { PROJECTED_COLUMNS, TopDatasets } from './project.ts'
import type { Organization, Ranking } from './rank.ts'
import { type Reader, readCsv, readOptions } from './read.ts'
import type { RunRequest } from './request.ts'
import { Blocks, SliceWriter } from './slices.ts'
import { findSnapshot } from './snapshot.ts'

/** The datasets of one watch, complete: the facts of its CSV, and the tops when the ranking was known. */
interface FilteredCsv {
  readonly watch: Watch
  readonly csv: ArchiveFacts
  /** The columns of the CSV. */
  readonly header: readonly string[]
  /** Records left out because an earlier record of the list has their id. */
  readonly repeated: number
  readonly tops: TopDatasets | undefined
}

/** A list whose CSV is still aside. */
export interface StagedCsv extends FilteredCsv {
  readonly object: PendingObject
}

/** A list to be made: where its CSV shall grow, and the organisations that count when the tops are wanted as well. */
export interface CsvPlan {
  readonly watch: Watch
  readonly key: string
  readonly create: () => Promise<PendingObject>
  readonly top?: readonly Organization[]
  /** False saves the time for the sha256 of the CSV. */
  readonly checksum?: boolean
}

/** A list while it grows. */
interface CsvBuilder {
  readonly plan: CsvPlan
  readonly object: PendingObject
  readonly csv: SliceWriter
  readonly hash: Hash | undefined
  readonly tops: TopDatasets | undefined
  /** Numbers of the ids that it holds. */
  readonly ids: NumberSet
  records: number
  repeated: number
}

/**
 * Keeps, for all watches in one pass, the records in which one of their terms is present, byte for byte. A dataset id is
 * listed once: the first of its records stands. The CSVs stay aside; disposing of the selection discards those that were not
 * archived.
 */
export class WatchFilter implements Reader, AsyncDisposable {
  readonly columns: readonly string[]
  lists: readonly CsvBuilder[] = []
  private readonly plans: readonly CsvPlan[]
  private readonly matcher: Matcher
  private readonly projected: readonly number[]
  private readonly idSlot: number
  private readonly ids = new IdTable()
  private header: readonly string[] = []

  /** @param ranking of the organisations, when the tops are wanted as well */
  static of({ watches, date }: RunRequest, { archive }: Context, ranking?: Ranking): WatchFilter {
    return new WatchFilter(
      watches.map((watch) => {
        const key = editionKey(watch.name, date)
        const create = () => archive.create(key, { contentType: 'text/csv; charset=utf-8' })
        return { watch, key, create, ...(ranking && { top: ranking.top(watch.top) }) }
      }),
    )
  }

  constructor(plans: readonly CsvPlan[]) {
    this.plans = plans
    const watches = plans.map(({ watch }) => watch)
    const projected = plans.some(({ top }) => top !== undefined) ? PROJECTED_COLUMNS : []
    this.columns = [...new Set([...watches.flatMap(({ columns }) => columns), 'id', ...projected])]
    this.idSlot = this.columns.indexOf('id')
    this.projected = projected.map((column) => this.columns.indexOf(column))
    this.matcher = createWasmMatcher(watches, this.columns)
  }

  async begin(header: Uint8Array, columns: readonly string[]): Promise<void> {
    await this.drop()
    this.ids.clear()
    this.header = columns
    const blocks = new Blocks(this.plans.length)
    for (const plan of this.plans) {
      const object = await plan.create()
      const hash = plan.checksum === false ? undefined : createHash('sha256')
      const csv = new SliceWriter((block) => object.write(block), { blocks, ...(hash && { hash }) })
      csv.add(header)
      const list = {
        plan,
        object,
        csv,
        hash,
        tops: plan.top && new TopDatasets(plan.top),
        ids: new NumberSet(),
        records: 0,
        repeated: 0,
      }
      this.lists = [...this.lists, list]
    }
  }

  take(batch: Batch): void {
    this.matcher.match(batch, (record, watch) => {
      const list = this.lists[watch]!
      if (!list.ids.add(this.idOf(batch, record))) {
        list.repeated++
        return
      }
      list.csv.add(batch.bytes.subarray(batch.records[2 * record], batch.records[2 * record + 1]))
      list.records++
      list.tops?.take(batch, record, this.projected)
    })
  }

  private idOf({ bytes, fields, width }: Batch, record: number): number {
    const at = 2 * (record * width + this.idSlot)
    return this.ids.add(bytes, fields[at]!, fields[at + 1]!)
  }

  async drain(): Promise<void> {
    for (const { csv } of this.lists) await csv.drain()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drop()
  }

  /** Writes what is left of each list; their facts are then known. Nothing is visible yet. */
  async close(): Promise<StagedCsv[]> {
    const closed: StagedCsv[] = []
    for (const { plan, object, csv, hash, tops, records, repeated } of this.lists) {
      await csv.end()
      const facts = { key: plan.key, bytes: csv.bytes, sha256: hash?.digest('hex') ?? '', records }
      await object.complete(facts.sha256)
      closed.push({ watch: plan.watch, object, tops, csv: facts, header: this.header, repeated })
    }
    return closed
  }

  private async drop(): Promise<void> {
    for (const { object, csv } of this.lists) {
      await csv.settle()
      await object.abort()
    }
    this.lists = []
  }
}

/** Closes the lists of a step, and warns of records that repeat an id. */
export async function completeCsvs(selection: WatchFilter, run?: Pick<Run, 'warn'>): Promise<StagedCsv[]> {
  const lists = await selection.close()
  for (const { watch, repeated } of lists) {
    if (repeated === 0) continue
    const what = `${pluralize(repeated, 'record')} that ${repeated === 1 ? 'repeats' : 'repeat'} the id of an earlier one`
    run?.warn(`${watch.name}: left out ${what}`)
  }
  return lists
}

/** The archived CSV of a watch: its facts, and the datasets in it of the top organizations. */
export type ArchivedCsv = Pick<FilteredCsv, 'watch' | 'csv' | 'tops'>

/**
 * Reads the archived CSV of each watch, and projects it.
 *
 * @throws Failure `usage` for one that was not made from this snapshot by the rules of the watch, as its description says
 */
export async function readArchivedCsvs(
  { watches, date }: RunRequest,
  snapshot: Snapshot,
  ranking: Ranking,
  context: Context,
): Promise<ArchivedCsv[]> {
  const lists: ArchivedCsv[] = []
  for (const watch of watches) {
    const key = editionKey(watch.name, date)
    const description = await readDescription(watch, date, context)
    const { columns } = snapshot.datasets
    const list = await readArchivedCsv(key, ranking.top(watch.top), context, columns).catch(async (error) => {
      const isDamaged =
        error instanceof Failure && error.kind === 'contract' && !(await isDescribed(key, description, context))
      throw isDamaged ? unusable(watch, date, 'it is damaged', context) : error
    })
    const mismatch = descriptionMismatch(description, watch, list.csv, snapshot)
    if (mismatch !== undefined) throw unusable(watch, date, `it ${mismatch}`, context)
    lists.push({ watch, ...list })
  }
  return lists
}

async function readDescription(watch: Watch, date: string, context: Context): Promise<string> {
  const { archive } = context
  const [csv, description] = [editionKey(watch.name, date), descriptionKey(watch.name, date)]
  if ((await archive.stat(csv)) === undefined) {
    const what = `there is no ${csv} in ${archive.address}`
    throw new Failure('usage', `${what}. Run "archive --date ${date} --watch ${watch.name}" first`)
  }
  if ((await archive.stat(description)) === undefined)
    throw unusable(watch, date, `${description} is missing, which says what it was made from`, context)
  return text(archive.read(description))
}

async function isDescribed(key: string, description: string, { archive }: Context): Promise<boolean> {
  const hash = createHash('sha256')
  for await (const chunk of archive.read(key)) hash.update(chunk)
  return description.includes(hash.digest('hex'))
}

function unusable({ name }: Watch, date: string, why: string, { archive }: Context): Failure {
  const what = `cannot publish ${editionKey(name, date)} in ${archive.address}: ${why}`
  return new Failure('usage', `${what}. Run "archive --date ${date} --watch ${name}" again`)
}

/**
 * Returns the names that the columns of an archived CSV have, as its description gives them; it outlives the snapshot. Version
 * 0.1 wrote none, so its snapshot is asked.
 */
export async function archivedNames(watch: string, date: string, context: Context): Promise<FoundNames | undefined> {
  const { archive } = context
  const key = descriptionKey(watch, date)
  if ((await archive.stat(key)) === undefined) return (await findSnapshot(date, context))?.datasets.columns
  try {
    return describedNames(await text(archive.read(key)))
  } catch (error) {
    // The configured names serve when it is damaged. A store that is down fails at the next read.
    if (error instanceof Failure) return undefined
    throw error
  }
}

/** Reads a CSV of the archive: its facts, and the datasets in it of some organizations. */
export async function readArchivedCsv(
  key: string,
  top: readonly Organization[],
  { archive, config }: Context,
  names?: FoundNames | undefined,
) {
  const tops = new TopDatasets(top)
  const slots = PROJECTED_COLUMNS.map((_, slot) => slot)
  const reader: Reader = {
    columns: PROJECTED_COLUMNS,
    take: (batch) => {
      for (let record = 0; record < batch.count; record++) tops.take(batch, record, slots)
    },
  }
  const options = readOptions('datasets', config, names)
  const { sha256, bytes, records } = await readCsv(archive.read(key), key, reader, options)
  return { csv: { key, sha256, bytes, records }, tops }
}
