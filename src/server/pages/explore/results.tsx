import type { Changes } from '../../../editions/changes.ts'
import type { SearchPage } from '../../../explore/page.ts'
import { useLocale } from '../locale.ts'
import { withQuery } from '../paths.ts'
import { ViewLinks } from '../tops/viewLinks.tsx'
import { Keep } from './keep.tsx'
import { News } from './news.tsx'
import { type ExploreQuery, formatQuery, formatSearch } from './query.ts'
import { ExploreTable } from './table.tsx'
import { useExploreTexts } from './texts.ts'
import { WeeksLoader } from './weeks.tsx'
import { Words } from './words.tsx'

/** How many rows a page shows. */
export const ROWS_PER_PAGE = 100

export interface ResultsProps {
  /** `/explore/2026-01-21` */
  readonly path: string
  /** The address of this server. */
  readonly site: string
  readonly portal: string
  readonly query: ExploreQuery
  readonly page: SearchPage
  /** The date of the week before; undefined for the first week. */
  readonly earlier: string | undefined
  /** The changes since `query.since`; undefined if the query has no such date. */
  readonly changes: Changes | undefined
  readonly watch: WatchSnippet
}

/** How to turn the search into a watch. */
export interface WatchSnippet {
  /** The lines for the configuration file. */
  readonly yaml: string
  /** Publishes the weeks that are stored. */
  readonly command: string
}

/** Shows what a search found: figures, table, news, and how to keep it. */
export function Results(props: ResultsProps) {
  const { path, site, portal, query, page, changes } = props
  const entered = changes && new Set(changes.entered.map(({ dataset_id }) => dataset_id))
  return (
    <>
      <Words path={path} query={query} words={page.words} longer={page.longer_words} />
      <Figures page={page} />
      <div class="columns">
        <section>
          <Found {...props} />
          {page.datasets.length > 0 && <ExploreTable {...{ path, portal, query, page, entered }} />}
          <Pages path={path} query={query} total={page.total} />
          <ViewLinks site={site} path={path} csv={`${path}.csv`} query={formatQuery({ ...query, offset: 0 })} />
        </section>
        <aside>
          <News {...props} />
          <WeeksLoader query={query} />
          <Keep {...props} />
        </aside>
      </div>
    </>
  )
}

/** The size of the catalogue, of the full list and of the tops. */
function Figures({ page }: { readonly page: SearchPage }) {
  const { texts, count } = useLocale()
  const { source, archive, organizations, in_tops, top, terms } = page
  const withDatasets = organizations.filter((one) => one.datasets > 0).length
  return (
    <ol class="figures wide-figures" aria-label={texts.figures}>
      <li>
        <strong>{count(source.datasets.records)}</strong> <span>{texts.inCatalogue(source.datasets.records)}</span>
      </li>
      <li>
        <strong>{count(archive.records)}</strong> <span>{texts.mentioning(terms.length)}</span>
      </li>
      <li>
        <strong>{count(in_tops)}</strong> <span>{texts.inTops(count(withDatasets), count(top))}</span>
      </li>
    </ol>
  )
}

/** The number of rows, and their downloads. */
function Found({ path, query, page }: ResultsProps) {
  const { texts, count, bytes } = useLocale()
  const { total, in_tops: all, archive } = page
  const explore = useExploreTexts()
  const list = explore.fullList(texts.datasetsOf(archive.records, count(archive.records)), bytes(archive.bytes))
  const search = formatSearch(query)
  if (archive.records === 0) return <p class="found">{explore.noneFound}</p>
  return (
    <>
      <p class="found" id="explore-found">
        {total === all ? texts.datasetsOf(all, count(all)) : texts.shown(count(total), count(all))}
      </p>
      {all === 0 && (
        <div class="empty">
          <p>{explore.noneInTops}</p>
          <p>{explore.noneInTopsHint}</p>
        </div>
      )}
      <p class="download">
        {total > 0 && (
          <a class="main" href={withQuery(`/api${path}.csv`, formatQuery({ ...query, offset: 0 }))} download>
            {total === all ? texts.downloadAll(all, count(all)) : texts.downloadRows(total, count(total))}
          </a>
        )}
        <a href={withQuery(`/api${path}/archive.csv`, search)} download>
          {list}
        </a>
      </p>
    </>
  )
}

function Pages({
  path,
  query,
  total,
}: {
  readonly path: string
  readonly query: ExploreQuery
  readonly total: number
}) {
  const { texts, count, href } = useLocale()
  const { offset } = query
  if (offset === 0 && total <= ROWS_PER_PAGE) return null
  const at = (offset: number) => href(path, formatQuery({ ...query, offset }))
  const [page, pages] = [Math.floor(offset / ROWS_PER_PAGE) + 1, Math.ceil(total / ROWS_PER_PAGE)]
  return (
    <nav class="pages" aria-label={texts.pages}>
      {offset > 0 && <a href={at(Math.max(0, offset - ROWS_PER_PAGE))}>{texts.previous}</a>}
      <span>{texts.page(count(page), count(pages))}</span>
      {offset + ROWS_PER_PAGE < total && <a href={at(offset + ROWS_PER_PAGE)}>{texts.next}</a>}
    </nav>
  )
}
