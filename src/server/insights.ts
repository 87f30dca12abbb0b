import { LRUCache } from 'lru-cache'
import type { Watch } from '../config/watch.ts'
import type { World } from '../context.ts'
import { type Changes, changesBetween } from '../editions/changes.ts'
import type { Edition } from '../editions/edition.ts'
import { datasetAsked } from '../explain/asked.ts'
import { explainedChanges } from '../explain/changes.ts'
import { explain } from '../explain/explain.ts'
import type { Explanation } from '../explain/explanation.ts'
import { silent } from '../terminal/report.ts'
import { busy } from './problem.ts'
import { createQueue } from './queue.ts'

/** Passes over the archive that may wait for one another. */
const MOST_WAITING = 8
/** Datasets explained in one pass. */
const MOST_ASKED = 50

/** What only the archive tells: reasons and explanations. They are remembered, and read in one pass at a time. */
export interface Insights {
  changes(from: Edition, to: Edition): Promise<Changes>
  /** The same without waiting: reasons that were not looked up yet are null. */
  changesSoFar(from: Edition, to: Edition): Changes
  explain(asked: string, edition: Edition, watch: Watch): Promise<Explanation>
}

/** What takes a while to find out, one at a time, and kept. */
export function createInsights(world: World): Insights {
  const queue = createQueue(MOST_WAITING)
  const quiet = { ...world, report: silent }
  const changes = new LRUCache<string, Changes, readonly [Edition, Edition]>({
    max: 200,
    ignoreFetchAbort: true,
    fetchMethod: (_key, _before, { context: [from, to] }) => queue(() => explainedChanges(from, to, quiet)),
  })
  const explanations = new LRUCache<string, Explanation>({ max: 1_000 })
  const batches = new Map<string, Batch>()

  return {
    changes: async (from, to) => changes.forceFetch(keyOf(from, to), { context: [from, to] }),
    changesSoFar: (from, to) => changes.get(keyOf(from, to)) ?? changesBetween(from, to),
    explain: async (asked, edition, watch) => {
      const name = datasetAsked(asked)
      const key = `${versionOf(edition)} ${name}`
      const known = explanations.get(key) ?? (await join(name, edition, watch))
      explanations.set(key, known)
      return { ...known, asked }
    },
  }

  /** Whatever is asked of an edition while its pass waits for its turn is answered by that pass. */
  async function join(name: string, edition: Edition, watch: Watch): Promise<Explanation> {
    const version = versionOf(edition)
    const batch = batches.get(version) ?? openBatch(version, edition, watch)
    if (batch.names.size >= MOST_ASKED) throw busy('too many datasets are being asked for')
    batch.names.add(name)
    return (await batch.answers).get(name)!
  }

  function openBatch(version: string, edition: Edition, watch: Watch): Batch {
    const names = new Set<string>()
    const answers = queue(async () => {
      batches.delete(version)
      const asked = [...names]
      const found = await explain(asked, edition, watch, quiet)
      return new Map(asked.map((name, index) => [name, found[index]!]))
    })
    answers.catch(() => batches.delete(version))
    const batch = { names, answers }
    batches.set(version, batch)
    return batch
  }
}

interface Batch {
  readonly names: Set<string>
  readonly answers: Promise<ReadonlyMap<string, Explanation>>
}

const keyOf = (from: Edition, to: Edition) => `${versionOf(from)} ${versionOf(to)}`

/** Tells an edition from the one that is published anew in its place. */
const versionOf = ({ _id, run_id, generated_at }: Edition) => `${_id} ${run_id} ${generated_at}`
