import { LRUCache } from 'lru-cache'
import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { type Changes, changesBetween } from '../editions/changes.ts'
import type { Edition } from '../editions/edition.ts'
import { versionOf } from '../editions/version.ts'
import { explainChanges } from '../explain/changes.ts'
import { parseDatasetRef } from '../explain/datasetRef.ts'
import { explain, explainListed } from '../explain/explain.ts'
import type { Explanation } from '../explain/explanation.ts'
import { indexList, type ListIndex } from '../explain/listIndex.ts'
import { silentReport } from '../terminal/report.ts'
import { busyProblem } from './problem.ts'
import { createQueue, type Queue } from './queue.ts'

/** How many passes over the archive may be queued. */
const MAX_QUEUED = 8
/** How many names all indexes of lists may have together; one takes about 200 bytes. */
const MAX_INDEXED = 500_000
/** How many datasets are looked up at the same time. */
const MAX_LOOKUPS = 100
/** How many datasets one pass explains. */
const MAX_BATCH = 50

/** Answers that need the archive: reasons of changes, and explanations. Cached, and computed in one pass at a time. */
export interface Explainer {
  changes(from: Edition, to: Edition): Promise<Changes>
  /** Like `changes`, but without waiting: reasons that are not known yet are null, and looked up meanwhile. */
  knownChanges(from: Edition, to: Edition): Changes
  /** @param reference the ID, the slug or the page address of a dataset */
  explain(reference: string, edition: Edition, watch: Watch): Promise<Explanation>
}

/** Creates an explainer with its caches and its queue. */
export function createExplainer(context: Context): Explainer {
  const queue = createQueue(MAX_QUEUED)
  const quiet = { ...context, report: silentReport }
  return { ...createChangesExplainer(quiet, queue), explain: createDatasetExplainer(quiet, queue) }
}

function createChangesExplainer(context: Context, queue: Queue): Pick<Explainer, 'changes' | 'knownChanges'> {
  const explained = new LRUCache<string, Changes, readonly [Edition, Edition]>({
    max: 200,
    ignoreFetchAbort: true,
    fetchMethod: (_key, _before, { context: [from, to] }) => queue.run(() => explainChanges(from, to, context)),
  })
  const withoutReasons = new LRUCache<string, Changes>({ max: 200 })
  const changes = (from: Edition, to: Edition) => explained.forceFetch(pairKey(from, to), { context: [from, to] })
  return {
    changes,
    knownChanges: (from, to) => {
      const key = pairKey(from, to)
      const known = explained.get(key)
      if (known !== undefined) return known
      // Requests that wait for the archive come first. A failure is logged when such a request meets it.
      if (queue.isIdle()) changes(from, to).catch(() => {})
      const found = withoutReasons.get(key) ?? changesBetween(from, to)
      withoutReasons.set(key, found)
      return found
    },
  }
}

function createDatasetExplainer(context: Context, queue: Queue): Explainer['explain'] {
  const explanations = new LRUCache<string, Promise<Explanation>>({ max: 1_000 })
  const indexes = new LRUCache<string, ListIndex, Edition>({
    maxSize: MAX_INDEXED,
    sizeCalculation: (index) => index.size + 1,
    ignoreFetchAbort: true,
    fetchMethod: (_key, _before, { context: edition }) => indexList(edition, context),
  })
  const exported = createBatches(queue, async (ids, edition, watch) => {
    const found = await explain(ids, edition, watch, context)
    return new Map(found.map((one) => [one.asked, one]))
  })
  let lookups = 0

  /** @throws Problem 503 when too many requests are waiting */
  async function explainDataset(dataset: string, edition: Edition, watch: Watch): Promise<Explanation> {
    if (lookups >= MAX_LOOKUPS) throw tooManyRequests()
    lookups++
    try {
      return await lookUp(dataset, edition, watch)
    } finally {
      lookups--
    }
  }

  /** Looks a dataset up in the edition's own CSV, which takes a moment, and then in the export. */
  async function lookUp(dataset: string, edition: Edition, watch: Watch): Promise<Explanation> {
    const { key, bytes, sha256 } = edition.archive
    const isKept = (await context.archive.stat(key))?.bytes === bytes
    const index = isKept ? await indexes.forceFetch(sha256, { context: edition }) : undefined
    const listed = index && (await explainListed(dataset, edition, watch, context, index))
    return listed ?? (await exported.explain(dataset, edition, watch))!
  }

  return async (reference, edition, watch) => {
    const dataset = parseDatasetRef(reference)
    const key = `${versionOf(edition)} ${dataset}`
    const pending = explanations.get(key) ?? explainDataset(dataset, edition, watch)
    explanations.set(key, pending)
    pending.catch(() => explanations.delete(key))
    const explanation = await pending
    // The same object for the same reference, so that its page stays cached.
    return reference === explanation.asked ? explanation : { ...explanation, asked: reference }
  }
}

type ExplainAll = (ids: readonly string[], edition: Edition, watch: Watch) => Promise<ReadonlyMap<string, Explanation>>

/** Explains datasets in passes over a file, so that one pass answers all waiting requests. */
function createBatches(queue: Queue, explainAll: ExplainAll) {
  const batches = new Map<string, Batch>()

  function queueBatch(edition: Edition, watch: Watch): Batch {
    const version = versionOf(edition)
    const datasets = new Set<string>()
    const explanations = queue.run(async () => {
      batches.delete(version)
      return explainAll([...datasets], edition, watch)
    })
    explanations.catch(() => batches.delete(version))
    const batch = { datasets, explanations }
    batches.set(version, batch)
    return batch
  }

  return {
    /** Adds a dataset to the next pass over its edition's file. Returns undefined if the file does not have it. */
    explain: async (dataset: string, edition: Edition, watch: Watch): Promise<Explanation | undefined> => {
      const batch = batches.get(versionOf(edition)) ?? queueBatch(edition, watch)
      if (batch.datasets.size >= MAX_BATCH) {
        throw tooManyRequests()
      }
      batch.datasets.add(dataset)
      return (await batch.explanations).get(dataset)
    },
  }
}

interface Batch {
  readonly datasets: Set<string>
  readonly explanations: Promise<ReadonlyMap<string, Explanation>>
}

const tooManyRequests = () =>
  busyProblem('cannot explain this dataset: too many requests are waiting. Try again in a minute.')

const pairKey = (from: Edition, to: Edition) => `${versionOf(from)} ${versionOf(to)}`
