import { LRUCache } from 'lru-cache'
import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { type Changes, changesBetween } from '../editions/changes.ts'
import type { Edition } from '../editions/edition.ts'
import { explainChanges } from '../explain/changes.ts'
import { parseDatasetRef } from '../explain/datasetRef.ts'
import { explain } from '../explain/explain.ts'
import type { Explanation } from '../explain/explanation.ts'
import { silentReport } from '../terminal/report.ts'
import { busyProblem } from './problem.ts'
import { createQueue } from './queue.ts'

/** How many passes over the archive may be queued. */
const MAX_QUEUED = 8
/** How many datasets one pass explains. */
const MAX_BATCH = 50

/** Answers that need the archive: reasons of changes, and explanations. Cached, and computed in one pass at a time. */
export interface Explainer {
  changes(from: Edition, to: Edition): Promise<Changes>
  /** Like `changes`, but without waiting: reasons that are not cached yet are null. */
  cachedChanges(from: Edition, to: Edition): Changes
  /** @param reference the ID, the slug or the page address of a dataset */
  explain(reference: string, edition: Edition, watch: Watch): Promise<Explanation>
}

/** Creates an explainer with its caches and its queue. */
export function createExplainer(context: Context): Explainer {
  const queue = createQueue(MAX_QUEUED)
  const quiet = { ...context, report: silentReport }
  const changes = new LRUCache<string, Changes, readonly [Edition, Edition]>({
    max: 200,
    ignoreFetchAbort: true,
    fetchMethod: (_key, _before, { context: [from, to] }) => queue(() => explainChanges(from, to, quiet)),
  })
  const explanations = new LRUCache<string, Explanation>({ max: 1_000 })
  const batches = new Map<string, Batch>()

  return {
    changes: async (from, to) => changes.forceFetch(pairKey(from, to), { context: [from, to] }),
    cachedChanges: (from, to) => changes.get(pairKey(from, to)) ?? changesBetween(from, to),
    explain: async (reference, edition, watch) => {
      const dataset = parseDatasetRef(reference)
      const key = `${versionOf(edition)} ${dataset}`
      const explanation = explanations.get(key) ?? (await explainInBatch(dataset, edition, watch))
      explanations.set(key, explanation)
      return { ...explanation, asked: reference }
    },
  }

  /** Adds a dataset to the next pass over its edition's export, so that one pass answers all waiting requests. */
  async function explainInBatch(dataset: string, edition: Edition, watch: Watch): Promise<Explanation> {
    const batch = batches.get(versionOf(edition)) ?? queueBatch(edition, watch)
    if (batch.datasets.size >= MAX_BATCH) {
      throw busyProblem('cannot explain this dataset: too many requests are waiting. Try again in a minute.')
    }
    batch.datasets.add(dataset)
    return (await batch.explanations).get(dataset)!
  }

  function queueBatch(edition: Edition, watch: Watch): Batch {
    const version = versionOf(edition)
    const datasets = new Set<string>()
    const explanations = queue(async () => {
      batches.delete(version)
      const ids = [...datasets]
      const found = await explain(ids, edition, watch, quiet)
      return new Map(ids.map((id, index) => [id, found[index]!]))
    })
    explanations.catch(() => batches.delete(version))
    const batch = { datasets, explanations }
    batches.set(version, batch)
    return batch
  }
}

interface Batch {
  readonly datasets: Set<string>
  readonly explanations: Promise<ReadonlyMap<string, Explanation>>
}

const pairKey = (from: Edition, to: Edition) => `${versionOf(from)} ${versionOf(to)}`

/** Differs between an edition and its republication. */
const versionOf = ({ _id, run_id, generated_at }: Edition) => `${_id} ${run_id} ${generated_at}`
