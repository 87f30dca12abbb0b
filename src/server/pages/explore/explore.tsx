import type { ComponentChildren } from 'preact'
import { useLocale } from '../locale.ts'
import { HiddenInputs } from '../parts/hiddenInputs.tsx'
import { type Frame, Page } from '../parts/layout.tsx'
import { hostOf } from '../paths.ts'
import { ExploreForm } from './form.tsx'
import { type ExploreQuery, formatQuery } from './query.ts'
import { Results, type ResultsProps } from './results.tsx'
import { exploreTextsOf, useExploreTexts } from './texts.ts'

interface ExplorePageProps {
  readonly frame: Frame
  /** The week that is searched. */
  readonly date: string
  /** The weeks that have a snapshot, latest first. */
  readonly dates: readonly string[]
  readonly query: ExploreQuery
  /** The result, or why the search failed; undefined without words. */
  readonly outcome: Outcome | undefined
}

export type Outcome = Pick<ResultsProps, 'page' | 'earlier' | 'changes' | 'watch'> | Problem

interface Problem {
  readonly problem: string
  readonly status: number
  /** Seconds after which the same search may succeed. */
  readonly retryAfter?: string
}

/** Searches the catalogue of a week for any words. The script swaps `#explored` while the words are typed. */
export function ExplorePage({ frame, date, dates, query, outcome }: ExplorePageProps) {
  const { texts, anyOf, day } = frame.locale
  const explore = exploreTextsOf(frame)
  const path = `/explore/${date}`
  const found = outcome !== undefined && 'page' in outcome ? outcome : undefined
  const title = query.words.length === 0 ? explore.heading : explore.title(anyOf(query.words.map(texts.term)))
  const organizations = found?.page.organizations.filter(({ datasets }) => datasets > 0) ?? []
  const { portal, site } = frame
  return (
    <Page
      frame={frame}
      section="explore"
      title={`${title}, ${day(date)}`}
      description={explore.lede(hostOf(portal), day(date))}
      hasJson={found !== undefined}
    >
      <h1>{explore.heading}</h1>
      <p class="lede">{explore.lede(hostOf(portal), day(date))}</p>
      <ExploreForm {...{ path, query, organizations }} hasEarlier={dates.indexOf(date) < dates.length - 1} />
      <WeekPicker date={date} dates={dates} query={query} />
      <div id="explored">
        {found !== undefined ? (
          <Results {...{ path, site, portal, query }} {...found} />
        ) : outcome !== undefined && 'problem' in outcome ? (
          <Message>{outcome.problem}</Message>
        ) : (
          <Examples path={path} />
        )}
      </div>
    </Page>
  )
}

const Message = ({ children }: { readonly children: ComponentChildren }) => (
  <div class="empty">
    <p>{children}</p>
  </div>
)

function Examples({ path }: { readonly path: string }) {
  const { href } = useLocale()
  const explore = useExploreTexts()
  return (
    <p class="examples">
      {explore.examples}{' '}
      {explore.exampleWords.map((word, index) => (
        <span key={word}>
          {index > 0 && ' · '}
          <a href={href(path, { words: word })}>{word}</a>
        </span>
      ))}
    </p>
  )
}

/** Chooses another week. It keeps the search and the filters. */
function WeekPicker({ date, dates, query }: Pick<ExplorePageProps, 'date' | 'dates' | 'query'>) {
  const locale = useLocale()
  const explore = useExploreTexts()
  const { texts, day, longDay, href, langQuery } = locale
  const index = dates.indexOf(date)
  const kept = formatQuery({ ...query, since: '', offset: 0 })
  const step = (other: string | undefined, title: string, sign: string) =>
    other === undefined ? (
      <span class="step" aria-hidden="true">
        {sign}
      </span>
    ) : (
      <a class="step" data-keep="" href={href(`/explore/${other}`, kept)} aria-label={`${title}, ${day(other)}`}>
        {sign}
      </a>
    )
  return (
    <div class="edition-bar">
      <div class="week">
        <h2>
          {explore.weekOf} <time dateTime={date}>{longDay(date)}</time>
        </h2>
        {dates.length > 1 && (
          <form action="/explore" class="picker" data-keep="">
            {step(dates[index + 1], texts.earlier, '‹')}
            <label>
              <span class="visually-hidden">{explore.week}</span>
              <select name="date">
                {dates.map((other) => (
                  <option key={other} value={other} selected={other === date}>
                    {day(other)}
                  </option>
                ))}
              </select>
            </label>
            <HiddenInputs values={{ ...kept, ...langQuery }} />
            <button type="submit">{texts.go}</button>
            {step(dates[index - 1], texts.later, '›')}
          </form>
        )}
      </div>
    </div>
  )
}
