import type { World } from '../context.ts'
import { type Changes, changesBetween } from '../editions/changes.ts'
import type { Edition, TopDataset } from '../editions/edition.ts'
import { standingsOf } from './standings.ts'

/** What changed between two editions of a watch, with the reasons, as far as the archive still tells them. */
export async function explainedChanges(from: Edition, to: Edition, world: World): Promise<Changes> {
  const { entered, left } = changesBetween(from, to)
  return changesBetween(
    from,
    to,
    await standingsOf(from, idsOf(entered), world),
    await standingsOf(to, idsOf(left), world),
  )
}

const idsOf = (datasets: readonly TopDataset[]) => new Set(datasets.map(({ dataset_id }) => dataset_id))
