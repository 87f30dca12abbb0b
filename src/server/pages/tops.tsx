import type { Changes } from '../../editions/changes.ts'
import type { Week } from '../weeks.ts'
import { Downloads } from './parts/downloads.tsx'
import { EditionBar, type EditionPageProps, topicOf, wordsOf } from './parts/editionHeader.tsx'
import { ExplainForm } from './parts/explainForm.tsx'
import { KeyFigures } from './parts/keyFigures.tsx'
import { Page } from './parts/layout.tsx'
import { OnlyListed } from './parts/onlyListed.tsx'
import { RecentChanges } from './parts/recentChanges.tsx'
import { WeekByWeek } from './parts/weekByWeek.tsx'
import { editionPath, hostOf } from './paths.ts'
import { type TopsIslandProps, topsIsland } from './tops/island.tsx'
import { formatSelection } from './tops/query.ts'

interface TopsPageProps extends EditionPageProps, TopsIslandProps {
  /** Changes since the earlier edition; undefined for the first edition. */
  readonly changes: Changes | undefined
  readonly lacksReasons: boolean
  /** Up to the edition, oldest first. */
  readonly weeks: readonly Week[]
}

/** Shows the tops of an edition, what is new in it, and its files. */
export function TopsPage(props: TopsPageProps) {
  const { frame, edition, weeks } = props
  const { texts, longDay, count } = frame.locale
  const topic = topicOf(edition, frame)
  const about = texts.about(wordsOf(edition, frame), hostOf(frame.portal), count(edition.top))
  // Without a dataset and a search, there is nothing to filter.
  const isEmpty = edition.datasets.length === 0 && Object.keys(formatSelection(props.query)).length === 0
  const { controls, results } = topsIsland(props)
  return (
    <Page frame={frame} section="tops" title={`${topic}, ${longDay(edition.date)}`} description={about} hasJson>
      <h1>{topic}</h1>
      <p class="lede">{about}</p>
      {!isEmpty && controls}
      <EditionBar {...props} part="" />
      <div class="columns">
        <section>
          <h2 class="visually-hidden">{texts.tops}</h2>
          {isEmpty ? (
            <div class="empty">
              {edition.archive.records > 0 ? <OnlyListed edition={edition} /> : <p>{texts.emptyEdition}</p>}
            </div>
          ) : (
            results
          )}
          <ExplainForm path={editionPath(edition)} text={props.query.q} />
        </section>
        <aside>
          <RecentChanges {...props} />
          <KeyFigures edition={edition} watches={frame.watches} />
          {weeks.length > 0 && <WeekByWeek edition={edition} weeks={weeks} />}
          <Downloads edition={edition} />
        </aside>
      </div>
    </Page>
  )
}
