import type { Config } from '../config/settings.ts'
import { type Watch, watchesNamed } from '../config/watch.ts'
import type { World } from '../context.ts'
import { editionId } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import { announceFailure, announceMissed, announcePublished } from '../notify/announce.ts'
import { failedNews } from '../notify/news.ts'
import type { NotificationRecord, RunRecord } from '../runs/record.ts'
import { dueTime, namedDate } from '../scheduler/calendar.ts'
import { type Io, inWorld, print, printJson } from './io.ts'

/** Tells what came of a date, for an orchestrator whose steps tell nothing themselves. Who knows already is not told again. */
export default async function notify(io: Io): Promise<void> {
  await inWorld(io, async (world) => {
    const { config, clock, report } = world
    const { date: given, watch, json, quiet } = io.options
    const date = namedDate(given, config, clock())
    const notifications = await tell(date, watchesNamed(watch, config), world)
    report.close()
    if (json) await printJson({ date, notifications })
    else if (!quiet) await print(describe(date, notifications, config))
  })
}

async function tell(date: string, watches: readonly Watch[], world: World): Promise<NotificationRecord[]> {
  const told = await announcePublished(date, watches, world)
  const lacking = await withoutEdition(date, watches, world)
  if (lacking.length === 0) return told
  const its = (await world.documents.list<RunRecord>('runs', { descending: true, limit: 200 })).filter(
    (run) => run.date === date && run.watches.some((name) => lacking.includes(name)),
  )
  const failed = its.find(({ status }) => status === 'failed')
  if (failed?.error) {
    const error = new Failure(failed.error.kind, failed.error.message)
    return [...told, ...(await announceFailure(failedNews(date, error), failed._id, world))]
  }
  const due = dueTime(world.config, date)
  // A run that found nothing to do has decided so (when_unchanged: skip).
  if (due === undefined || due > world.clock() || its.some(({ status }) => status === 'unchanged')) return told
  return [...told, ...(await announceMissed([date], undefined, world))]
}

async function withoutEdition(date: string, watches: readonly Watch[], { documents }: World): Promise<string[]> {
  const names = watches.map(({ name }) => name)
  const found = await Promise.all(
    names.map((name) => documents.ids('tops', { prefix: editionId(name, date), limit: 1 })),
  )
  return names.filter((_, index) => found[index]!.length === 0)
}

function describe(date: string, notifications: readonly NotificationRecord[], { notify }: Config): string {
  const nobody =
    notify.length === 0 ? 'the setting notify names nobody' : 'there is nothing that somebody does not know'
  if (notifications.length === 0) return `${date}: ${nobody}\n`
  return notifications
    .map(
      ({ target, event, status, error }) =>
        `${date}  ${event}  ${target}: ${status}${error === null ? '' : ` (${error})`}\n`,
    )
    .join('')
}
