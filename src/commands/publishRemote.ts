import { findWatches } from '../config/watch.ts'
import { announceRecovery } from '../notify/recovery.ts'
import { warnOnError } from '../notify/warnOnError.ts'
import { publishRemote, type RemoteResult } from '../remote/publishRemote.ts'
import { formatTable } from '../terminal/table.ts'
import { formatBytes } from '../text/format.ts'
import { dateToRead, givenDate } from './dates.ts'
import { type CommandInput, print, printJson, withContext } from './io.ts'

/** Publishes the editions of a date in the datasets that the setting `publish` names. */
export default async function publishRemoteCommand(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { watch, json, quiet } = io.options
    const watches = findWatches(watch, context.config)
    const names = watches.map(({ name }) => name)
    const date = await dateToRead(givenDate(io) ?? 'today', names, context)
    const result = await publishRemote({ date, watches }, context)
    await warnOnError(context, () => announceRecovery(date, context, { isRemote: true }))
    context.report.close()
    if (json) await printJson(result)
    else if (!quiet) await print(describe(result))
  })
}

function describe({ date, summary, datasets }: RemoteResult): string {
  if (datasets.length === 0) return `${date}: ${summary}\n`
  const columns = [
    { title: 'file' },
    { title: '' },
    { title: 'size', align: 'right' },
    { title: 'link', share: 1 },
  ] as const
  const parts = datasets.map(({ portal, dataset, page, files, changes }) => {
    const rows = files.map(({ file, action, size, url }) => [file, action, formatBytes(size), url])
    const also = changes.length === 0 ? '' : `also changed: ${changes.join(', ')}\n`
    const table = rows.length === 0 ? 'nothing to publish: the watch has a later edition\n' : formatTable(columns, rows)
    return `${date}, ${page ?? `${portal}/datasets/${dataset}`}\n${table}${also}`
  })
  return parts.join('\n')
}
