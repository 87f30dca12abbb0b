import { datasetPage } from '../../../editions/links.ts'
import { historyPath } from '../addresses.ts'
import { Name } from '../parts/name.tsx'
import { Why } from '../parts/why.tsx'
import { useReader } from '../reader.ts'
import { groups, organizationOf, type Row, type Sort, type TopsQuery } from './query.ts'
import type { GoTo, TopsFacts } from './tops.tsx'

interface TableProps {
  readonly facts: TopsFacts
  readonly query: TopsQuery
  readonly rows: readonly Row[]
  readonly goTo: GoTo
}

/** The rows, under their organisations or as one list; the headings sort. */
export function TopsTable({ facts, query, rows, goTo }: TableProps) {
  const { words } = useReader()
  const heading = (title: string, first: Sort, second: Sort) => {
    const next = query.sort === first ? second : query.sort === second ? 'rank' : first
    const sorted = query.sort === first || query.sort === second
    const direction = query.sort.startsWith('-') ? 'descending' : 'ascending'
    return (
      <th scope="col" class={first === 'title' ? undefined : 'number'} aria-sort={sorted ? direction : undefined}>
        <a {...goTo({ sort: next })}>{title}</a>
      </th>
    )
  }
  return (
    <table class="tops">
      <caption class="unseen">{words.tops}</caption>
      <thead>
        <tr>
          {heading(words.dataset, 'title', '-title')}
          {!query.grouped && (
            <th scope="col" class="wide">
              {words.organization}
            </th>
          )}
          {heading(words.followers, '-followers', 'followers')}
        </tr>
      </thead>
      {query.grouped ? (
        groups(rows).map((group) => <Group key={group[0]!.rank} facts={facts} rows={group} />)
      ) : (
        <tbody>
          {rows.map((row) => (
            <Dataset key={row.id} facts={facts} row={row} flat />
          ))}
        </tbody>
      )}
    </table>
  )
}

function Group({ facts, rows }: { readonly facts: TopsFacts; readonly rows: readonly Row[] }) {
  const reader = useReader()
  const { words } = reader
  const { id, name, rank, followers } = organizationOf(rows[0]!, facts)
  return (
    <tbody>
      <tr class="group">
        <th scope="rowgroup" colSpan={2}>
          <div>
            <span class="rank">{reader.count(rank)}</span>
            <a href={reader.href(historyPath(facts.path, id))}>
              <Name>{name}</Name>
            </a>
            <small class="facts">
              {words.followersOf(followers, reader.count(followers))} ·{' '}
              {words.datasetsOf(rows.length, reader.count(rows.length))}
            </small>
          </div>
        </th>
      </tr>
      {rows.map((row) => (
        <Dataset key={row.id} facts={facts} row={row} />
      ))}
    </tbody>
  )
}

function Dataset({ facts, row, flat }: { readonly facts: TopsFacts; readonly row: Row; readonly flat?: boolean }) {
  const reader = useReader()
  const { words } = reader
  const { id, title, followers, fresh } = row
  const organization = organizationOf(row, facts)
  return (
    <tr>
      <th scope="row">
        <div>
          <span>
            <a class="out" href={datasetPage(facts.portal, id)}>
              <Name>{title}</Name>
            </a>
            {fresh && <span class="badge">{words.fresh}</span>}
            {flat && (
              <small class="narrow">
                <Name>{organization.name}</Name>
              </small>
            )}
          </span>
          <Why path={facts.path} id={id} title={title} />
        </div>
      </th>
      {flat && (
        <td class="wide">
          <Name>{organization.name}</Name>
        </td>
      )}
      <td class="number">{reader.count(followers)}</td>
    </tr>
  )
}
