import type { Changes } from '../editions/changes.ts'
import { changesCsvOf } from '../editions/csv.ts'
import { findEdition, findPair } from '../editions/find.ts'
import { explainChanges } from '../explain/changes.ts'
import { markdownOf } from '../explain/markdown.ts'
import { headline, sectionsOf } from '../explain/sections.ts'
import { formatTable } from '../terminal/table.ts'
import { dateToRead } from './dates.ts'
import { type CommandInput, formatJson, type Options, withContext } from './io.ts'
import { tableWidth, writeResult } from './output.ts'
import { warnOfLaterCatalogues } from './show.ts'
import { watchToRead } from './watches.ts'

/** Prints the datasets that entered, left and moved between two editions: as tables, JSON, CSV or Markdown. */
export default async function changes(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { config, report } = context
    const { options } = io
    const watch = await watchToRead(options.watch, context)
    const [from, to] = await Promise.all(io.arguments.map((text) => dateToRead(text, [watch], context)))
    // Check that the edition exists. Otherwise the only error for `changes today` would be that the date is too late.
    if (from !== undefined) await findEdition(context.documents, watch, from)
    const pair = await findPair(context, watch, from, to)
    warnOfLaterCatalogues([pair.from, pair.to], context)
    const found = await explainChanges(pair.from, pair.to, context)
    await writeResult(format(found, options, config.portal), options, report)
  })
}

function format(found: Changes, options: Options, portal: string): string {
  if (options.json) return formatJson(found)
  if (options.csv) return changesCsvOf(found)
  if (options.markdown) return markdownOf(found, portal)
  return tablesOf(found, portal, tableWidth(options))
}

/** Formats changes as tables. */
export function tablesOf(changes: Changes, portal: string, width: number): string {
  const parts = sectionsOf(changes, portal).map(
    ({ title, columns, rows }) => `${title}\n${formatTable(columns, rows, width)}`,
  )
  return [`${changes.watch}, ${headline(changes)}\n`, ...parts].join('\n')
}
