import type { Context } from '../context.ts'
import { isDate } from '../editions/date.ts'
import { missingOf } from '../editions/find.ts'
import { watchAndDate } from '../editions/layout.ts'
import { Failure, NotFound, quotedValue } from '../errors.ts'
import { missingStores } from '../stores/missing.ts'
import { joinFirst } from '../text/format.ts'
import type { Difference } from '../verify/difference.ts'
import { type Verdict, verify } from '../verify/verify.ts'
import { datesToRead } from './dates.ts'
import { type CommandInput, print, printJson, warnOfMissing, withContext } from './io.ts'

/** Longer values are cut to this many characters. */
const MAX_VALUE = 200

/** Recomputes all stored files and documents from the snapshots and compares them. */
export default async function verifyCommand(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { json, quiet, repair = false } = io.options
    const dates = await datesToRead(io, context)
    const verdicts: Verdict[] = []
    for await (const verdict of verify({ dates, repair }, context)) {
      verdicts.push(verdict)
      if (!json && !quiet) await print(describe(verdict))
    }
    const unknown = dates.filter((date) => !verdicts.some((verdict) => verdict.date === date))
    if (unknown.length === 0 && verdicts.every(({ status }) => status !== 'same'))
      await warnOfMissing(context.report, context.documents, context.archive)
    context.report.close()
    if (unknown.length > 0) throw await nothingStored(unknown, context)
    if (json) await printJson(verdicts)
    else if (verdicts.length === 0 && !quiet) await print('nothing is stored yet: "run" makes the first edition\n')
    refuseDifferent(verdicts)
    refuseHeld(verdicts)
  })
}

async function nothingStored(unknown: readonly string[], { archive, documents }: Context): Promise<NotFound> {
  const what = `nothing is stored for ${joinFirst(unknown)}`
  const stores = await missingStores(documents, archive)
  if (stores !== undefined) return new NotFound(`${what}; ${stores}`)
  const ids = await documents.ids('tops')
  const dates = ids.map((id) => watchAndDate(id)[1]).filter(isDate)
  if (unknown.length > 1 || dates.length === 0) return new NotFound(`${what}; "runs" lists the runs so far`)
  return new NotFound(`cannot verify: ${missingOf('edition', unknown[0]!, ` in ${documents.address}`, dates)}`)
}

function refuseDifferent(verdicts: readonly Verdict[]): void {
  const different = verdicts.filter(({ status }) => status === 'different')
  if (different.length === 0) return
  const [first] = different
  const [difference] = first!.differences
  const rest = different.length > 1 ? `, and ${different.length - 1} more` : ''
  const next = different.some(({ watch, note }) => watch !== null && note === '')
    ? '"verify --repair" republishes editions from their snapshots'
    : 'restore a damaged snapshot from a backup; "fetch --date DATE --refetch" would replace it with the current exports of the portal'
  throw new Failure('contract', `${nameOf(first!)} is not as expected (${sentence(difference!)})${rest}; ${next}`)
}

/** Fails if a run is still writing a date. A later call can verify it. */
function refuseHeld(verdicts: readonly Verdict[]): void {
  const held = verdicts.find(({ status }) => status === 'held')
  if (held !== undefined) throw new Failure('held', `cannot verify ${nameOf(held)}: ${held.note}`)
}

const WORDS = {
  same: 'is as expected',
  partly: 'is as expected, as far as it can be compared',
  different: 'is DIFFERENT',
  held: 'is being written',
  repaired: 'was different and has been republished',
}

function describe(verdict: Verdict): string {
  const note = verdict.note === '' ? '' : ` (${verdict.note})`
  const lines = verdict.differences.map((one) => `  ${sentence(one)}`)
  return `${[`${nameOf(verdict)} ${WORDS[verdict.status]}${note}`, ...lines].join('\n')}\n`
}

function nameOf({ date, watch }: Verdict): string {
  return watch === null ? `${date} snapshot` : `${date} ${watch}`
}

function sentence({ where, part, expected, found }: Difference): string {
  const place = part === '' ? where : `${where}, ${part}`
  if (found === undefined) return `${place} is missing, expected ${format(expected)}`
  if (expected === undefined) return `${place} should not be there: ${format(found)}`
  return `${place} is ${format(found)}, expected ${format(expected)}`
}

const format = (value: unknown) => quotedValue(value, MAX_VALUE)
