import type { RunRecord } from '../../../runs/record.ts'
import { type Locale, useLocale } from '../locale.ts'

/** Shows the status of a run. */
export function RunStatus({ run: { status } }: { readonly run: RunRecord }) {
  const { texts } = useLocale()
  return <span class={`status ${status}`}>{texts.statuses[status]}</span>
}

/** Formats the duration of a run or a step. Empty while it is running. */
export function durationOf(
  { started_at, ended_at }: Pick<RunRecord, 'started_at' | 'ended_at'>,
  { seconds }: Locale,
): string {
  return ended_at === null ? '' : seconds((Date.parse(ended_at) - Date.parse(started_at)) / 1000)
}
