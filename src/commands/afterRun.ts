import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { editionId } from '../editions/layout.ts'
import { runIdOf } from '../errors.ts'
import { announceFailure, shouldAnnounce } from '../notify/announce.ts'
import { failedNews } from '../notify/news.ts'
import { announceRecovery } from '../notify/recovery.ts'
import { warnOnError } from '../notify/warnOnError.ts'

interface Request {
  readonly date: string
  readonly watches: readonly Watch[]
}

/**
 * Publishes the editions of a run in the datasets that the setting `publish` names. The editions are complete by then, so a
 * failure is only a warning and a notification. It has its own run record, and `publish-remote` can publish them later.
 */
export async function publishAfterRun({ date, watches }: Request, context: Context, isAnnounced = true): Promise<void> {
  const { config, documents, report, signal } = context
  if (config.publish.length === 0) return
  // A run that is skipped (when_unchanged: skip) leaves no edition.
  const published: Watch[] = []
  for (const watch of watches) {
    if ((await documents.find('tops', editionId(watch.name, date))) !== undefined) published.push(watch)
  }
  if (published.length === 0) return
  const { publishRemote } = await import('../remote/publishRemote.ts')
  try {
    report.info((await publishRemote({ date, watches: published }, context)).summary)
    if (!isAnnounced) return
    await warnOnError(context, () => announceRecovery(date, context, { isRemote: true }))
  } catch (error) {
    signal.throwIfAborted()
    report.warn(`the edition of ${date} is published, but not on the portal: ${(error as Error).message}`)
    if (!isAnnounced || !shouldAnnounce(error, context)) return
    const news = failedNews(date, error, undefined, true)
    await warnOnError(context, () => announceFailure(news, runIdOf(error), context))
  }
}
