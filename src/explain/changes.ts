import type { Context } from '../context.ts'
import { type Changes, changesBetween } from '../editions/changes.ts'
import type { Edition, TopDataset } from '../editions/edition.ts'
import { standingsOf } from './standings.ts'

/** Compares two editions of a watch. Adds the reasons that the archive still has. */
export async function explainChanges(from: Edition, to: Edition, context: Context): Promise<Changes> {
  const { entered, left } = changesBetween(from, to)
  return changesBetween(
    from,
    to,
    await standingsOf(from, idsOf(entered), context),
    await standingsOf(to, idsOf(left), context),
  )
}

const idsOf = (datasets: readonly TopDataset[]) => new Set(datasets.map(({ dataset_id }) => dataset_id))
