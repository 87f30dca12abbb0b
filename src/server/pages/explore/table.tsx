import { datasetPage } from '../../../editions/links.ts'
import type { FoundDataset } from '../../../explore/marks.ts'
import type { SearchPage } from '../../../explore/page.ts'
import { foldTerm } from '../../../matching/fold.ts'
import { useLocale } from '../locale.ts'
import { PortalText, sanitize } from '../parts/portalText.tsx'
import { groupRows } from '../tops/query.ts'
import { nameIn } from '../translations/nameIn.ts'
import { type ExploreQuery, formatQuery } from './query.ts'
import { useExploreTexts } from './texts.ts'

interface ExploreTableProps {
  readonly path: string
  readonly portal: string
  readonly query: ExploreQuery
  readonly page: SearchPage
  /** IDs of the datasets that the week before did not have; undefined if it was not compared. */
  readonly entered: ReadonlySet<string> | undefined
}

/** The found datasets, by organization unless they are sorted. Each shows where a word was found. */
export function ExploreTable(props: ExploreTableProps) {
  const { query, page } = props
  const { texts } = useLocale()
  const isFlat = query.sort !== ''
  return (
    <table class="tops">
      <caption class="visually-hidden">{texts.datasets}</caption>
      <thead>
        <tr>
          <Heading {...props} title={texts.dataset} first="dataset_title" second="-dataset_title" />
          <Heading {...props} title={texts.followers} first="-dataset_followers" second="dataset_followers" />
        </tr>
      </thead>
      {isFlat ? (
        <tbody>
          {page.datasets.map((dataset) => (
            <Row key={dataset.dataset_id} {...props} dataset={dataset} hasOrganization />
          ))}
        </tbody>
      ) : (
        groupRows(page.datasets).map((rows) => (
          <tbody key={rows[0]!.organization_id}>
            <GroupHead {...props} dataset={rows[0]! as FoundDataset} />
            {rows.map((row) => (
              <Row key={row.dataset_id} {...props} dataset={row as FoundDataset} />
            ))}
          </tbody>
        ))
      )}
    </table>
  )
}

interface HeadingProps extends ExploreTableProps {
  readonly title: string
  /** The sort key that a first click chooses, and that of a second one. */
  readonly first: string
  readonly second: string
}

function Heading({ path, query, title, first, second }: HeadingProps) {
  const { href } = useLocale()
  const next = query.sort === first ? second : query.sort === second ? '' : first
  const direction = query.sort.startsWith('-') ? 'descending' : 'ascending'
  return (
    <th
      scope="col"
      class={first === 'dataset_title' ? undefined : 'number'}
      aria-sort={query.sort === first || query.sort === second ? direction : undefined}
    >
      <a href={href(path, formatQuery({ ...query, sort: next, offset: 0 }))}>{title}</a>
    </th>
  )
}

interface RowProps extends ExploreTableProps {
  readonly dataset: FoundDataset
}

function GroupHead({ path, query, page, dataset }: RowProps) {
  const { texts, count, href } = useLocale()
  const { organization_id: id, organization: name, organization_followers: followers } = dataset
  const ranked = page.organizations.find((one) => one.id === id)
  return (
    <tr class="group">
      <th scope="rowgroup" colSpan={2}>
        <div>
          <span class="rank">{ranked && count(ranked.rank)}</span>
          <a href={href(path, formatQuery({ ...query, organization: id, offset: 0 }))}>
            <PortalText>{name}</PortalText>
          </a>
          <small class="facts">
            {texts.followersOf(followers, count(followers))}
            {ranked && <> · {texts.datasetsOf(ranked.datasets, count(ranked.datasets))}</>}
          </small>
        </div>
      </th>
    </tr>
  )
}

function Row({ portal, page, dataset, entered, hasOrganization }: RowProps & { readonly hasOrganization?: boolean }) {
  const { texts, count } = useLocale()
  const { dataset_id: id, dataset_title: title, organization, dataset_followers: followers } = dataset
  const isInTitle = dataset.matches.some(({ column }) => column === 'title')
  return (
    <tr>
      <th scope="row">
        <a class="out" href={datasetPage(portal, id)}>
          <PortalText words={isInTitle ? page.terms.map(foldTerm) : []} match={page.match}>
            {title}
          </PortalText>
        </a>
        {entered?.has(id) && <span class="badge">{texts.newBadge}</span>}
        {hasOrganization && (
          <small>
            <PortalText>{organization}</PortalText>
          </small>
        )}
        {!isInTitle && <Hit dataset={dataset} />}
      </th>
      <td class="number">{count(followers)}</td>
    </tr>
  )
}

/** Shows the first place where a word was found. */
function Hit({ dataset }: { readonly dataset: FoundDataset }) {
  const explore = useExploreTexts()
  const [match] = dataset.matches
  if (match === undefined) return null
  const { column, before, found, after } = match
  const name = nameIn(explore.columnNames, column)
  return (
    <small class="hit">
      {explore.in(name)}{' '}
      <bdi>
        {sanitize(before)}
        {/\s$/.test(before) && ' '}
        {/* Tags are joined by commas, without a space at which a line could break. */}
        {/,$/.test(before) && <wbr />}
        <mark>{sanitize(found)}</mark>
        {/^\s/.test(after) && ' '}
        {sanitize(after)}
      </bdi>
    </small>
  )
}
