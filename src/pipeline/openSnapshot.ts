import type { Context } from '../context.ts'
import { dateIn } from '../editions/date.ts'
import { editionIds } from '../editions/find.ts'
import type { Run } from '../runs/run.ts'
import type { RunRequest } from './request.ts'
import { findSnapshot, requireSnapshot } from './snapshot.ts'
import { type SnapshotSource, storedSnapshot } from './snapshotSource.ts'
import { StagedSnapshot } from './stagedSnapshot.ts'

/**
 * Chooses the source of a date's exports: the request's own sources, the stored snapshot for a past date, or else the portal,
 * which has only the current exports.
 */
export async function openSnapshot(
  request: RunRequest,
  run: Pick<Run, 'warn' | 'step' | 'checkLeases'>,
  context: Context,
): Promise<SnapshotSource> {
  const { date, sources = {}, refetch } = request
  if (request.replay) return storedSnapshot(await requireSnapshot(date, context), context)
  const stored = await findSnapshot(date, context)
  const isGiven = sources.datasets !== undefined || sources.organizations !== undefined
  const today = dateIn(context.config.time_zone, context.clock())
  if (date > today)
    run.warn(
      `${date} is in the future: once published, its edition will be the latest one; "remove ${date} --snapshot" undoes this`,
    )
  if (!isGiven && date < today) {
    if (stored !== undefined && !refetch) return storedSnapshot(stored, context)
    run.warn(await describePastFetch(date, stored !== undefined, context))
  }
  return StagedSnapshot.open(request, run, context, stored)
}

/** Says what a fetch for a past date publishes, since the portal has no past exports, and how to undo it. */
async function describePastFetch(date: string, hasSnapshot: boolean, { documents }: Context): Promise<string> {
  const why = hasSnapshot ? `--refetch replaces the snapshot of ${date}` : `there is no snapshot of ${date}`
  const what = `${why}, so its edition will show the portal's data of today`
  const older = 'To use an older export, run "import"'
  const undo =
    hasSnapshot || (await editionIds(documents, date)).length > 0
      ? 'What this run replaces cannot be restored'
      : `To undo this run, use "remove ${date} --snapshot"`
  return `${what}. ${older}. ${undo}`
}
