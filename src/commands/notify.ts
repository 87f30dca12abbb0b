import type { Config } from '../config/settings.ts'
import { findWatches, type Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { dueTime } from '../editions/calendar.ts'
import { missingEdition } from '../editions/find.ts'
import { editionId } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import { announceFailure, announceSkipped, announceSuccess } from '../notify/announce.ts'
import { failedNews } from '../notify/news.ts'
import { announceRecovery } from '../notify/recovery.ts'
import { listRuns } from '../runs/read.ts'
import type { NotificationRecord } from '../runs/record.ts'
import { dateToRead, givenDate } from './dates.ts'
import { type CommandInput, print, printJson, withContext } from './io.ts'

/** How many recent run records to search for those of the date. */
const RECENT = 200

/** Sends the notifications of a date that have not been sent yet, for orchestrators whose steps send none themselves. */
export default async function notify(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { config, report } = context
    const { watch, json, quiet } = io.options
    const watches = findWatches(watch, config)
    const names = watches.map(({ name }) => name)
    const date = await dateToRead(givenDate(io) ?? 'today', names, context)
    const notifications = [
      ...(await announceSuccess({ date, watches }, context)),
      ...(await announceLack(date, watches, context)),
      ...(await announceRemoteFailure(date, context)),
      ...(await announceRecovery(date, context, { isRemote: true })),
    ]
    report.close()
    if (json) await printJson({ date, notifications })
    else if (!quiet) await print(describe(date, notifications, config))
  })
}

/** Notifies of the failure that left a watch without an edition. If there was no failure, notifies that the date was missed. */
async function announceLack(date: string, watches: readonly Watch[], context: Context): Promise<NotificationRecord[]> {
  const { config, documents, clock, report } = context
  const lacking = await withoutEdition(date, watches, context)
  if (lacking.length === 0) return []
  const runs = (await listRuns(documents, { descending: true, limit: RECENT }, report.warn)).filter(
    (run) =>
      run.date === date && run.command !== 'publish-remote' && run.watches.some((name) => lacking.includes(name)),
  )
  const failed = runs.find(({ status }) => status === 'failed')
  if (failed?.error) {
    const error = new Failure(failed.error.kind, failed.error.message)
    return announceFailure(failedNews(date, error), failed._id, context)
  }
  const due = dueTime(config, date)
  if (due === undefined)
    report.warn((await missingEdition(documents, lacking[0]!, date, ` in ${documents.address}`)).message)
  // An unchanged run skipped the date on purpose (when_unchanged: skip).
  if (due === undefined || due > clock() || runs.some(({ status }) => status === 'unchanged')) return []
  return announceSkipped([date], context)
}

/** Notifies that the edition is not on its portal, if its last publication there failed. */
async function announceRemoteFailure(date: string, context: Context): Promise<NotificationRecord[]> {
  const { documents, report } = context
  const runs = await listRuns(documents, { descending: true, limit: RECENT }, report.warn)
  const last = runs.find((run) => run.date === date && run.command === 'publish-remote')
  if (last?.status !== 'failed' || !last.error) return []
  const error = new Failure(last.error.kind, last.error.message)
  return announceFailure(failedNews(date, error, undefined, true), last._id, context)
}

async function withoutEdition(date: string, watches: readonly Watch[], { documents }: Context): Promise<string[]> {
  const lacking: string[] = []
  for (const { name } of watches) {
    const [id] = await documents.ids('tops', { prefix: editionId(name, date), limit: 1 })
    if (id !== editionId(name, date)) lacking.push(name)
  }
  return lacking
}

function describe(date: string, notifications: readonly NotificationRecord[], { notify }: Config): string {
  if (notifications.length === 0) {
    return `${date}: ${notify.length === 0 ? 'the setting notify has no target' : 'every target has been notified'}\n`
  }
  return notifications
    .map(
      ({ target, event, status, error }) =>
        `${date}  ${event}  ${target}: ${status}${error === null ? '' : ` (${error})`}\n`,
    )
    .join('')
}
