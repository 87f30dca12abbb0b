import type { TargetedEvent } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { Name, visible } from './name.tsx'
import { useReader } from './reader.ts'
import {
  EVERYTHING,
  groups,
  organizationOf,
  type Row,
  readQuery,
  type Sort,
  select,
  type Tops as TopsData,
  type TopsQuery,
  writeQuery,
} from './topsQuery.ts'

/** What the table is made of, and where it stands. */
export interface TopsFacts extends TopsData {
  /** The edition's own address, without a query. */
  readonly path: string
  readonly portal: string
  /** Whether there is an edition before, and so something that is new. */
  readonly comparable: boolean
  readonly query: TopsQuery
  /** Called by the browser when the reader asks for something else. */
  readonly onQuery?: (query: Record<string, string>) => void
}

/**
 * The tops as a table that finds, filters, sorts and groups. Every control is a link or a form with an address, so it works
 * as it comes from the server; in the browser the same controls act at once.
 */
export function Tops(facts: TopsFacts) {
  const reader = useReader()
  const { words } = reader
  const [query, setQuery] = useState(facts.query)
  const change = (changes: Partial<TopsQuery>) => {
    const next = { ...query, page: 1, ...changes }
    setQuery(next)
    facts.onQuery?.(writeQuery(next))
  }
  const selected = useMemo(() => select(facts, query, reader.compare), [facts, query, reader])
  const goTo: GoTo = (changes) => ({
    href: reader.href(facts.path, writeQuery({ ...query, page: 1, ...changes })),
    onClick: (event) => {
      if (facts.onQuery === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      change(changes)
    },
  })
  return (
    <>
      <Controls facts={facts} query={query} change={change} />
      <div class="above">
        <p class="found" role="status">
          {selected.found === facts.rows.length
            ? words.datasetsOf(selected.found, reader.count(selected.found))
            : words.shown(reader.count(selected.found), reader.count(facts.rows.length))}
        </p>
        <nav class="switch" aria-label={words.presentation}>
          <a {...goTo({ grouped: true })} aria-current={query.grouped ? 'true' : undefined}>
            {words.grouped}
          </a>
          <a {...goTo({ grouped: false })} aria-current={query.grouped ? undefined : 'true'}>
            {words.flat}
          </a>
        </nav>
      </div>
      {selected.found === 0 ? (
        <div class="empty">
          <p>{words.noneFound}</p>
          <p>
            {words.noneFoundHint} <a {...goTo(EVERYTHING)}>{words.clear}</a>
          </p>
        </div>
      ) : (
        <Table facts={facts} query={query} rows={selected.rows} goTo={goTo} />
      )}
      {selected.pages > 1 && (
        <nav class="pages" aria-label={words.pages}>
          {selected.page > 1 && <a {...goTo({ page: selected.page - 1 })}>{words.previous}</a>}
          <span>{words.page(reader.count(selected.page), reader.count(selected.pages))}</span>
          {selected.page < selected.pages && <a {...goTo({ page: selected.page + 1 })}>{words.next}</a>}
        </nav>
      )}
    </>
  )
}

type GoTo = (changes: Partial<TopsQuery>) => { readonly href: string; readonly onClick: (event: MouseEvent) => void }

interface ControlsProps {
  readonly facts: TopsFacts
  readonly query: TopsQuery
  readonly change: (changes: Partial<TopsQuery>) => void
}

function Controls({ facts, query, change }: ControlsProps) {
  const reader = useReader()
  const { words } = reader
  const submit = (event: TargetedEvent<HTMLFormElement>) => {
    if (facts.onQuery === undefined) return
    event.preventDefault()
    change(readQuery(new URLSearchParams(new FormData(event.currentTarget) as unknown as Record<string, string>)))
  }
  const kept = writeQuery({ ...query, q: '', organization: '', fresh: false, page: 1 })
  return (
    <search>
      <form class="controls" action={facts.path} onSubmit={submit}>
        <label class="field find">
          <span class="unseen">{words.find}</span>
          <input
            type="search"
            name="q"
            value={query.q}
            placeholder={words.findPlaceholder}
            autocomplete="off"
            maxLength={200}
            onInput={(event) => change({ q: event.currentTarget.value })}
          />
        </label>
        <label class="field">
          <span class="unseen">{words.organization}</span>
          <select
            name="organization"
            value={query.organization}
            onChange={(event) => change({ organization: event.currentTarget.value })}
          >
            <option value="">{words.everyOrganization}</option>
            {facts.organizations
              .filter(({ datasets }) => datasets > 0)
              .map(({ id, name, datasets }) => (
                <option key={id} value={id}>
                  {visible(name, 60)} ({reader.count(datasets)})
                </option>
              ))}
          </select>
        </label>
        {facts.comparable && (
          <label class="check">
            <input
              type="checkbox"
              name="new"
              value="1"
              checked={query.fresh}
              onChange={(event) => change({ fresh: event.currentTarget.checked })}
            />
            <span>{words.onlyFresh}</span>
          </label>
        )}
        {Object.entries(kept).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {Object.entries(reader.chosen).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <button class="without-script" type="submit">
          {words.apply}
        </button>
      </form>
    </search>
  )
}

interface TableProps {
  readonly facts: TopsFacts
  readonly query: TopsQuery
  readonly rows: readonly Row[]
  readonly goTo: GoTo
}

function Table({ facts, query, rows, goTo }: TableProps) {
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
            <a href={reader.href(`${facts.path}/organizations/${encodeURIComponent(id)}`)}>
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
            <a class="out" href={`${facts.portal}/datasets/${encodeURIComponent(id)}/`}>
              <Name>{title}</Name>
            </a>
            {fresh && <span class="badge">{words.fresh}</span>}
            {flat && (
              <small class="narrow">
                <Name>{organization.name}</Name>
              </small>
            )}
          </span>
          <a class="why" href={reader.href(`${facts.path}/datasets/${encodeURIComponent(id)}`)}>
            {words.why}
            <span class="unseen"> {visible(title, 100)}</span>
          </a>
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
