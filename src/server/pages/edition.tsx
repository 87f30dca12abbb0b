import type { Changes } from '../../editions/changes.ts'
import type { Edition } from '../../editions/edition.ts'
import { AskWhy } from './askWhy.tsx'
import { Dataset } from './changes.tsx'
import { editionPath, type Frame, feedPath, hostOf, Page } from './layout.tsx'
import { useReader } from './reader.ts'
import { Tops, type TopsFacts } from './tops.tsx'
import type { TopsQuery } from './topsQuery.ts'
import { Week } from './week.tsx'

/** What every page about an edition begins with. */
export interface HeadFacts {
  readonly frame: Frame
  readonly edition: Edition
  /** The dates of the watch's editions, latest first. */
  readonly dates: readonly string[]
  /** The names of all watches, to change over to another one. */
  readonly watches: readonly string[]
}

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

export const termsOf = ({ terms }: Edition, { reader: { words } }: Frame) => terms.map(words.term).join(words.or)

interface HeadProps extends HeadFacts {
  readonly title: string
  readonly lede: string
  /** Which view of the edition this is, for the ways to other editions: empty, `/changes`, `/organizations`. */
  readonly part: string
}

/** Of which words this is, and which week. */
export function Head({ frame, edition, dates, watches, title, lede, part }: HeadProps) {
  const { words, href } = frame.reader
  return (
    <div class="head">
      {watches.length > 1 && (
        <nav class="watches" aria-label={words.watches}>
          {watches.map((watch) => (
            <a
              key={watch}
              href={href(`/editions/${watch}/latest${part}`)}
              aria-current={watch === edition.watch ? 'page' : undefined}
            >
              {watch}
            </a>
          ))}
        </nav>
      )}
      <h1>{title}</h1>
      <p class="lede">{lede}</p>
      <Week edition={edition} dates={dates} part={part} />
    </div>
  )
}

/** From the whole catalogue to the tops, in three figures. */
function Figures({ edition }: { readonly edition: Edition }) {
  const reader = useReader()
  const { words } = reader
  const { source, archive, organizations, datasets, top, terms } = edition
  const withDatasets = organizations.filter((one) => one.datasets > 0).length
  const figures = [
    [source.datasets.records, words.inCatalogue(source.datasets.records)],
    [archive.records, words.present(terms.length)],
    [datasets.length, words.inTops(reader.count(withDatasets), reader.count(top))],
  ] as const
  return (
    <div class="summary">
      <ol class="figures">
        {figures.map(([figure, meaning]) => (
          <li key={meaning}>
            <strong>{reader.count(figure)}</strong> <span>{meaning}</span>
          </li>
        ))}
      </ol>
      <a class="main" href={`/api${editionPath(edition)}.csv`} download>
        {words.downloadCsv}
      </a>
    </div>
  )
}

function Downloads({ edition }: { readonly edition: Edition }) {
  const reader = useReader()
  const { words } = reader
  const { archive, datasets } = edition
  const api = `/api${editionPath(edition)}`
  return (
    <section class="downloads" aria-labelledby="downloads">
      <h2 id="downloads">{words.downloads}</h2>
      <ul>
        <li>
          <a href={`${api}.csv`} download>
            {words.csvOfTops(words.datasetsOf(datasets.length, reader.count(datasets.length)))}
          </a>
        </li>
        <li>
          <a href={api}>{words.jsonOfTops}</a>
        </li>
        <li>
          <a href={`${api}/archive.csv`} download>
            {words.csvOfList(
              words.datasetsOf(archive.records, reader.count(archive.records)),
              reader.bytes(archive.bytes),
            )}
          </a>
          <small>{words.allOrganizations}</small>
        </li>
      </ul>
    </section>
  )
}

/** How many new datasets the front page names; the others are one link away. */
const NAMED = 6

function News({ frame, edition, changes }: EditionFacts) {
  const { words, day, count, href } = frame.reader
  const path = editionPath(edition)
  if (changes === undefined) return <p class="news">{words.firstEdition}</p>
  const { from, entered, left } = changes
  const more = entered.length - NAMED
  return (
    <section class="news" aria-labelledby="news">
      <h2 id="news">{words.sinceDay(day(from))}</h2>
      {entered.length === 0 && left.length === 0 ? (
        <p>{words.nothingNew}</p>
      ) : (
        <p>
          <span class="badge">{words.entered(entered.length, count(entered.length))}</span>{' '}
          {words.left(left.length, count(left.length))}
        </p>
      )}
      {entered.length > 0 && (
        <ul class="datasets">
          {entered.slice(0, NAMED).map((dataset) => (
            <Dataset key={dataset.dataset_id} portal={frame.portal} path={path} dataset={dataset} />
          ))}
        </ul>
      )}
      <p class="links">
        {more > 0 && <a href={href(path, { new: '1' })}>{words.andMore(count(more))}</a>}
        <a href={href(`${path}/changes`)}>{words.allChanges}</a>
        <a href={feedPath(edition)}>{words.feed}</a>
      </p>
    </section>
  )
}

/** The table, and beside it what the browser needs to make the same one again. */
function Island({ frame, edition, changes, query }: EditionFacts) {
  const fresh = new Set(changes?.entered.map(({ dataset_id }) => dataset_id))
  const ranks = new Map(edition.organizations.map(({ id, rank }) => [id, rank]))
  const facts: TopsFacts = {
    path: editionPath(edition),
    portal: frame.portal,
    comparable: changes !== undefined,
    query,
    organizations: edition.organizations,
    rows: edition.datasets.map((dataset) => ({
      id: dataset.dataset_id,
      title: dataset.dataset_title,
      followers: dataset.dataset_followers,
      rank: ranks.get(dataset.organization_id)!,
      fresh: fresh.has(dataset.dataset_id),
    })),
  }
  // JSON in a script element ends at the first "</script", whatever that stands in.
  const json = JSON.stringify({ reader: frame.reader.facts, facts }).replaceAll('<', '\\u003c')
  return (
    <>
      <div id="tops">
        <Tops {...facts} />
      </div>
      <script type="application/json" id="tops-facts" dangerouslySetInnerHTML={{ __html: json }} />
    </>
  )
}
