import { findWatches } from '../config/watch.ts'
import type { Changes } from '../editions/changes.ts'
import { parseDate } from '../editions/date.ts'
import { findPair } from '../editions/find.ts'
import { explainChanges } from '../explain/changes.ts'
import { markdownOf } from '../explain/markdown.ts'
import { headline, sectionsOf } from '../explain/sections.ts'
import { showInPager } from '../terminal/pager.ts'
import { formatTable } from '../terminal/table.ts'
import { type CommandInput, print, printJson, withContext } from './io.ts'

/** Prints what entered, left and moved between two editions: as tables, as JSON, or as Markdown. */
export default async function changes(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { config, report } = context
    const [watch] = findWatches(io.options.watch, config)
    const [from, to] = io.arguments.map(parseDate)
    const pair = await findPair(context, watch!.name, from, to)
    const found = await explainChanges(pair.from, pair.to, context)
    report.close()
    if (io.options.json) await printJson(found)
    else if (io.options.markdown) await print(markdownOf(found, config.portal))
    else await showInPager(tablesOf(found, config.portal))
  })
}

function tablesOf(changes: Changes, portal: string): string {
  const parts = sectionsOf(changes, portal).map(({ title, columns, rows }) => `${title}\n${formatTable(columns, rows)}`)
  return [`${changes.watch}, ${headline(changes)}\n`, ...parts].join('\n')
}
