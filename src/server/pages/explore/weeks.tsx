import type { SearchHistory } from '../../explore/weekCounter.ts'
import { useLocale } from '../locale.ts'
import { type Frame, Page } from '../parts/layout.tsx'
import { TableHead } from '../parts/tableHead.tsx'
import { Trend } from '../parts/trend.tsx'
import { type ExploreQuery, formatSearch } from './query.ts'
import { exploreTextsOf, useExploreTexts } from './texts.ts'

const WEEKS_PATH = '/explore/weeks'

/** A link to the counts of all weeks. The script replaces it by the counts. */
export function WeeksLoader({ query }: { readonly query: ExploreQuery }) {
  const { href } = useLocale()
  const explore = useExploreTexts()
  return (
    <section id="explore-weeks">
      <h2>
        <a data-load="" href={href(WEEKS_PATH, formatSearch(query))}>
          {explore.weeks}
        </a>
      </h2>
    </section>
  )
}

interface WeeksPageProps {
  readonly frame: Frame
  readonly query: ExploreQuery
  readonly history: SearchHistory
}

/** Shows how many datasets a search finds in each stored week. Reloads until all weeks are counted. */
export function WeeksPage({ frame, query, history }: WeeksPageProps) {
  const { texts, count, seconds, shortDay, href, anyOf } = frame.locale
  const explore = exploreTextsOf(frame)
  const { weeks, total, seconds_left: left } = history
  const terms = anyOf(query.words.map(texts.term))
  const points = [...weeks].reverse().map(({ date, datasets }) => ({ date, value: datasets ?? undefined }))
  return (
    <Page frame={frame} section="explore" title={`${explore.title(terms)}, ${explore.weeks}`}>
      <h1>{terms}</h1>
      <section id="explore-weeks" aria-labelledby="explore-weeks-title">
        <h2 id="explore-weeks-title">{explore.weeks}</h2>
        {points.some(({ value }) => value !== undefined) && <Trend title={texts.datasets} points={points} />}
        {left !== 0 && (
          <p role="status">
            {explore.countingWeeks(weeks.length, count(weeks.length), count(total))}{' '}
            {left !== null && explore.timeLeft(seconds(left))}{' '}
            <a data-load="2" href={href(WEEKS_PATH, formatSearch(query))}>
              {explore.reload}
            </a>
          </p>
        )}
        <details>
          <summary>{explore.weekCounts}</summary>
          <table>
            <TableHead columns={[explore.week, { number: texts.datasets }]} />
            <tbody>
              {weeks.map(({ date, datasets }) => (
                <tr key={date}>
                  <th scope="row">
                    <a href={href(`/explore/${date}`, formatSearch(query))}>
                      <time dateTime={date}>{shortDay(date)}</time>
                    </a>
                  </th>
                  <td class="number">{datasets === null ? '—' : count(datasets)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      </section>
    </Page>
  )
}
