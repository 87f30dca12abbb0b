import type { NotifyEvent, NotifyTarget } from '../config/target.ts'
import { listRuns, readSoundRun } from '../runs/read.ts'
import type { NotificationRecord, RunRecord } from '../runs/record.ts'
import type { NotifyContext } from './delivery.ts'
import { isSentTo } from './identity.ts'
import type { FailedNews } from './news.ts'
import { warnOnError } from './warnOnError.ts'

/** How many recent run records to search for an earlier notification. */
const RECENT = 200

/** How many attempts to add notifications to a run record that keeps changing. */
const SAVE_TRIES = 10

/** Returns the recent runs, latest first. Without the store there are none: a repeated message is better than no message. */
export async function recentRuns({ documents, report }: NotifyContext): Promise<readonly RunRecord[]> {
  if (documents === undefined) return []
  return listRuns(documents, { descending: true, limit: RECENT }, report.warn).catch(() => [])
}

/** Returns the recent runs of a date: those that only published its editions on portals, or the others. */
export async function recentRunsOf(date: string, isRemote: boolean, context: NotifyContext): Promise<RunRecord[]> {
  const isRemoteRun = ({ command }: RunRecord) => command === 'publish-remote'
  return (await recentRuns(context)).filter((run) => run.date === date && isRemoteRun(run) === isRemote)
}

/** Returns the runs of a date that failed in the same way, back to the last one that succeeded. */
export async function failuresOf({ date, event, kind }: FailedNews, context: NotifyContext): Promise<RunRecord[]> {
  const runs = await recentRunsOf(date, event === 'remote_failed', context)
  const success = runs.findIndex(isSuccess)
  return runs.slice(0, success === -1 ? runs.length : success).filter(({ error }) => error?.kind === kind)
}

export const isSuccess = ({ status }: RunRecord): boolean => status === 'published' || status === 'unchanged'

/** Reads the record of a run, or returns undefined if there is none, or no store. */
export async function runRecord(id: string, { documents, report }: NotifyContext): Promise<RunRecord | undefined> {
  return documents && readSoundRun(documents, id, report.warn)
}

/** Whether a target was notified of an event of a run. */
export function wasNotified(run: RunRecord | undefined, event: NotifyEvent, target: NotifyTarget): boolean {
  return (run?.notifications ?? []).some((one) => one.event === event && isSentTo(target, one) && one.status === 'sent')
}

/** Adds notifications to the record of a run. They have been sent, so an error of the store is only a warning. */
export async function saveNotifications(
  id: string,
  records: readonly NotificationRecord[],
  context: NotifyContext,
): Promise<void> {
  if (records.length === 0) return
  await warnOnError(context, async () => {
    for (let tries = 0, saved = false; !saved && tries < SAVE_TRIES; tries++) {
      const run = await runRecord(id, context)
      if (run === undefined) return
      const notifications = [...(run.notifications ?? []), ...records]
      // Another process may close the record at this moment. In that case, read it again.
      saved = await context.documents!.compareAndSwap('runs', id, run, { ...run, notifications } as RunRecord)
    }
  })
}
