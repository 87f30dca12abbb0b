import { useLocale } from '../locale.ts'

/** Shows how many ranks an organization rose (positive) or fell. */
export function RankChange({ by }: { readonly by: number }) {
  const { texts, count } = useLocale()
  if (by === 0) return null
  const places = count(Math.abs(by))
  return (
    <small class="moved">
      <span aria-hidden="true">{by > 0 ? `▲ ${places}` : `▼ ${places}`}</span>
      <span class="visually-hidden">{by > 0 ? texts.ranksGained(places) : texts.ranksLost(places)}</span>
    </small>
  )
}

/** Shows a difference: `+3`, `−1`. */
function CountChange({ by }: { readonly by: number }) {
  const { count } = useLocale()
  if (by === 0) return null
  return <small class="moved">{by > 0 ? `+${count(by)}` : `−${count(-by)}`}</small>
}

interface CountCellProps {
  readonly now: number | null
  readonly before: number | null | undefined
}

/** A table cell with a number and its change, if both are known. */
export function CountCell({ now, before }: CountCellProps) {
  const { count } = useLocale()
  return (
    <td class="number">
      {now !== null && (
        <>
          {count(now)} {typeof before === 'number' && <CountChange by={now - before} />}
        </>
      )}
    </td>
  )
}
