import { watchesNamed } from '../config/watch.ts'
import type { Changes } from '../editions/changes.ts'
import { parseDate } from '../editions/date.ts'
import { findPair } from '../editions/find.ts'
import { explainedChanges } from '../explain/changes.ts'
import { markdownOf } from '../explain/markdown.ts'
import { headline, sectionsOf } from '../explain/sections.ts'
import { page } from '../terminal/pager.ts'
import { table } from '../terminal/table.ts'
import { type Io, inWorld, print, printJson } from './io.ts'

/** Prints what entered, left and moved between two editions: as tables, as JSON, or as Markdown. */
export default async function changes(io: Io): Promise<void> {
  await inWorld(io, async (world) => {
    const { config, report } = world
    const [watch] = watchesNamed(io.options.watch, config)
    const [from, to] = io.arguments.map(parseDate)
    const pair = await findPair(world, watch!.name, from, to)
    const found = await explainedChanges(pair.from, pair.to, world)
    report.close()
    if (io.options.json) await printJson(found)
    else if (io.options.markdown) await print(markdownOf(found, config.portal))
    else await page(tablesOf(found, config.portal))
  })
}

function tablesOf(changes: Changes, portal: string): string {
  const parts = sectionsOf(changes, portal).map(({ title, columns, rows }) => `${title}\n${table(columns, rows)}`)
  return [`${changes.watch}, ${headline(changes)}\n`, ...parts].join('\n')
}
