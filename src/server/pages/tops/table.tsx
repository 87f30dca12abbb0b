import { datasetPage } from '../../../editions/links.ts'
import { useLocale } from '../locale.ts'
import { ExplainLink } from '../parts/explainLink.tsx'
import { PortalText } from '../parts/portalText.tsx'
import { historyPath } from '../paths.ts'
import type { LinkTo, TopsExplorerProps } from './props.ts'
import { groupRows, organizationOf, type Row, type Sort, type TopsQuery } from './query.ts'

interface TableProps {
  readonly props: TopsExplorerProps
  readonly query: TopsQuery
  readonly rows: readonly Row[]
  readonly linkTo: LinkTo
}

/** The table, grouped by organization or as one list. Its column heads sort. */
export function TopsTable({ props, query, rows, linkTo }: TableProps) {
  const { texts } = useLocale()
  const heading = (title: string, first: Sort, second: Sort) => {
    const next = query.sort === first ? second : query.sort === second ? 'rank' : first
    const sorted = query.sort === first || query.sort === second
    const direction = query.sort.startsWith('-') ? 'descending' : 'ascending'
    return (
      <th scope="col" class={first === 'title' ? undefined : 'number'} aria-sort={sorted ? direction : undefined}>
        <a {...linkTo({ sort: next })}>{title}</a>
      </th>
    )
  }
  return (
    <table class="tops">
      <caption class="visually-hidden">{texts.tops}</caption>
      <thead>
        <tr>
          {heading(texts.dataset, 'title', '-title')}
          {!query.grouped && (
            <th scope="col" class="wide">
              {texts.organization}
            </th>
          )}
          {heading(texts.followers, '-followers', 'followers')}
        </tr>
      </thead>
      {query.grouped ? (
        groupRows(rows).map((group) => <Group key={group[0]!.rank} props={props} rows={group} />)
      ) : (
        <tbody>
          {rows.map((row) => (
            <Dataset key={row.id} props={props} row={row} flat />
          ))}
        </tbody>
      )}
    </table>
  )
}

function Group({ props, rows }: { readonly props: TopsExplorerProps; readonly rows: readonly Row[] }) {
  const locale = useLocale()
  const { texts } = locale
  const { id, name, rank, followers } = organizationOf(rows[0]!, props)
  return (
    <tbody>
      <tr class="group">
        <th scope="rowgroup" colSpan={2}>
          <div>
            <span class="rank">{locale.count(rank)}</span>
            <a href={locale.href(historyPath(props.path, id))}>
              <PortalText>{name}</PortalText>
            </a>
            <small class="facts">
              {texts.followersOf(followers, locale.count(followers))} ·{' '}
              {texts.datasetsOf(rows.length, locale.count(rows.length))}
            </small>
          </div>
        </th>
      </tr>
      {rows.map((row) => (
        <Dataset key={row.id} props={props} row={row} />
      ))}
    </tbody>
  )
}

function Dataset({
  props,
  row,
  flat,
}: {
  readonly props: TopsExplorerProps
  readonly row: Row
  readonly flat?: boolean
}) {
  const locale = useLocale()
  const { texts } = locale
  const { id, title, followers, isNew } = row
  const organization = organizationOf(row, props)
  return (
    <tr>
      <th scope="row">
        <div>
          <span>
            <a class="out" href={datasetPage(props.portal, id)}>
              <PortalText>{title}</PortalText>
            </a>
            {isNew && <span class="badge">{texts.newBadge}</span>}
            {flat && (
              <small class="narrow">
                <PortalText>{organization.name}</PortalText>
              </small>
            )}
          </span>
          <ExplainLink path={props.path} id={id} title={title} />
        </div>
      </th>
      {flat && (
        <td class="wide">
          <PortalText>{organization.name}</PortalText>
        </td>
      )}
      <td class="number">{locale.count(followers)}</td>
    </tr>
  )
}
