import type { Week } from '../../weeks.ts'
import { useLocale } from '../locale.ts'
import { type EditionRef, editionPath } from '../paths.ts'
import { TableHead } from './tableHead.tsx'
import { Trend } from './trend.tsx'

/** How many weeks the table lists. */
const MAX_LISTED = 12

interface WeekByWeekProps {
  readonly edition: EditionRef
  /** Up to the edition, oldest first. */
  readonly weeks: readonly Week[]
}

/** Shows how many datasets the tops had in each week, and how many were new and gone. */
export function WeekByWeek({ edition, weeks }: WeekByWeekProps) {
  const { texts, count, shortDay, href } = useLocale()
  const points = weeks.map(({ date, datasets }) => ({ date, value: datasets.size }))
  const first = Math.max(0, weeks.length - MAX_LISTED)
  const rows = weeks.slice(first).map(({ date, datasets }, index) => {
    const before = weeks[first + index - 1]?.datasets
    return {
      date,
      total: datasets.size,
      entered: before && missingFrom(before, datasets),
      left: before && missingFrom(datasets, before),
    }
  })
  return (
    <section aria-labelledby="weeks">
      <h2 id="weeks">{texts.weekByWeek}</h2>
      <Trend title={texts.datasets} points={points} />
      <details>
        <summary>{texts.newAndGone}</summary>
        <table>
          <TableHead
            columns={[
              texts.editionColumn,
              { number: texts.datasets },
              { number: texts.newColumn },
              { number: texts.goneColumn },
            ]}
          />
          <tbody>
            {rows.reverse().map(({ date, total, entered, left }) => (
              <tr key={date}>
                <th scope="row">
                  <a href={href(`${editionPath({ ...edition, date })}/changes`)}>
                    <time dateTime={date}>{shortDay(date)}</time>
                  </a>
                </th>
                <td class="number">{count(total)}</td>
                <td class="number">{entered !== undefined && count(entered)}</td>
                <td class="number">{left !== undefined && count(left)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  )
}

/** Counts the datasets of `all` that `some` lacks. */
function missingFrom(some: Week['datasets'], all: Week['datasets']): number {
  return [...all.keys()].filter((id) => !some.has(id)).length
}
