import type { ComponentChildren } from 'preact'
import { datasetPage } from '../../editions/links.ts'
import type { Explanation, Match, Near, Placing } from '../../explain/explanation.ts'
import { editionPath, historyPath, hostOf, whyPath } from './addresses.ts'
import { AskWhy } from './parts/askWhy.tsx'
import { Crumbs } from './parts/crumbs.tsx'
import type { HeadFacts } from './parts/head.tsx'
import { Page } from './parts/layout.tsx'
import { Name, visible, withoutControls } from './parts/name.tsx'
import { useReader } from './reader.ts'
import type { Words } from './words/words.ts'

export interface ExplainFacts extends HeadFacts {
  readonly explanation: Explanation
}

/** Why a dataset is, or is not, in the edition: the conditions in the order in which they are asked. */
export function ExplainPage({ frame, edition, explanation }: ExplainFacts) {
  const { words, day, count, href } = frame.reader
  const { dataset, verdict, asked, matches, organization, nearest, columns } = explanation
  const path = editionPath(edition)
  const title = dataset === null ? visible(asked, 200) : visible(dataset.title)
  const listed = matches.length > 0
  return (
    <Page frame={frame} section="tops" title={`${words.why} ${title}`}>
      <Crumbs frame={frame} links={[[words.editionOf(day(edition.date)), href(path)]]} />
      <h1>
        <Name>{title}</Name>
      </h1>
      <p class="verdict">{words.verdicts[verdict](day(edition.date))}</p>
      <ol class="conditions">
        <Condition
          holds={verdict === 'not-listed' ? undefined : dataset !== null}
          title={words.atPortal(hostOf(frame.portal))}
        >
          {dataset !== null && (
            <p>
              {words.recordOf(count(dataset.record), count(edition.source.datasets.records))}{' '}
              <a href={datasetPage(frame.portal, dataset.id)}>{words.onPortal(hostOf(frame.portal))}</a>
            </p>
          )}
          {dataset === null && <Nearest nearest={nearest} path={path} />}
        </Condition>
        <Condition
          holds={dataset === null ? undefined : listed}
          title={words.mentions(edition.terms.map(words.term).join(words.or))}
        >
          {matches.map((match) => (
            <Excerpt key={`${match.term} ${match.column}`} match={match} />
          ))}
          {dataset !== null && !listed && (
            <>
              <p>{words.searchedIn(columns.map((column) => columnIn(words, column)).join(', '))}</p>
              <Nearest nearest={nearest} path={path} />
            </>
          )}
        </Condition>
        <Condition
          holds={dataset === null ? undefined : organization !== null && organization.rank <= edition.top}
          title={words.ofTheTop(count(edition.top))}
        >
          {dataset !== null && <Organization placing={organization} verdict={verdict} path={path} />}
        </Condition>
      </ol>
      <AskWhy path={path} />
    </Page>
  )
}

interface ConditionProps {
  /** Undefined when it is not known, or was not asked any more. */
  readonly holds: boolean | undefined
  readonly title: string
  readonly children: ComponentChildren
}

function Condition({ holds, title, children }: ConditionProps) {
  const { words } = useReader()
  const [sign, said, kind] =
    holds === undefined ? ['?', words.notKnown, 'open'] : holds ? ['✓', words.yes, 'met'] : ['✗', words.no, 'failed']
  return (
    <li class={kind}>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      <div>
        <h2>
          {title} <span class="unseen">{said}</span>
        </h2>
        {children}
      </div>
    </li>
  )
}

/** Where a term stands, with what is around it. */
function Excerpt({ match: { term, column, times, before, found, after } }: { readonly match: Match }) {
  const { words, count } = useReader()
  return (
    <figure>
      <figcaption>
        {words.foundIn(words.term(visible(term)), columnIn(words, column))}
        {times > 1 && <small> {words.times(count(times))}</small>}
      </figcaption>
      <blockquote>
        <bdi>
          {withoutControls(before)}
          <mark>{withoutControls(found)}</mark>
          {withoutControls(after)}
        </bdi>
      </blockquote>
    </figure>
  )
}

interface OrganizationProps {
  readonly placing: Placing | null
  readonly verdict: Explanation['verdict']
  readonly path: string
}

function Organization({ placing, verdict, path }: OrganizationProps) {
  const { words, count, href } = useReader()
  if (placing === null) return <p>{verdict === 'unknown-organization' ? words.unknownOwner : words.noOwner}</p>
  const { id, name, rank, followers, of, lead, last } = placing
  const margin = count(Math.abs(lead))
  return (
    <p>
      <a href={href(historyPath(path, id))}>
        <Name>{name}</Name>
      </a>
      {words.placed(count(rank), of === null ? undefined : count(of), words.followersOf(followers, count(followers)))}{' '}
      {lead < 0 ? words.behind(margin, count(last.rank)) : words.ahead(margin, count(last.rank))}
    </p>
  )
}

function Nearest({ nearest, path }: { readonly nearest: readonly Near[]; readonly path: string }) {
  const { words, href } = useReader()
  if (nearest.length === 0) return null
  return (
    <>
      <p>{words.nearest}</p>
      <ul>
        {nearest.map((near) =>
          'word' in near ? (
            <li key={`${near.word} ${near.column}`}>
              <Name>{near.word}</Name>
            </li>
          ) : (
            <li key={near.dataset_id}>
              <a href={href(whyPath(path, near.dataset_id))}>
                <Name>{near.dataset_title}</Name>
              </a>
            </li>
          ),
        )}
      </ul>
    </>
  )
}

/** The portal's own columns have a name in the reader's language. */
function columnIn({ columns }: Words, column: string): string {
  return (columns as Readonly<Record<string, string>>)[column] ?? column
}
