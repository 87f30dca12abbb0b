import { datasetPage } from '../../editions/links.ts'
import type { ListedDataset } from '../../explain/list.ts'
import { parseSearch } from '../search.ts'
import { selectDatasets } from '../selection.ts'
import { searchOf } from './explore/query.ts'
import { useLocale } from './locale.ts'
import { EditionHeader, type EditionPageProps, topicOf, wordsOf } from './parts/editionHeader.tsx'
import { ExplainLink } from './parts/explainLink.tsx'
import { HiddenInputs } from './parts/hiddenInputs.tsx'
import { Page } from './parts/layout.tsx'
import { PortalText } from './parts/portalText.tsx'
import { editionPath, hostOf, withQuery } from './paths.ts'
import { formatQuery, type TopsQuery } from './tops/query.ts'
import { ViewLinks } from './tops/viewLinks.tsx'

interface ListPageProps extends EditionPageProps {
  readonly list: readonly ListedDataset[]
  readonly query: TopsQuery
}

/** Shows the full list of an edition: all datasets that mention a term, of all organizations. */
export function ListPage(props: ListPageProps) {
  const { frame, edition, list, query } = props
  const { texts, count, longDay } = frame.locale
  const path = editionPath(edition)
  const found = selectDatasets({ organizations: [], datasets: list, earlier: undefined }, query)
  const limit = query.limit === 'all' ? MAX_ROWS : query.limit
  const title = texts.fullList(topicOf(edition, frame))
  const address = `${path}/list`
  return (
    <Page frame={frame} section="tops" title={`${title}, ${longDay(edition.date)}`} hasJson>
      <EditionHeader
        {...props}
        part="/list"
        title={title}
        lede={texts.aboutList(wordsOf(edition, frame), hostOf(frame.portal))}
      />
      <Search action={address} query={query} />
      <p>
        <a href={frame.locale.href(...searchOf(edition, frame.watches))}>{texts.changeWords}</a>
      </p>
      <div class="above">
        <p class="found" role="status">
          {found.length === list.length
            ? texts.datasetsOf(list.length, count(list.length))
            : texts.shown(count(found.length), count(list.length))}
        </p>
        {found.length > 0 && (
          <a class="main" href={withQuery(`/api${address}.csv`, formatQuery({ ...query, offset: 0 }))} download>
            {found.length === list.length
              ? texts.downloadAll(list.length, count(list.length))
              : texts.downloadRows(found.length, count(found.length))}
          </a>
        )}
      </div>
      {found.length === 0 ? (
        <div class="empty">
          <p>{texts.noneFound}</p>
          <p>
            {texts.noneFoundHint} <a href={frame.locale.href(address)}>{texts.clear}</a>
          </p>
        </div>
      ) : (
        <Rows {...props} rows={found.slice(query.offset, query.offset + limit)} />
      )}
      <Pages path={address} query={query} limit={limit} found={found.length} />
      <ViewLinks site={frame.site} path={address} csv={`${address}.csv`} query={formatQuery(query)} />
    </Page>
  )
}

/** A page with more rows would be too large for a browser. */
const MAX_ROWS = 1_000

function Search({ action, query }: { readonly action: string; readonly query: TopsQuery }) {
  const { texts, langQuery } = useLocale()
  const others = formatQuery({ ...query, q: '', offset: 0 })
  return (
    <search>
      <form class="controls" action={action}>
        <label class="field find">
          <span class="visually-hidden">{texts.findLabel}</span>
          <input type="search" name="q" value={query.q} placeholder={texts.findPlaceholder} maxLength={200} />
        </label>
        <HiddenInputs values={{ ...others, ...langQuery }} />
        <button type="submit">{texts.find}</button>
      </form>
    </search>
  )
}

function Rows({ frame, edition, query, rows }: ListPageProps & { readonly rows: readonly ListedDataset[] }) {
  const { texts, count } = frame.locale
  const path = editionPath(edition)
  const words = parseSearch(query.q).wanted
  return (
    <table class="tops">
      <caption class="visually-hidden">{texts.datasets}</caption>
      <thead>
        <tr>
          <Heading path={`${path}/list`} query={query} title={texts.dataset} first="dataset_title" />
          <Heading path={`${path}/list`} query={query} title={texts.organization} first="organization" />
          <Heading path={`${path}/list`} query={query} title={texts.followers} first="-dataset_followers" />
        </tr>
      </thead>
      <tbody>
        {rows.map(({ dataset_id: id, dataset_title: title, organization, dataset_followers }) => (
          <tr key={id}>
            <th scope="row">
              <div>
                <span>
                  <a class="out" href={datasetPage(frame.portal, id)}>
                    <PortalText words={words}>{title}</PortalText>
                  </a>
                  {organization !== '' && (
                    <small class="narrow">
                      <PortalText words={words}>{organization}</PortalText>
                    </small>
                  )}
                </span>
                <ExplainLink path={path} id={id} title={title} />
              </div>
            </th>
            <td class="wide">{organization !== '' && <PortalText words={words}>{organization}</PortalText>}</td>
            <td class="number">{count(dataset_followers)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface HeadingProps {
  readonly path: string
  readonly query: TopsQuery
  readonly title: string
  /** The sort key that a first click chooses; a second one reverses it. */
  readonly first: string
}

function Heading({ path, query, title, first }: HeadingProps) {
  const { href } = useLocale()
  const second = first.startsWith('-') ? first.slice(1) : `-${first}`
  const next = query.sort === first ? second : query.sort === second ? '' : first
  const direction = query.sort.startsWith('-') ? 'descending' : 'ascending'
  const kind = first === '-dataset_followers' ? 'number' : first === 'organization' ? 'wide' : undefined
  return (
    <th scope="col" class={kind} aria-sort={query.sort === first || query.sort === second ? direction : undefined}>
      <a href={href(path, formatQuery({ ...query, sort: next, offset: 0 }))}>{title}</a>
    </th>
  )
}

interface PagesProps {
  readonly path: string
  readonly query: TopsQuery
  readonly limit: number
  readonly found: number
}

function Pages({ path, query, limit, found }: PagesProps) {
  const { texts, count, href } = useLocale()
  const { offset } = query
  if (offset === 0 && found <= limit) return null
  const at = (offset: number) => href(path, formatQuery({ ...query, offset }))
  return (
    <nav class="pages" aria-label={texts.pages}>
      {offset > 0 && <a href={at(Math.max(0, offset - limit))}>{texts.previous}</a>}
      <span>{texts.page(count(Math.floor(offset / limit) + 1), count(Math.ceil(found / limit)))}</span>
      {offset + limit < found && <a href={at(offset + limit)}>{texts.next}</a>}
    </nav>
  )
}
