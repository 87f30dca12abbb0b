import { distance } from 'fastest-levenshtein'
import type { Batch } from '../csv/scanner.ts'
import { fold } from '../matching/fold.ts'
import { textOf, wholeNumber } from '../pipeline/rank.ts'
import type { Reader } from '../pipeline/read.ts'
import type { FoundDataset, NearDataset } from './explanation.ts'

/** A dataset of an export, and the texts in which terms are looked for. */
export interface FoundRecord {
  readonly dataset: FoundDataset
  readonly texts: Readonly<Record<string, string>>
}

const IDENTITY = ['id', 'title', 'organization_id', 'metric.followers'] as const

/** Finds datasets by id, or by slug when the export has slugs, while it is read. The first record of each counts. */
export class Finder implements Reader {
  readonly columns: readonly string[]
  readonly found = new Map<string, FoundRecord>()
  private readonly wanted: ReadonlySet<string>
  private readonly searched: readonly string[]
  private readonly names: readonly number[]

  /** @param names the columns by which a dataset may be called: `id`, `slug` */
  constructor(wanted: ReadonlySet<string>, searched: readonly string[], names: readonly string[]) {
    this.wanted = wanted
    this.searched = searched
    this.columns = [...new Set([...IDENTITY, ...names, ...searched])]
    this.names = names.map((name) => this.columns.indexOf(name))
  }

  take(batch: Batch): void {
    for (let record = 0; record < batch.count; record++) {
      for (const slot of this.names) {
        const name = textOf(batch, record, slot)
        if (this.wanted.has(name) && !this.found.has(name)) this.found.set(name, this.read(batch, record))
      }
    }
  }

  private read(batch: Batch, record: number): FoundRecord {
    const text = (column: string) => textOf(batch, record, this.columns.indexOf(column))
    const id = text('id')
    const followers = wholeNumber(batch, record, this.columns.indexOf('metric.followers'))
    const number = batch.first + record
    return {
      dataset: { id, title: text('title'), followers, organization_id: text('organization_id'), record: number },
      texts: Object.fromEntries(this.searched.map((column) => [column, text(column)])),
    }
  }
}

/** How many are told, and how many letters may differ: more is no slip of the keyboard. */
const MOST_NEAR = 3
const slips = (name: string) => Math.floor(name.length / 6)

/** A dataset, and how many letters its name differs. */
type Nearer = NearDataset & { readonly away: number }

/** Finds the datasets whose ids, slugs or titles differ least from those wanted, while an export is read; nearest first. */
export class Neighbours implements Reader {
  readonly columns: readonly string[]
  private readonly nearest: ReadonlyMap<string, { readonly folded: string; readonly near: Nearer[] }>

  constructor(wanted: Iterable<string>, names: readonly string[]) {
    this.columns = ['title', ...names]
    this.nearest = new Map([...wanted].map((name) => [name, { folded: fold(name), near: [] }]))
  }

  of(name: string): readonly NearDataset[] {
    return this.nearest.get(name)!.near.map(({ dataset_id, dataset_title }) => ({ dataset_id, dataset_title }))
  }

  take(batch: Batch): void {
    for (let record = 0; record < batch.count; record++) {
      const [title = '', id = '', ...slugs] = this.columns.map((_, slot) => textOf(batch, record, slot))
      const names = [id, ...slugs, fold(title)]
      for (const [wanted, { folded, near }] of this.nearest) {
        const most = near.length < MOST_NEAR ? slips(wanted) : near.at(-1)!.away - 1
        const away = distanceTo(folded, names, most)
        if (away > most) continue
        near.push({ dataset_id: id, dataset_title: title, away })
        near.sort((a, b) => a.away - b.away).splice(MOST_NEAR)
      }
    }
  }
}

/** Of the nearest of some names; those that are much longer or shorter are not looked at. */
function distanceTo(wanted: string, names: readonly string[], most: number): number {
  const alike = names.filter((name) => Math.abs(name.length - wanted.length) <= most)
  return Math.min(...alike.map((name) => distance(name, wanted)))
}
