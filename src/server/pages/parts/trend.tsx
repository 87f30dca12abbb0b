import { useLocale } from '../locale.ts'

export interface TrendProps {
  readonly title: string
  /** Oldest first; undefined where there is no value. */
  readonly points: readonly { readonly date: string; readonly value: number | undefined }[]
  /** For ranks. */
  readonly smallestOnTop?: boolean
}

const WIDTH = 300
const HEIGHT = 80

/** Draws values over the weeks as a line. The drawing is hidden from screen readers, which get the table below it. */
export function Trend({ title, points, smallestOnTop = false }: TrendProps) {
  const { shortDay, count } = useLocale()
  const known = points.flatMap(({ value }) => (value === undefined ? [] : [value]))
  // Counts start at zero, so that the line shows how much changed. Ranks have no zero.
  const [least, most] = smallestOnTop ? [Math.min(...known), Math.max(...known)] : [0, Math.max(1, ...known)]
  const [top, bottom] = smallestOnTop ? [least, most] : [most, least]
  const { line, dots } = drawingOf(points, top, bottom)
  return (
    <figure class="trend">
      <figcaption>
        {title} <strong>{count(known.at(-1) ?? 0)}</strong>
      </figcaption>
      <div class="chart">
        <div class="scale" aria-hidden="true">
          <span>{count(top)}</span>
          {most > least && <span>{count(bottom)}</span>}
        </div>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <path d={line} />
          {dots.map((dot) => (
            <path key={dot} class="dot" d={dot} />
          ))}
        </svg>
        <div class="span" aria-hidden="true">
          <span>{shortDay(points[0]!.date)}</span>
          {points.length > 1 && <span>{shortDay(points.at(-1)!.date)}</span>}
        </div>
      </div>
    </figure>
  )
}

/** Returns the SVG paths of a line and its dots. A week without a value interrupts the line. */
function drawingOf(points: TrendProps['points'], top: number, bottom: number) {
  const first = Date.parse(points[0]!.date)
  const duration = Date.parse(points.at(-1)!.date) - first || 1
  const line: string[] = []
  const dots: string[] = []
  let command = 'M'
  for (const { date, value } of points) {
    if (value !== undefined) {
      const x = ((Date.parse(date) - first) / duration) * WIDTH
      const y = top === bottom ? HEIGHT / 2 : ((value - top) / (bottom - top)) * HEIGHT
      const position = `${x.toFixed(1)} ${y.toFixed(1)}`
      line.push(command + position)
      dots.push(`M${position}h0`)
    }
    command = value === undefined ? 'M' : 'L'
  }
  return { line: line.join(''), dots }
}
