import type { RunRecord } from '../../../runs/record.ts'
import type { Locale } from '../locale.ts'
import { useRunTexts } from '../translations/runTexts.ts'

/** The commands that store data in the archive, and publish nothing. */
const STORING = ['fetch', 'archive', 'import']

/** Shows the status of a run. */
export function RunStatus({ run: { command, status } }: { readonly run: RunRecord }) {
  const runTexts = useRunTexts()
  const isStored = status === 'published' && STORING.includes(command)
  return <span class={`status ${status}`}>{isStored ? runTexts.stored : runTexts.statuses[status]}</span>
}

/** Formats the duration of a run or a step. Empty while it is running. */
export function durationOf(
  { started_at, ended_at }: Pick<RunRecord, 'started_at' | 'ended_at'>,
  { seconds }: Locale,
): string {
  return ended_at === null ? '' : seconds((Date.parse(ended_at) - Date.parse(started_at)) / 1000)
}
