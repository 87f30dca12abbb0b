import type { Context } from '../context.ts'
import { isDate } from '../editions/date.ts'
import { editionIds, missingOf } from '../editions/find.ts'
import { descriptionKey, editionId, editionKey, watchAndDate } from '../editions/layout.ts'
import { Failure, NotFound } from '../errors.ts'
import { leaseLostFailure } from '../runs/lease.ts'
import { listRuns } from '../runs/read.ts'
import { executeRun, type Outcome, type Run } from '../runs/run.ts'
import { missingStores } from '../stores/missing.ts'
import { pluralize } from '../text/format.ts'
import { leasesOf } from './prune.ts'
import { snapshotKeys } from './retention.ts'

/** How many recent run records to search for an earlier removal of the date. */
const RECENT = 200

export interface RemovalRequest {
  readonly date: string
  /** Only the editions of these watches, which need not be configured any more; by default all. */
  readonly watches?: readonly string[] | undefined
  /** Also removes the snapshot, if no edition of the date is left. */
  readonly snapshot: boolean
}

/** The parts of an edition that the stores hold. A killed removal leaves some of them. */
interface StoredEditionParts {
  readonly watch: string
  /** The id of its document, if there is one. */
  readonly document: string | undefined
  /** The keys of its CSV and of its description, without missing ones. */
  readonly keys: readonly string[]
}

/** The documents and objects that a removal deletes. */
export interface Removal {
  readonly date: string
  readonly editions: readonly StoredEditionParts[]
  /** The keys of the snapshot, its description first. Empty if the snapshot stays. */
  readonly snapshot: readonly string[]
  /** The watches whose editions stay, and so keep the snapshot. */
  readonly kept: readonly string[]
}

export type RemovalResult = Removal & Outcome & { readonly run_id: string }

/**
 * Finds the documents and objects that a removal would delete. There are none if an earlier removal has already deleted them.
 *
 * @throws NotFound when nothing is stored for the date, or for a watch that is named
 */
export async function findRemoval(request: RemovalRequest, context: Context): Promise<Removal> {
  const { date, watches, snapshot } = request
  const stored = await storedEditions(date, context)
  const editions = watches === undefined ? stored : stored.filter(({ watch }) => watches.includes(watch))
  const kept = stored.filter((one) => !editions.includes(one)).map(({ watch }) => watch)
  const keys = snapshot && kept.length === 0 ? await snapshotKeys(date, context) : []
  const removal = { date, editions, snapshot: keys, kept }
  const missing = watches?.filter((name) => !editions.some(({ watch }) => watch === name)) ?? []
  const isMissing = missing.length > 0 || (editions.length === 0 && keys.length === 0)
  if (isMissing && !(await wasRemoved(request, missing, context)))
    throw await nothingStored(date, missing, kept, context)
  return removal
}

async function storedEditions(date: string, { archive, documents }: Context): Promise<StoredEditionParts[]> {
  const keys = new Set<string>()
  for await (const { key } of archive.list(`${date}/`)) keys.add(key)
  const ids = new Set(await editionIds(documents, date))
  const ofKeys = [...keys].map((key) => /^[^/]+\/([a-z0-9-]+)\.csv(?:-metadata\.json)?$/.exec(key)?.[1])
  const ofIds = [...ids].map((id) => /^([a-z0-9-]+)\/[^/]+$/.exec(id)?.[1])
  const watches = new Set([...ofKeys, ...ofIds].filter((watch) => watch !== undefined))
  return [...watches].sort().map((watch) => ({
    watch,
    document: ids.has(editionId(watch, date)) ? editionId(watch, date) : undefined,
    keys: [editionKey(watch, date), descriptionKey(watch, date)].filter((key) => keys.has(key)),
  }))
}

/** Whether the last run for the date was a removal. If watches are missing, checks the last run of each of them instead. */
async function wasRemoved(
  { date }: RemovalRequest,
  missing: readonly string[],
  { documents, report }: Context,
): Promise<boolean> {
  const runs = await listRuns(documents, { descending: true, limit: RECENT }, report.warn)
  const last = (name: string | undefined) =>
    runs.find((run) => run.date === date && (name === undefined || run.watches.includes(name)))
  return (missing.length === 0 ? [undefined] : missing).every((name) => last(name)?.command === 'remove')
}

