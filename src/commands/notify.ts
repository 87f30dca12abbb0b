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
import { sendTest } from '../notify/targets.ts'
import { listRuns } from '../runs/read.ts'
import { isSkipped, type NotificationRecord } from '../runs/record.ts'
import { pluralize } from '../text/format.ts'
import { dateToRead, givenDate } from './dates.ts'
import { type CommandInput, print, printJson, withContext } from './io.ts'

/** How many recent run records to search for those of the date. */
const RECENT = 200

/** Sends the notifications of a date that have not been sent yet, for orchestrators whose steps send none themselves. */
export default async function notify(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { config, report } = context
    const { watch, test = false, json, quiet } = io.options
    if (test) return printTest(io, context)
    const watches = findWatches(watch, config)
    const names = watches.map(({ name }) => name)
    const date = await dateToRead(givenDate(io) ?? 'today', names, context)
    const notifications = [
      ...(await announceSuccess({ date, watches }, context)),
      ...(await announceLack(date, watches, context)),
      ...(await announceRemoteFailure(date, context)),
      ...(await announceRecovery(date, context, { isRemote: true })),
    ]
    refuseUndelivered(notifications, `"notify ${date}" sends what is missing`, context)
    const isMissing = (await withoutEdition(date, watches, context)).length === watches.length
    report.close()
    if (json) await printJson({ date, notifications })
    else if (!quiet) await print(describe(date, notifications, isMissing, config))
  })
}

async function printTest(io: CommandInput, context: Context): Promise<void> {
  const { json, quiet } = io.options
  if (givenDate(io) !== undefined)
    throw new Failure('usage', 'cannot test with a date: a test message is about no edition. Leave out one of them.')
  if (context.config.notify.length === 0)
    throw new Failure('usage', 'cannot send a test message: the setting notify has no target. Add one to the settings.')
  const notifications = await sendTest(context)
  refuseUndelivered(notifications, 'Check their addresses in the setting notify', context)
  context.report.close()
  if (json) await printJson({ notifications })
  else if (!quiet) await print(notifications.map(({ target }) => `${target}: accepted\n`).join(''))
}

/** Fails if a message did not arrive. Lists the others, since a failed command prints no result. */
function refuseUndelivered(all: readonly NotificationRecord[], remedy: string, { report }: Context): void {
  const failed = all.filter(({ status }) => status === 'failed')
  if (failed.length === 0) return
  for (const { event, target, status } of all) if (status === 'sent') report.info(`${event}  ${target}: sent`)
  const reasons = failed.map(({ target, error }) => `${target} (${error})`).join(', ')
  throw new Failure(
    'store',
    `cannot notify ${failed.length} of ${pluralize(all.length, 'target')}: ${reasons}. ${remedy}.`,
  )
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
  if (due === undefined || due > clock() || isSkipped(date, runs)) return []
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

function describe(
  date: string,
  notifications: readonly NotificationRecord[],
  isMissing: boolean,
  { notify }: Config,
): string {
  if (notifications.length === 0) {
    if (notify.length === 0) return `${date}: the setting notify has no target\n`
    return `${date}: ${isMissing ? 'there is no edition, and nothing new to notify of' : 'every target has been notified'}\n`
  }
  return notifications
    .map(
      ({ target, event, status, error }) =>
        `${date}  ${event}  ${target}: ${status}${error === null ? '' : ` (${error})`}\n`,
    )
    .join('')
}
