import type { Changes } from '../../../editions/changes.ts'
import type { DatasetWeek } from '../../history.ts'
import { useLocale } from '../locale.ts'
import { useExplainTexts } from '../translations/explainTexts.ts'
import { TableHead } from './tableHead.tsx'
import { Trend } from './trend.tsx'

interface DatasetWeeksProps {
  /** Up to the edition, oldest first. */
  readonly weeks: readonly DatasetWeek[]
  /** The changes of the week in which the dataset last entered or left; undefined if it never did. */
  readonly lastChanges: Changes | undefined
}

/** Says since when a dataset is in the tops and why, and shows each entry and exit and its followers. */
export function DatasetWeeks({ weeks, lastChanges }: DatasetWeeksProps) {
  const { texts, count, day, shortDay } = useLocale()
  const explain = useExplainTexts()
  const events = weeks.filter(({ change }) => change !== undefined)
  const last = events.at(-1)
  const isIn = weeks.at(-1)?.dataset !== undefined
  if (!isIn && last === undefined) return null
  const id = weeks.findLast(({ dataset }) => dataset !== undefined)!.dataset!.dataset_id
  const sentence =
    last === undefined
      ? explain.inTopsSinceFirst(day(weeks[0]!.date))
      : last.change === 'left'
        ? explain.leftTops(day(last.date))
        : explain.inTopsSince(day(last.date))
  const reason = reasonIn(lastChanges, id, texts)
  return (
    <section aria-labelledby="weeks">
      <h2 id="weeks">{explain.overTheWeeks}</h2>
      <p>
        {sentence} {reason !== undefined && explain.reason(reason)}
      </p>
      {events.length > 1 && (
        <ul>
          {events.map(({ date, change }) => (
            <li key={date}>{change === 'left' ? explain.leftOn(day(date)) : explain.enteredOn(day(date))}</li>
          ))}
        </ul>
      )}
      <div class="trends">
        <Trend
          title={texts.followers}
          points={weeks.map(({ date, dataset }) => ({ date, value: dataset?.dataset_followers }))}
        />
      </div>
      <details>
        <summary>{texts.weekByWeek}</summary>
        <table>
          <TableHead columns={[texts.editionColumn, { number: texts.followers }]} />
          <tbody>
            {[...weeks].reverse().map(({ date, dataset }) => (
              <tr key={date}>
                <th scope="row">
                  <time dateTime={date}>{shortDay(date)}</time>
                </th>
                <td class="number">{dataset === undefined ? explain.notInTops : count(dataset.dataset_followers)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  )
}

type Texts = ReturnType<typeof useLocale>['texts']

function reasonIn(changes: Changes | undefined, id: string, texts: Texts): string | undefined {
  const entered = changes?.entered.find(({ dataset_id }) => dataset_id === id)?.reason
  if (entered) return texts.entryReasons[entered]
  const left = changes?.left.find(({ dataset_id }) => dataset_id === id)?.reason
  return left ? texts.exitReasons[left] : undefined
}
