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
import { isPortalId } from '../explain/portalId.ts'
import { type NamedDatasets, NameFinder } from '../explain/resolve.ts'
import { openDatasetSource } from '../explain/source.ts'
import { silentReport } from '../terminal/report.ts'
import { busyProblem } from './problem.ts'
import { createTurns, type Turns } from './turns.ts'

/** How many passes over the archive may wait. */
const MAX_WAITING = 7
/** How many names all indexes of lists may have together; one takes about 200 bytes. */
const MAX_INDEXED = 500_000
const MAX_LOOKUPS = 100
const MAX_BATCH = 50

/**
 * Creates the functions that need the archive: reasons of changes, and explanations. They cache their answers. Reading a snapshot keeps a
 * core busy for a second, so they read one at a time: parallel passes would only slow each other down.
 */
export function createExplainer(context: Context) {
  const queue = createTurns(1, MAX_WAITING, () =>
    busyProblem('cannot read the archive: too many requests are waiting for it. Try again in a minute.'),
  )
  const quiet = { ...context, report: silentReport }
  return { ...createChangesExplainer(quiet, queue), ...createDatasetExplainer(quiet, queue) }
}

export type Explainer = ReturnType<typeof createExplainer>

function createChangesExplainer(context: Context, queue: Turns) {
  const explained = new LRUCache<string, Changes, readonly [Edition, Edition]>({
    max: 200,
    ignoreFetchAbort: true,
    fetchMethod: (_key, _before, { context: [from, to] }) => queue.run(() => explainChanges(from, to, context)),
  })
  const withoutReasons = new LRUCache<string, Changes>({ max: 200 })
  const incomplete = new WeakSet<Changes>()
  const changes = (from: Edition, to: Edition) => explained.forceFetch(pairKey(from, to), { context: [from, to] })
  return {
    changes,
    knownChanges: (from: Edition, to: Edition): Changes => {
      const key = pairKey(from, to)
      const known = explained.get(key)
      if (known !== undefined) return known
      // Requests that wait for the archive come first. A failure is logged when such a request meets it.
      if (queue.isIdle()) changes(from, to).catch(() => {})
      const found = withoutReasons.get(key) ?? changesBetween(from, to)
      withoutReasons.set(key, found)
      incomplete.add(found)
      return found
    },
    lacksReasons: (changes: Changes) => incomplete.has(changes),
  }
}

function createDatasetExplainer(context: Context, queue: Turns) {
  const explanations = new LRUCache<string, Promise<Explanation>>({ max: 1_000 })
  const names = new LRUCache<string, Promise<NamedDatasets>>({ max: 1_000 })
  const indexes = new LRUCache<string, ListIndex, Edition>({
    maxSize: MAX_INDEXED,
    sizeCalculation: (index) => index.size + 1,
    ignoreFetchAbort: true,
    fetchMethod: (_key, _before, { context: edition }) => indexList(edition, context),
  })
  const exported = createBatches<Explanation, Watch>(queue, async (ids, edition, watch) => {
    const found = await explain(ids, edition, watch, context)
    return new Map(found.map((one) => [one.asked, one]))
  })
  const titles = createBatches<NamedDatasets, undefined>(queue, async (texts, edition) => {
    const source = await openDatasetSource(edition, context)
    const finder = new NameFinder(texts, source)
    await source.read(finder)
    return new Map(texts.map((text) => [text, finder.of(text)]))
  })
  const lookups = createTurns(MAX_LOOKUPS, 0, tooManyRequests)

  /** Looks a dataset up in the edition's own CSV, which takes a moment, and then in the export. */
  async function lookUp(dataset: string, edition: Edition, watch: Watch): Promise<Explanation> {
    const index = await indexOf(edition)
    const listed = index && (await explainListed(dataset, edition, watch, context, index))
    return listed ?? (await exported.find(dataset, edition, watch))!
  }

  /** Returns the index of an edition's own CSV; undefined if the archive does not have the file. */
  async function indexOf(edition: Edition): Promise<ListIndex | undefined> {
    const { key, bytes, sha256 } = edition.archive
    const isKept = (await context.archive.stat(key))?.bytes === bytes
    return isKept ? indexes.forceFetch(sha256, { context: edition }) : undefined
  }

  async function findNamed(text: string, edition: Edition): Promise<NamedDatasets> {
    const index = await indexOf(edition)
    // An ID or a slug in the full list needs no pass over the export.
    if (index?.has(text)) return { count: 1, datasets: [{ dataset_id: text, dataset_title: '', organization: '' }] }
    return (await titles.find(text, edition, undefined))!
  }

  return {
    explain: async (reference: string, edition: Edition, watch: Watch): Promise<Explanation> => {
      const name = parseDatasetRef(reference)
      // The slug in an address is not a part of a title, so it is not looked up like the same text.
      const dataset = isPortalId(name) ? name : reference
      const key = `${versionOf(edition)} ${dataset}`
      const explanation = await cached(explanations, key, () => lookups.run(() => lookUp(dataset, edition, watch)))
      // The same object for the same reference, so that its page stays cached.
      return reference === explanation.asked ? explanation : { ...explanation, asked: reference }
    },
    /** Without the snapshot, it finds only the datasets of the full list. */
    named: async (text: string, edition: Edition): Promise<NamedDatasets> => {
      const name = parseDatasetRef(text)
      return cached(names, `${versionOf(edition)} ${name}`, () => lookups.run(() => findNamed(name, edition)))
    },
  }
}

/** Returns the cached promise of a key, or caches a new one. A failure is not cached. */
function cached<T>(cache: LRUCache<string, Promise<T>>, key: string, create: () => Promise<T>): Promise<T> {
  const pending = cache.get(key) ?? create()
  cache.set(key, pending)
  pending.catch(() => cache.delete(key))
  return pending
}

type FindAll<T, O> = (names: readonly string[], edition: Edition, options: O) => Promise<ReadonlyMap<string, T>>

/** Looks names up in passes over a file, so that one pass answers all waiting requests. */
function createBatches<T, O>(queue: Turns, findAll: FindAll<T, O>) {
  const batches = new Map<string, Batch<T>>()

  function queueBatch(edition: Edition, options: O): Batch<T> {
    const version = versionOf(edition)
    const names = new Set<string>()
    const found = queue.run(async () => {
      batches.delete(version)
      return findAll([...names], edition, options)
    })
    found.catch(() => batches.delete(version))
    const batch = { names, found }
    batches.set(version, batch)
    return batch
  }

  return {
    /** Adds a name to the next pass over its edition's file. Returns undefined if the file does not have it. */
    find: async (name: string, edition: Edition, options: O): Promise<T | undefined> => {
      const batch = batches.get(versionOf(edition)) ?? queueBatch(edition, options)
      if (batch.names.size >= MAX_BATCH) throw tooManyRequests()
      batch.names.add(name)
      return (await batch.found).get(name)
    },
  }
}

interface Batch<T> {
  readonly names: Set<string>
  readonly found: Promise<ReadonlyMap<string, T>>
}

const tooManyRequests = () =>
  busyProblem('cannot explain this dataset: too many requests are waiting. Try again in a minute.')

const pairKey = (from: Edition, to: Edition) => `${versionOf(from)} ${versionOf(to)}`
