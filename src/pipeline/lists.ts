import { createHash, type Hash } from 'node:crypto'
import type { Watch } from '../config/watch.ts'
import type { World } from '../context.ts'
import type { Batch } from '../csv/scanner.ts'
import type { ArchiveFacts } from '../editions/edition.ts'
import { editionKey } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import type { Matcher } from '../matching/matcher.ts'
import type { PendingObject } from '../stores/archive.ts'
import { createWasmMatcher } from '../wasm/matcher.ts'
import type { Order } from './order.ts'
import { PROJECTED_COLUMNS, Tops } from './project.ts'
import type { Organization, Ranking } from './rank.ts'
import { type Reader, readCsv, readOptions } from './read.ts'
import { Blocks, SliceWriter } from './slices.ts'

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

/** A list to be made: where its CSV shall grow, and the organisations that count when the tops are wanted as well. */
export interface ListPlan {
  readonly watch: Watch
  readonly key: string
  readonly create: () => Promise<PendingObject>
  readonly top?: readonly Organization[]
}

/** A list while it grows. */
interface GrowingList {
  readonly plan: ListPlan
  readonly object: PendingObject
  readonly csv: SliceWriter
  readonly hash: Hash
  readonly tops: Tops | undefined
  records: number
}

/**
 * Keeps, for all watches in one pass, the records in which one of their terms is present, byte for byte. The CSVs stay
 * aside; what nobody archives is gone when the selection is disposed of.
 */
export class Selection implements Reader, AsyncDisposable {
  readonly columns: readonly string[]
  lists: readonly GrowingList[] = []
  private readonly plans: readonly ListPlan[]
  private readonly matcher: Matcher
  private readonly projected: readonly number[]

  /** @param ranking of the organisations, when the tops are wanted as well */
  static of({ watches, date }: Order, { archive }: World, ranking?: Ranking): Selection {
    return new Selection(
      watches.map((watch) => {
        const key = editionKey(watch.name, date)
        const create = () => archive.create(key, { contentType: 'text/csv; charset=utf-8' })
        return { watch, key, create, ...(ranking && { top: ranking.top(watch.top) }) }
      }),
    )
  }

  constructor(plans: readonly ListPlan[]) {
    this.plans = plans
    const watches = plans.map(({ watch }) => watch)
    const projected = plans.some(({ top }) => top !== undefined) ? PROJECTED_COLUMNS : []
    this.columns = [...new Set([...watches.flatMap(({ columns }) => columns), ...projected])]
    this.projected = projected.map((column) => this.columns.indexOf(column))
    this.matcher = createWasmMatcher(watches, this.columns)
  }

  async begin(header: Uint8Array): Promise<void> {
    await this.drop()
    const blocks = new Blocks(this.plans.length)
    for (const plan of this.plans) {
      const object = await plan.create()
      const hash = createHash('sha256')
      const csv = new SliceWriter((block) => object.write(block), { blocks, hash })
      csv.add(header)
      const list = { plan, object, csv, hash, tops: plan.top && new Tops(plan.top), records: 0 }
      this.lists = [...this.lists, list]
    }
  }

  take(batch: Batch): void {
    this.matcher.match(batch, (record, watch) => {
      const list = this.lists[watch]!
      list.csv.add(batch.bytes.subarray(batch.records[2 * record], batch.records[2 * record + 1]))
      list.records++
      list.tops?.take(batch, record, this.projected)
    })
  }

  async drain(): Promise<void> {
    for (const { csv } of this.lists) await csv.drain()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drop()
  }

  private async drop(): Promise<void> {
    for (const { object, csv } of this.lists) {
      await csv.settle()
      await object.abort()
    }
    this.lists = []
  }
}

/** Writes what is left of each list; their facts are then known. Nothing is visible yet. */
export async function closeLists({ lists }: Selection): Promise<NewList[]> {
  const closed: NewList[] = []
  for (const { plan, object, csv, hash, tops, records } of lists) {
    await csv.end()
    const facts = { key: plan.key, bytes: csv.bytes, sha256: hash.digest('hex'), records }
    await object.complete(facts.sha256)
    closed.push({ watch: plan.watch, object, tops, csv: facts })
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
    lists.push({ watch, ...(await readList(key, ranking.top(watch.top), world)) })
  }
  return lists
}

/** A CSV of the archive: its facts, and the datasets in it of some organisations. */
export async function readList(key: string, top: readonly Organization[], { archive, config }: World) {
  const tops = new Tops(top)
  const slots = PROJECTED_COLUMNS.map((_, slot) => slot)
  const reader: Reader = {
    columns: PROJECTED_COLUMNS,
    take: (batch) => {
      for (let record = 0; record < batch.count; record++) tops.take(batch, record, slots)
    },
  }
  const { sha256, bytes, records } = await readCsv(archive.read(key), key, reader, readOptions('datasets', config))
  return { csv: { key, sha256, bytes, records }, tops }
}
