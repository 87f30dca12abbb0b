import { createInterface } from 'node:readline/promises'
import type { Context } from '../context.ts'
import { resolveDate } from '../editions/calendar.ts'
import { Failure, quoted } from '../errors.ts'
import { findRemoval, type Removal, remove } from '../pipeline/remove.ts'
import { type CommandInput, print, printJson, withContext } from './io.ts'

/** Removes the editions of a date, and its snapshot if that is wanted. Asks first in a terminal. */
export default async function removeCommand(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { watch, snapshot = false, yes = false, json, quiet } = io.options
    const date = resolveDate(dateOf(io), context.config, context.clock())
    const watches = watch === undefined ? undefined : [...new Set([watch].flat())]
    const request = { date, watches, snapshot }
    const removal = await findRemoval(request, context)
    if (snapshot && removal.kept.length > 0)
      context.report.warn(`the snapshot of ${date} stays: the editions of ${removal.kept.join(', ')} were made from it`)
    if (!yes && !(await confirm(removal, context, io))) return print('nothing was removed\n')
    const result = await remove(request, removal, context)
    context.report.close()
    if (json) await printJson(result)
    else if (!quiet) await print(`${result.summary}\n`)
  })
}

/** Nothing is removed by default: the date has to be named. */
function dateOf({ options: { date }, arguments: [argument] }: CommandInput): string {
  const given = argument ?? date
  if (given === undefined)
    throw new Failure('usage', 'cannot remove: no date is given. Add it, as in "remove 2026-11-18".')
  if (date === undefined || date === given) return given
  throw new Failure(
    'usage',
    `cannot remove two dates: ${quoted(given)} and --date ${quoted(date)} are given. Keep one.`,
  )
}

/** Shows what will be removed, and asks. */
async function confirm(removal: Removal, { report }: Context, { signal }: CommandInput): Promise<boolean> {
  const lines = describe(removal)
  if (lines.length === 0) return true
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    const what = lines.map((line) => line.trim()).join(', ')
    throw new Failure('usage', `cannot ask before removing ${what}: this is not a terminal. Add --yes.`)
  }
  report.close()
  process.stderr.write(`This removes of ${removal.date}:\n${lines.join('\n')}\n`)
  // Without terminal, the system keeps handling Ctrl-C.
  const input = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  try {
    return /^(y|yes|o|oui)$/i.test((await input.question('Remove it? [y/N] ', { signal })).trim())
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    input.close()
  }
}

function describe({ editions, snapshot }: Removal): string[] {
  const parts = editions.flatMap(({ document, keys }) => [
    ...(document === undefined ? [] : [`the document ${document}`]),
    ...keys,
  ])
  return [...parts, ...snapshot].map((part) => `  ${part}`)
}
