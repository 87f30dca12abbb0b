import type { RunRecord } from '../../../runs/record.ts'
import { type Reader, useReader } from '../reader.ts'

/** How a run ended, in a word. */
export function Status({ run: { status } }: { readonly run: RunRecord }) {
  const { words } = useReader()
  return <span class={`status ${status}`}>{words.statuses[status]}</span>
}

/** How long a run or a step took; empty while it is at work. */
export function took(
  { started_at, ended_at }: Pick<RunRecord, 'started_at' | 'ended_at'>,
  { seconds }: Reader,
): string {
  return ended_at === null ? '' : seconds((Date.parse(ended_at) - Date.parse(started_at)) / 1000)
}
