import type { ComponentChildren } from 'preact'
import type { Changes } from '../../editions/changes.ts'
import { datasetPage } from '../../editions/links.ts'
import { isIdOrAddress } from '../../explain/datasetRef.ts'
import type { Explanation, LastSeen, Match, Placing, Suggestion } from '../../explain/explanation.ts'
import type { DatasetWeek } from '../history.ts'
import { searchedWords } from '../search.ts'
import { useLocale } from './locale.ts'
import { Breadcrumbs } from './parts/breadcrumbs.tsx'
import { DatasetWeeks } from './parts/datasetWeeks.tsx'
import { type EditionPageProps, termsOf, topicOf } from './parts/editionHeader.tsx'
import { ExplainForm } from './parts/explainForm.tsx'
import { Page } from './parts/layout.tsx'
import { PortalText, replaceControls, sanitize } from './parts/portalText.tsx'
import { editionPath, explanationPath, historyPath, hostOf } from './paths.ts'
import { explainTextsIn, useExplainTexts } from './translations/explainTexts.ts'
import { nameIn } from './translations/nameIn.ts'

export interface ExplainPageProps extends EditionPageProps {
  readonly explanation: Explanation
  readonly weeks: readonly DatasetWeek[]
  readonly lastChanges: Changes | undefined
}

/** Shows why a dataset is in the edition or not: the conditions, in the order in which they are checked. */
export function ExplainPage({ frame, edition, explanation, weeks, lastChanges }: ExplainPageProps) {
  const { texts, day, href, language } = frame.locale
  const explain = explainTextsIn(language)
  const { dataset, verdict, asked, nearest, last_seen } = explanation
  const path = editionPath(edition)
  const known = dataset?.title ?? last_seen?.dataset_title
  const title = known === undefined ? sanitize(asked, 200) : sanitize(known)
  // Without a dataset, there is nothing to check. A text that is no ID may still be the title of a newer dataset.
  const isUnknownTitle = dataset === null && !isIdOrAddress(asked)
  const verdictText =
    last_seen !== null
      ? explain.gone
      : !isUnknownTitle
        ? explain.verdicts[verdict]
        : verdict === 'not-listed'
          ? explain.notListedTitle
          : explain.unknownTitle
  return (
    <Page
      frame={frame}
      section="tops"
      title={`${texts.why} ${title}, ${topicOf(edition, frame)}, ${day(edition.date)}`}
      hasJson
    >
      <Breadcrumbs frame={frame} links={[[texts.editionOf(day(edition.date)), href(path)]]} />
      <h1>
        <PortalText>{title}</PortalText>
      </h1>
      <p class="verdict">{verdictText(day(edition.date))}</p>
      {last_seen !== null && <LastSeenLink edition={edition} lastSeen={last_seen} />}
      {isUnknownTitle ? (
        <>
          <Nearest nearest={nearest} path={path} />
          <SearchLink date={edition.date} text={asked} />
        </>
      ) : (
        <Conditions frame={frame} edition={edition} explanation={explanation} />
      )}
      <DatasetWeeks weeks={weeks} lastChanges={lastChanges} />
      <ExplainForm path={path} />
    </Page>
  )
}

/** Leads to the explanation of the last edition in which the dataset was still there. */
function LastSeenLink({ edition: { watch }, lastSeen: { date, dataset_id } }: LastSeenLinkProps) {
  const { day, href } = useLocale()
  const explain = useExplainTexts()
  return (
    <p>
      {explain.stillThere(day(date))}{' '}
      <a href={href(explanationPath(editionPath({ watch, date }), dataset_id))}>{explain.seeLastSeen}</a>
    </p>
  )
}

interface LastSeenLinkProps extends Pick<ExplainPageProps, 'edition'> {
  readonly lastSeen: LastSeen
}

/** Leads to a search of the whole catalogue, which covers descriptions, too. */
function SearchLink({ date, text }: Readonly<Record<'date' | 'text', string>>) {
  const { texts, href } = useLocale()
  const words = searchedWords(`"${text.replaceAll('"', ' ')}"`)
  if (words.length === 0) return null
  return (
    <p>
      <a href={href(`/explore/${date}`, { words: words.join(',') })}>{texts.searchCatalogue}</a>
    </p>
  )
}

type ConditionsProps = Pick<ExplainPageProps, 'frame' | 'edition' | 'explanation'>

