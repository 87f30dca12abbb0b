import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'
import type { ExportFacts, ExportName, ExportOrigin, Snapshot } from '../editions/edition.ts'
import { snapshotKey } from '../editions/layout.ts'
import type { Run } from '../runs/run.ts'
import type { PendingObject } from '../stores/archive.ts'
import type { CountingReader } from './counts.ts'
import { type GateInput, NOTABLE_FOLLOWERS } from './gate.ts'
import type { Ranking } from './rank.ts'
import { snapshotsBefore } from './snapshot.ts'
import type { StagedExport } from './stage.ts'

/** One export of a snapshot that is not stored yet. */
export interface DraftedExport {
  readonly facts: ExportFacts
  readonly counts: CountingReader
  readonly origin: ExportOrigin
}

/** Builds the snapshot of two staged exports, including the counts that next week's gate needs. */
export function draftSnapshot(
  date: string,
  exports: Readonly<Record<ExportName, DraftedExport>>,
  ranking: Ranking,
  { config, clock }: Context,
): Snapshot {
  const facts = ({ facts, counts, origin }: DraftedExport): ExportFacts => {
    return {
      ...facts,
      origin,
      blank_fields: counts.blankFields,
      followers: counts.followers,
      repeated_ids: counts.repeated,
    }
  }
  const top = Math.max(...config.watches.map((watch) => watch.top))
  const followed = ranking
    .top(ranking.size)
    .filter(({ rank, followers }) => rank <= top || followers >= NOTABLE_FOLLOWERS)
  return {
    date,
    fetched_at: clock().toISOString(),
    portal: config.portal,
    catalogue: config.catalogue,
    datasets: facts(exports.datasets),
    organizations: {
      ...facts(exports.organizations),
      most_followed: followed.map(({ id, name, followers }) => ({ id, name, followers })),
    },
  }
}

/** @param unverified exports whose source gave neither length nor checksum */
export function gateInput(
  snapshot: Snapshot,
  counts: Readonly<Record<ExportName, CountingReader>>,
  ranking: Ranking,
  unverified: readonly ExportName[],
  liveTotals?: GateInput['liveTotals'],
): GateInput {
  const repeated = ({ repeated, firstRepeated }: CountingReader) => ({ count: repeated, first: firstRepeated })
  return {
    snapshot,
    hasOrganization: (id) => ranking.has(id),
    repeated: { datasets: repeated(counts.datasets), organizations: repeated(counts.organizations) },
    orphans: counts.datasets.orphans,
    unverified,
    ...(liveTotals && { liveTotals }),
  }
}

/** Returns the last sound snapshot of the same portal and catalogue before a date. */
export async function baselineFor(
  date: string,
  context: Pick<Context, 'archive' | 'config' | 'report'>,
): Promise<Snapshot | undefined> {
  for await (const snapshot of snapshotsBefore(date, context))
    if (isSameCatalogue(snapshot, context.config)) return snapshot
  return undefined
}

/** Whether a snapshot came from this portal and catalogue. Version 0.1 did not store the catalogue. */
export function isSameCatalogue(
  snapshot: Snapshot | undefined,
  { portal, catalogue }: Pick<Snapshot, 'portal' | 'catalogue'>,
): snapshot is Snapshot {
  return snapshot?.portal === portal && (snapshot.catalogue ?? catalogue) === catalogue
}

/** Whether two snapshots have the same portal, catalogue, exports and column names. */
export function isSameSnapshot(stored: Snapshot, snapshot: Snapshot): boolean {
  const isSameExport = (name: ExportName) =>
    stored[name].sha256 === snapshot[name].sha256 &&
    (stored[name].origin ?? snapshot[name].origin) === snapshot[name].origin &&
    hasSameColumns(stored[name], snapshot[name])
  return isSameCatalogue(stored, snapshot) && isSameExport('datasets') && isSameExport('organizations')
}

/** Compares the column names that both have. Version 0.1 stored none, and the watches may have changed since. */
function hasSameColumns({ columns: stored = {} }: ExportFacts, { columns = {} }: ExportFacts): boolean {
  return Object.entries(columns).every(([column, name]) => (stored[column] ?? name) === name)
}

/** Writes `snapshot.json` to a temporary object. */
export async function stageDescription(snapshot: Snapshot, { archive }: Context): Promise<PendingObject> {
  const json = Buffer.from(`${JSON.stringify(snapshot, null, 2)}\n`)
  const object = await archive.create(snapshotKey(snapshot.date), { contentType: 'application/json' })
  try {
    await object.write(json)
    await object.complete(createHash('sha256').update(json).digest('hex'))
    return object
  } catch (error) {
    await object.abort()
    throw error
  }
}

/**
 * Makes staged exports the snapshot of their date. Deletes an earlier `snapshot.json` first and commits the new one last, so it
 * never describes exports that are not there.
 */
export async function commitSnapshot(
  { date }: Snapshot,
  exports: readonly StagedExport[],
  description: PendingObject,
  run: Pick<Run, 'checkLeases'>,
  { archive }: Context,
  onReplace?: () => Promise<void>,
): Promise<void> {
  const key = snapshotKey(date)
  if ((await archive.stat(key)) !== undefined) {
    // Only the lease keeps this from removing a successor's description.
    await run.checkLeases(date)
    await archive.remove(key)
    await onReplace?.()
  }
  for (const staged of exports) await staged.commit()
  await description.commit()
}