async function nothingStored(
  date: string,
  missing: readonly string[],
  kept: readonly string[],
  { archive, documents }: Context,
): Promise<NotFound> {
  const subject = `edition${missing.length === 0 ? '' : ` of ${missing.join(', ')}`}`
  const what = `cannot remove: there is no ${subject} of ${date}`
  const stores = await missingStores(documents, archive)
  if (stores !== undefined) return new NotFound(`${what}; ${stores}`)
  if (kept.length > 0) return new NotFound(`${what}; that date has editions of ${kept.join(', ')}`)
  const ids = await documents.ids('tops')
  const ofWatches = missing.length === 0 ? ids : ids.filter((id) => missing.includes(watchAndDate(id)[0]))
  const dates = new Set(ofWatches.map((id) => watchAndDate(id)[1]).filter(isDate))
  const where = ` in ${documents.address}`
  if (dates.size === 0) return new NotFound(`${what}${where}; there is none at all`)
  return new NotFound(`cannot remove: ${missingOf(subject, date, where, [...dates])}`)
}

/**
 * Removes editions, and the snapshot on request, while holding their leases. Deletes each document first, so that a document
 * always names a CSV that exists. If it is killed, the next removal or run for the date completes the work.
 *
 * @param confirmed the removal that the user has seen; nothing else is removed
 */
export async function remove(request: RemovalRequest, confirmed: Removal, context: Context): Promise<RemovalResult> {
  const { date } = request
  const watches = confirmed.editions.map(({ watch }) => watch)
  const names = watches.length > 0 ? watches : (request.watches ?? [])
  const leases = request.snapshot ? await leasesOf(date, context) : names.map((name) => editionId(name, date))
  const plan = { command: 'remove', date, watches: names, leases: [...new Set([date, ...leases])] }
  return executeRun(plan, context, async (run) => {
    const removal = await findRemoval(request, context)
    refuseUnconfirmed(removal, confirmed)
    await run.checkLeases()
    for (const edition of removal.editions) {
      await run.step(`remove ${edition.watch}`, () => removeEdition(edition, date, run, context))
    }
    if (removal.snapshot.length > 0)
      await run.step('remove snapshot', () => removeSnapshot(removal.snapshot, date, run, context))
    return { ...removal, ...outcomeOf(removal) }
  })
}

function refuseUnconfirmed({ date, editions, snapshot }: Removal, confirmed: Removal): void {
  const names = ({ document, keys }: StoredEditionParts) => [...keys, ...(document === undefined ? [] : [document])]
  const confirmedNames = new Set([...confirmed.editions.flatMap(names), ...confirmed.snapshot])
  if ([...editions.flatMap(names), ...snapshot].every((name) => confirmedNames.has(name))) return
  throw new Failure('held', `another run has published for ${date} meanwhile; nothing was removed. Run "remove" again`)
}

async function removeEdition(
  { watch, document: id, keys }: StoredEditionParts,
  date: string,
  run: Pick<Run, 'checkLeases'>,
  { archive, documents }: Context,
): Promise<{ facts: object }> {
  const edition = editionId(watch, date)
  if (id !== undefined) {
    const document = await documents.find('tops', id)
    await run.checkLeases(date, edition)
    if (document !== undefined && !(await documents.compareAndSwap('tops', id, document, undefined)))
      throw leaseLostFailure(id)
  }
  const removed = id === undefined ? [] : [`the document ${id}`]
  for (const key of keys) {
    await run.checkLeases(date, edition)
    await removeObject(key, removed, date, archive)
    removed.push(key)
  }
  return { facts: { removed: [...(id === undefined ? [] : [id]), ...keys] } }
}

/** Deletes an object. If the archive refuses, as one without write permission does, the error also names what is already gone. */
async function removeObject(
  key: string,
  removed: readonly string[],
  date: string,
  archive: Context['archive'],
): Promise<void> {
  try {
    await archive.remove(key)
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'store' || removed.length === 0) throw error
    const next = `then "remove ${date}" removes the rest, and "backfill --from ${date} --to ${date}" restores the edition`
    const gone = `${removed.join(' and ')} ${removed.length === 1 ? 'is' : 'are'} already removed. Fix the archive`
    throw new Failure('store', `${error.message}; ${gone}: ${next}`, { cause: error })
  }
}

async function removeSnapshot(
  keys: readonly string[],
  date: string,
  run: Pick<Run, 'checkLeases'>,
  { archive }: Context,
): Promise<{ facts: object }> {
  for (const key of keys) {
    await run.checkLeases(date)
    await archive.remove(key)
  }
  return { facts: { removed: keys } }
}

function outcomeOf({ date, editions, snapshot }: Removal): Outcome {
  const parts = [
    ...(editions.length > 0
      ? [`${pluralize(editions.length, 'edition')} (${editions.map(({ watch }) => watch).join(', ')})`]
      : []),
    ...(snapshot.length > 0 ? ['the snapshot'] : []),
  ]
  if (parts.length === 0) return { status: 'unchanged', summary: `nothing is left to remove for ${date}` }
  return { status: 'removed', summary: `removed ${parts.join(' and ')} of ${date}` }
}
