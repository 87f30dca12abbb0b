import { useReader } from '../reader.ts'

export interface TrendProps {
  readonly title: string
  /** Oldest first; undefined where there is no figure. */
  readonly points: readonly { readonly date: string; readonly value: number | undefined }[]
  /** A rank: the smallest is drawn on top. */
  readonly rank?: boolean
}

const WIDTH = 300
const HEIGHT = 80

/** A figure over the weeks, as a line; the table beneath it says the same in figures. */
export function Trend({ title, points, rank = false }: TrendProps) {
  const { shortDay, count } = useReader()
  const known = points.flatMap(({ value }) => (value === undefined ? [] : [value]))
  const [least, most] = [Math.min(...known), Math.max(...known)]
  const span = most - least || 1
  const first = Date.parse(points[0]!.date)
  const whole = Date.parse(points.at(-1)!.date) - first || 1
  const x = (date: string) => ((Date.parse(date) - first) / whole) * WIDTH
  const y = (value: number) => {
    if (most === least) return HEIGHT / 2
    return rank ? ((value - least) / span) * HEIGHT : HEIGHT - ((value - least) / span) * HEIGHT
  }
  // A week without a figure interrupts the line.
  let pen = 'M'
  const line = points
    .map(({ date, value }) => {
      const step = value === undefined ? '' : `${pen}${x(date).toFixed(1)} ${y(value).toFixed(1)}`
      pen = value === undefined ? 'M' : 'L'
      return step
    })
    .join('')
  const latest = points.findLast(({ value }) => value !== undefined)!
  return (
    <figure class="trend">
      <figcaption>
        {title} <strong>{count(latest.value!)}</strong>
      </figcaption>
      <div class="chart">
        <div class="scale" aria-hidden="true">
          <span>{count(rank ? least : most)}</span>
          {most > least && <span>{count(rank ? most : least)}</span>}
        </div>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <path d={line} />
          {points.map(
            ({ date, value }) =>
              value !== undefined && (
                <path key={date} class="dot" d={`M${x(date).toFixed(1)} ${y(value).toFixed(1)}h0`} />
              ),
          )}
        </svg>
        <div class="span" aria-hidden="true">
          <span>{shortDay(points[0]!.date)}</span>
          {points.length > 1 && <span>{shortDay(points.at(-1)!.date)}</span>}
        </div>
      </div>
    </figure>
  )
}