/** The conditions for a dataset to be in the tops, with what is known of each. */
function Conditions({ frame, edition, explanation }: ConditionsProps) {
  const { texts, day, count } = frame.locale
  const explain = useExplainTexts()
  const { dataset, verdict, matches, organization, nearest, columns, source } = explanation
  const path = editionPath(edition)
  const listed = matches.length > 0
  return (
    <ol class="conditions">
      <Condition
        holds={verdict === 'not-listed' ? undefined : dataset !== null}
        title={explain.inCatalogueOf(day(edition.date))}
      >
        {dataset !== null && (
          <p>
            {source === edition.archive.key
              ? explain.recordOfList(count(dataset.record), count(edition.archive.records))
              : explain.recordOf(count(dataset.record), count(edition.source.datasets.records))}{' '}
            <a class="out" href={datasetPage(frame.portal, dataset.id)}>
              {texts.onPortal(hostOf(frame.portal))}
            </a>
          </p>
        )}
        {dataset === null && <Nearest nearest={nearest} path={path} />}
      </Condition>
      <Condition holds={dataset === null ? undefined : listed} title={explain.mentions(termsOf(edition, frame))}>
        {matches.map((match) => (
          <Excerpt key={`${match.term} ${match.column}`} match={match} />
        ))}
        {dataset !== null && !listed && (
          <>
            <p>{explain.searchedIn(columns.map((column) => nameIn(texts.columns, column)).join(', '))}</p>
            <Nearest nearest={nearest} path={path} />
          </>
        )}
      </Condition>
      <Condition
        holds={dataset === null ? undefined : organization !== null && organization.rank <= edition.top}
        title={explain.ofTheTop(count(edition.top))}
      >
        {dataset !== null && <Ranking placing={organization} verdict={verdict} path={path} />}
      </Condition>
    </ol>
  )
}

interface ConditionProps {
  /** Undefined if unknown, or if an earlier condition failed. */
  readonly holds: boolean | undefined
  readonly title: string
  readonly children: ComponentChildren
}

function Condition({ holds, title, children }: ConditionProps) {
  const explain = useExplainTexts()
  const [sign, label, status] =
    holds === undefined
      ? ['?', explain.unknown, 'open']
      : holds
        ? ['✓', explain.yes, 'met']
        : ['✗', explain.no, 'failed']
  return (
    <li class={status}>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      <div>
        <h2>
          {title} <span class="visually-hidden">{label}</span>
        </h2>
        {children}
      </div>
    </li>
  )
}

/** Shows a term in its context. */
function Excerpt({ match: { term, column, times, before, found, after } }: { readonly match: Match }) {
  const { texts, count } = useLocale()
  const explain = useExplainTexts()
  return (
    <figure>
      <figcaption>
        {explain.foundIn(texts.term(sanitize(term)), nameIn(texts.columns, column))}
        {times > 1 && <small> {explain.times(count(times))}</small>}
      </figcaption>
      <blockquote>
        <bdi>
          {replaceControls(before)}
          <mark>{replaceControls(found)}</mark>
          {replaceControls(after)}
        </bdi>
      </blockquote>
    </figure>
  )
}

interface RankingProps {
  readonly placing: Placing | null
  readonly verdict: Explanation['verdict']
  readonly path: string
}

function Ranking({ placing, verdict, path }: RankingProps) {
  const { texts, count, href } = useLocale()
  const explain = useExplainTexts()
  if (placing === null)
    return <p>{verdict === 'unknown-organization' ? explain.unknownOrganization : explain.noOrganization}</p>
  const { id, name, rank, followers, of, lead, last } = placing
  const margin = count(Math.abs(lead))
  return (
    <p>
      <a href={href(historyPath(path, id))}>
        <PortalText>{name}</PortalText>
      </a>
      {explain.ranked(count(rank), of === null ? undefined : count(of), texts.followersOf(followers, count(followers)))}{' '}
      {lead < 0 && explain.behind(margin, count(last.rank))}
      {lead > 0 && explain.ahead(margin, count(last.rank))}
    </p>
  )
}

function Nearest({ nearest, path }: { readonly nearest: readonly Suggestion[]; readonly path: string }) {
  const { texts, href } = useLocale()
  if (nearest.length === 0) return null
  return (
    <>
      <p>{texts.nearest}</p>
      <ul class="datasets">
        {nearest.map((near) =>
          'word' in near ? (
            <li key={`${near.word} ${near.column}`}>
              <PortalText>{near.word}</PortalText>
            </li>
          ) : (
            <li key={near.dataset_id}>
              <a href={href(explanationPath(path, near.dataset_id))}>
                <PortalText>{near.dataset_title}</PortalText>
              </a>
              {near.organization !== '' && (
                <small>
                  <PortalText>{near.organization}</PortalText>
                </small>
              )}
            </li>
          ),
        )}
      </ul>
    </>
  )
}
