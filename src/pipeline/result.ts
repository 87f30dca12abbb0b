import type { Outcome } from '../runs/run.ts'
import { counted } from '../terminal/format.ts'
import type { Order } from './order.ts'

/** What a step left in a store: facts for the run record and for whoever takes the next step. */
export interface Left<Facts extends object> {
  readonly facts: Facts
  /** False when the same was there before. */
  readonly changed: boolean
  /** Whether something else was there before. */
  readonly replaced?: boolean
}

export interface SnapshotFacts {
  readonly snapshot: {
    readonly key: string
    readonly datasets: { readonly records: number; readonly bytes: number; readonly sha256: string }
    readonly organizations: { readonly records: number; readonly bytes: number; readonly sha256: string }
  }
}

export interface ListFacts {
  readonly archived: readonly {
    readonly watch: string
    readonly key: string
    readonly records: number
    readonly bytes: number
    readonly sha256: string
  }[]
}

export interface EditionFacts {
  readonly published: readonly {
    readonly watch: string
    readonly _id: string
    readonly datasets: number
    /** How many of the top organisations have at least one dataset. */
    readonly organizations: number
    readonly top: number
  }[]
}

interface Summary extends Outcome {
  readonly date: string
  /** Whether there was another edition of the date before. */
  readonly replaced?: true
}
type Recorded<T> = T & Summary & { readonly run_id: string }

/** What the commands print as JSON: small enough to be handed from one worker to the next. */
export type FetchResult = Recorded<SnapshotFacts>
export type ArchiveResult = Recorded<ListFacts>
export type PublishResult = Recorded<EditionFacts>
export type RunResult = Recorded<Partial<SnapshotFacts> & ListFacts & EditionFacts>

/** What a run returns that has nothing to publish, because the portal has published nothing new. */
export function skipped({ date }: Order, since: string): Summary & ListFacts & EditionFacts & Partial<SnapshotFacts> {
  const summary = `skipped: the portal has not published since ${since} (when_unchanged is skip)`
  return { date, status: 'unchanged', summary, archived: [], published: [] }
}

/** Puts together what the steps left, and says it in a sentence. */
export function summarised<A extends object>({ date }: Order, a: Left<A>): Summary & A
export function summarised<A extends object, B extends object, C extends object>(
  { date }: Order,
  a: Left<A>,
  b: Left<B>,
  c: Left<C>,
): Summary & A & B & C
export function summarised({ date }: Order, ...left: Left<Partial<SnapshotFacts & ListFacts & EditionFacts>>[]) {
  const facts = Object.assign({}, ...left.map(({ facts }) => facts)) as (typeof left)[number]['facts']
  const sentences = [
    ...(facts.archived ?? []).map(({ key, records }) => `${counted(records, 'dataset')} in ${key}`),
    ...(facts.published ?? []).map(
      ({ _id, datasets, organizations, top }) =>
        `${counted(datasets, 'dataset')} of ${organizations} of the ${top} most followed organisations in ${_id}`,
    ),
  ]
  if (sentences.length === 0 && facts.snapshot) {
    const { datasets, organizations } = facts.snapshot
    sentences.push(
      `${counted(datasets.records, 'dataset')} and ${counted(organizations.records, 'organisation')} fetched`,
    )
  }
  const changed = left.some((one) => one.changed)
  const replaced = left.some((one) => one.replaced) && ({ replaced: true } as const)
  const place = changed
    ? replaced
      ? 'in place of what was there before: '
      : ''
    : 'nothing to do, all was there before: '
  const status = changed ? ('published' as const) : ('unchanged' as const)
  return { date, status, ...replaced, summary: place + sentences.join(', '), ...facts }
}
