import { Downloads } from './parts/downloads.tsx'
import { EditionHeader, type EditionPageProps, termsOf } from './parts/editionHeader.tsx'
import { ExplainForm } from './parts/explainForm.tsx'
import { KeyFigures } from './parts/keyFigures.tsx'
import { Page } from './parts/layout.tsx'
import { RecentChanges } from './parts/recentChanges.tsx'
import { editionPath, hostOf } from './paths.ts'
import { TopsIsland, type TopsIslandProps } from './tops/island.tsx'

type TopsPageProps = EditionPageProps & TopsIslandProps

/** Shows the tops of an edition, what is new in it, and its files. */
export function TopsPage(props: TopsPageProps) {
  const { frame, edition } = props
  const { texts, longDay, count } = frame.locale
  const terms = termsOf(edition, frame)
  const about = edition.terms.length === 1 ? texts.aboutOne : texts.about
  return (
    <Page frame={frame} section="tops" title={`${terms}, ${longDay(edition.date)}`}>
      <EditionHeader {...props} part="" title={terms} lede={about(hostOf(frame.portal), count(edition.top))} />
      <KeyFigures edition={edition} />
      <div class="columns">
        <aside>
          <RecentChanges {...props} />
          <Downloads edition={edition} />
        </aside>
        <section>
          <h2 class="visually-hidden">{texts.tops}</h2>
          {edition.datasets.length === 0 ? (
            <div class="empty">
              <p>{texts.emptyEdition}</p>
              <p>{texts.emptyEditionHint}</p>
            </div>
          ) : (
            <TopsIsland {...props} />
          )}
          <ExplainForm path={editionPath(edition)} />
        </section>
      </div>
    </Page>
  )
}
