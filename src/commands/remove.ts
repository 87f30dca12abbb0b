import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { ALL_WATCHES } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { Failure } from '../errors.ts'
import { findRemoval, type Removal, remove } from '../pipeline/remove.ts'
import { findSnapshot } from '../pipeline/snapshot.ts'
import { dateToRead, givenDate } from './dates.ts'
import { type CommandInput, print, printJson, withContext } from './io.ts'

/** Removes the editions of a date, and with --snapshot its snapshot. Asks first in a terminal. */
export default async function removeCommand(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { watch, snapshot = false, yes = false, json, quiet } = io.options
    const given = new Set([watch ?? ALL_WATCHES].flat())
    const watches = given.has(ALL_WATCHES) ? undefined : [...given]
    const names = watches ?? context.config.watches.map(({ name }) => name)
    const date = await dateToRead(dateOf(io), names, context)
    const request = { date, watches, snapshot }
    const removal = await findRemoval(request, context)
    if (snapshot && removal.kept.length > 0)
      context.report.warn(`the snapshot of ${date} stays: the editions of ${removal.kept.join(', ')} were made from it`)
    if (!yes && !(await confirm(removal, context, io))) return print('nothing was removed\n')
    const result = await remove(request, removal, context)
    context.report.close()
    if (json) await printJson(result)
    else if (!quiet) await print(`${result.summary}${await remedyFor(result, context)}\n`)
  })
}

function dateOf(io: CommandInput): string {
  const given = givenDate(io)
  if (given !== undefined) return given
  throw new Failure('usage', 'cannot remove: no date is given. Add it, as in "remove 2026-11-18".')
}

async function confirm(removal: Removal, { report }: Context, { signal }: CommandInput): Promise<boolean> {
  const lines = describe(removal)
  if (lines.length === 0) return true
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    const what = lines.map((line) => line.trim()).join(', ')
    throw new Failure('usage', `cannot ask before removing ${what}: this is not a terminal. Add --yes.`)
  }
  report.close()
  const isFinal = removal.snapshot.length > 0 ? 'A removed snapshot cannot be restored.\n' : ''
  process.stderr.write(`This removes, for ${removal.date}:\n${lines.join('\n')}\n${isFinal}`)
  // With `terminal: true`, readline would intercept Ctrl-C.
  const input = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  // The question has no answer if the input ends (Ctrl-D).
  const end = once(input, 'close').then(() => undefined)
  try {
    const answer = await Promise.race([input.question('Remove it? [y/N] ', { signal }), end])
    if (answer === undefined) process.stderr.write('\n')
    return /^(y|yes|o|oui)$/i.test(answer?.trim() ?? '')
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    input.close()
  }
}

/** Says how to publish the removed editions again, if their snapshot is still stored. */
async function remedyFor({ date, editions, snapshot }: Removal, context: Context): Promise<string> {
  if (editions.length === 0 || snapshot.length > 0 || (await findSnapshot(date, context)) === undefined) return ''
  const configured = editions.filter(({ watch }) => context.config.watches.some(({ name }) => name === watch))
  if (configured.length === 0) return ''
  const names = configured.map(({ watch }) => `--watch ${watch}`).join(' ')
  return `\n"backfill --from ${date} --to ${date} ${names}" publishes ${editions.length === 1 ? 'it' : 'them'} again`
}

function describe({ editions, snapshot }: Removal): string[] {
  const parts = editions.flatMap(({ document, keys }) => [
    ...(document === undefined ? [] : [`the document ${document}`]),
    ...keys,
  ])
  return [...parts, ...snapshot].map((part) => `  ${part}`)
}
