import { useLocale } from '../locale.ts'

export interface TrendProps {
  readonly title: string
  /** Oldest first; undefined where there is no value. */
  readonly points: readonly TrendPoint[]
  /** For ranks. */
  readonly smallestOnTop?: boolean
}

interface TrendPoint {
  readonly date: string
  readonly value: number | undefined
}

const WIDTH = 300
const HEIGHT = 80
/** Lines of more points have no dots, which would hide them. */
const MAX_DOTS = 30

/** Draws values over the weeks as a line. The drawing is hidden from screen readers, which get the table below it. */
export function Trend({ title, points, smallestOnTop = false }: TrendProps) {
  const { shortDay, count } = useLocale()
  const known = points.flatMap(({ value }) => (value === undefined ? [] : [value]))
  const ticks = smallestOnTop ? rankTicks(Math.min(...known), Math.max(...known)) : countTicks(Math.max(0, ...known))
  const [first, last] = [points[0]!.date, points.at(-1)!.date]
  const xOf = (date: string) =>
    first === last
      ? WIDTH / 2
      : (WIDTH * (Date.parse(date) - Date.parse(first))) / (Date.parse(last) - Date.parse(first))
  const yOf = (value: number) =>
    ticks.length === 1 ? HEIGHT / 2 : (HEIGHT * (value - ticks[0]!)) / (ticks.at(-1)! - ticks[0]!)
  const { line, dots } = drawingOf(points, xOf, yOf)
  return (
    <figure class="trend">
      <figcaption>
        {title} <strong>{count(known.at(-1) ?? 0)}</strong>
      </figcaption>
      <div class="chart">
        <div class="scale" aria-hidden="true">
          {ticks.map((tick) => (
            <span key={tick}>{count(tick)}</span>
          ))}
        </div>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <path class="grid" d={ticks.map((tick) => `M0 ${yOf(tick)}h${WIDTH}`).join('')} />
          <path
            class="grid"
            d={tickDates(points)
              .map((date) => `M${xOf(date).toFixed(1)} ${HEIGHT}v6`)
              .join('')}
          />
          <path d={line} />
          {dots.map((dot) => (
            <path key={dot} class="dot" d={dot} />
          ))}
        </svg>
        <div class="span" aria-hidden="true">
          <span>{shortDay(first)}</span>
          {first !== last && <span>{shortDay(last)}</span>}
        </div>
      </div>
    </figure>
  )
}

/** Returns the ticks of counts, from the top. They include zero, so that the line shows how much changed. */
function countTicks(most: number): readonly number[] {
  const step = 2 * 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, most / 2))))
  const top = Math.max(step, Math.ceil(most / step) * step)
  return [top, top / 2, 0]
}

/** Returns the ticks of ranks, which have no zero, from the top. */
function rankTicks(best: number, worst: number): readonly number[] {
  if (worst - best <= 1) return best === worst ? [best] : [best, worst]
  const bottom = worst + ((worst - best) % 2)
  return [best, (best + bottom) / 2, bottom]
}

/** Returns the dates to mark: each edition, or the first one of each month if they are many. */
function tickDates(points: readonly TrendPoint[]): readonly string[] {
  const dates = points.map(({ date }) => date)
  if (dates.length <= MAX_DOTS) return dates
  return dates.filter((date, index) => dates[index - 1]?.slice(0, 7) !== date.slice(0, 7))
}

/** Returns the SVG paths of a line and its dots. A week without a value or without an edition interrupts the line. */
function drawingOf(points: readonly TrendPoint[], xOf: (date: string) => number, yOf: (value: number) => number) {
  const longest = longestStep(points)
  const runs: string[][] = []
  let previous: TrendPoint | undefined
  for (const point of points) {
    const { date, value } = point
    if (value !== undefined) {
      const isNext =
        previous?.value !== undefined && Date.parse(date) - Date.parse(previous.date) <= longest && runs.length > 0
      if (!isNext) runs.push([])
      runs.at(-1)!.push(`${xOf(date).toFixed(1)} ${yOf(value).toFixed(1)}`)
    }
    previous = point
  }
  const dotted = points.length <= MAX_DOTS ? runs.flat() : runs.filter((run) => run.length === 1).flat()
  return {
    line: runs.map((run) => `M${run.join('L')}`).join(''),
    dots: dotted.map((position) => `M${position}h0`),
  }
}

/** Returns how far apart two editions in a row may be: half as long again as they usually are. */
function longestStep(points: readonly TrendPoint[]): number {
  const steps = points.slice(1).map(({ date }, index) => Date.parse(date) - Date.parse(points[index]!.date))
  const sorted = steps.sort((a, b) => a - b)
  return 1.5 * (sorted[Math.floor((sorted.length - 1) / 2)] ?? 0)
}
