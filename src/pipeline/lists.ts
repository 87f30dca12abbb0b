import type { Watch } from '../config/watch.ts'
import type { World } from '../context.ts'
import type { Batch } from '../csv/scanner.ts'
import type { ArchiveFacts } from '../editions/edition.ts'
import { editionKey } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import { createPlainMatcher, type Matcher } from '../matching/matcher.ts'
import type { PendingObject } from '../stores/archive.ts'
import type { Order } from './order.ts'
import { PROJECTED_COLUMNS, Tops } from './project.ts'
import type { Ranking } from './rank.ts'
import { type Reader, readCsv } from './read.ts'
import { SliceWriter } from './slices.ts'

/** The datasets of one watch, complete: the facts of its CSV, and the tops when the ranking was known. */
export interface List {
  readonly watch: Watch
  readonly csv: ArchiveFacts
  readonly tops: Tops | undefined
}

/** A list whose CSV is still aside. */
export interface NewList extends List {
  readonly object: PendingObject
}

/** A list to be made: where its CSV grows, and the tops of it when they are wanted as well. */
export interface ListPlan {
  readonly watch: Watch
  readonly key: string
  readonly object: PendingObject
  readonly tops?: Tops
}

interface GrowingList extends ListPlan {
  readonly csv: SliceWriter
  records: number
}

/**
 * Keeps, for all watches in one pass, the records in which one of their terms is present, byte for byte. The CSVs stay
 * aside; what nobody archives is gone when the selection is disposed of.
 */
export class Selection implements Reader, AsyncDisposable {
  readonly columns: readonly string[]
  readonly lists: readonly GrowingList[]
  private readonly matcher: Matcher
  private readonly kept: Uint8Array
  private readonly projected: readonly number[]

  /** @param ranking of the organisations, when the tops are wanted as well */
  static async open({ watches, date }: Order, { archive }: World, ranking?: Ranking): Promise<Selection> {
    const plans: ListPlan[] = []
    for (const watch of watches) {
      const key = editionKey(watch.name, date)
      await archive.sweep(key)
      const object = await archive.create(key, { contentType: 'text/csv; charset=utf-8' })
      plans.push({ watch, key, object, ...(ranking && { tops: new Tops(ranking.top(watch.top)) }) })
    }
    return new Selection(plans)
  }

  constructor(plans: readonly ListPlan[]) {
    this.lists = plans.map((plan) => ({ ...plan, csv: new SliceWriter(plan.object), records: 0 }))
    const watches = plans.map(({ watch }) => watch)
    const projected = plans.some(({ tops }) => tops !== undefined) ? PROJECTED_COLUMNS : []
    this.columns = [...new Set([...watches.flatMap(({ columns }) => columns), ...projected])]
    this.projected = projected.map((column) => this.columns.indexOf(column))
    this.matcher = createPlainMatcher(watches, this.columns)
    this.kept = new Uint8Array(plans.length)
  }

  begin(header: Uint8Array): void {
    for (const { csv } of this.lists) csv.add(header)
  }

  take(batch: Batch): void {
    for (let record = 0; record < batch.count; record++) {
      if (this.matcher.match(batch, record, this.kept) === 0) continue
      const slice = batch.bytes.subarray(batch.records[2 * record], batch.records[2 * record + 1])
      for (let index = 0; index < this.lists.length; index++) {
        if (this.kept[index] === 0) continue
        const list = this.lists[index]!
        list.csv.add(slice)
        list.records++
        list.tops?.take(batch, record, this.projected)
      }
    }
  }

  async drain(): Promise<void> {
    for (const { csv } of this.lists) await csv.drain()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { object } of this.lists) await object.abort()
  }
}

/** Writes what is left of each list; their facts are then known. Nothing is visible yet. */
export async function closeLists({ lists }: Selection): Promise<NewList[]> {
  const closed: NewList[] = []
  for (const { watch, key, object, csv, tops, records } of lists) {
    closed.push({ watch, object, tops, csv: { key, ...(await csv.end()), records } })
  }
  return closed
}

/** The lists as they stand in the archive, projected. */
export async function readLists({ watches, date }: Order, ranking: Ranking, world: World): Promise<List[]> {
  const lists: List[] = []
  for (const watch of watches) {
    const key = editionKey(watch.name, date)
    if ((await world.archive.stat(key)) === undefined) {
      const next = `run "archive --date ${date} --watch ${watch.name}" first`
      throw new Failure('usage', `there is no ${key} in ${world.archive.address}; ${next}`)
    }
    const tops = new Tops(ranking.top(watch.top))
    const slots = PROJECTED_COLUMNS.map((_, slot) => slot)
    const reader: Reader = {
      columns: PROJECTED_COLUMNS,
      take: (batch) => {
        for (let record = 0; record < batch.count; record++) tops.take(batch, record, slots)
      },
    }
    const { sha256, bytes, records } = await readCsv(world.archive.read(key), key, reader, world.config.max_record_size)
    lists.push({ watch, csv: { key, sha256, bytes, records }, tops })
  }
  return lists
}
