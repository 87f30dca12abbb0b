import type { Changes } from '../../editions/changes.ts'
import { editionPath, hostOf } from './addresses.ts'
import { AskWhy } from './parts/askWhy.tsx'
import { Downloads } from './parts/downloads.tsx'
import { Figures } from './parts/figures.tsx'
import { Head, type HeadFacts, termsOf } from './parts/head.tsx'
import { Page } from './parts/layout.tsx'
import { News } from './parts/news.tsx'
import { Island } from './tops/island.tsx'
import type { TopsQuery } from './tops/query.ts'

export interface EditionFacts extends HeadFacts {
  /** What came and went since the edition before; undefined for the first one. */
  readonly changes: Changes | undefined
  readonly query: TopsQuery
}

/** The tops of a week: what this is, which week, what is new, and the table. */
export function EditionPage(facts: EditionFacts) {
  const { frame, edition } = facts
  const { words, longDay, count } = frame.reader
  const terms = termsOf(edition, frame)
  const about = edition.terms.length === 1 ? words.aboutOne : words.about
  return (
    <Page frame={frame} section="tops" title={`${terms}, ${longDay(edition.date)}`}>
      <Head {...facts} part="" title={terms} lede={about(hostOf(frame.portal), count(edition.top))} />
      <Figures edition={edition} />
      <div class="columns">
        <aside>
          <News {...facts} />
          <Downloads edition={edition} />
        </aside>
        <section>
          <h2 class="unseen">{words.tops}</h2>
          {edition.datasets.length === 0 ? (
            <div class="empty">
              <p>{words.emptyEdition}</p>
              <p>{words.emptyEditionHint}</p>
            </div>
          ) : (
            <Island {...facts} />
          )}
          <AskWhy path={editionPath(edition)} />
        </section>
      </div>
    </Page>
  )
}
