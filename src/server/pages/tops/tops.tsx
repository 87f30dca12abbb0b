import { useMemo, useState } from 'preact/hooks'
import { useReader } from '../reader.ts'
import { TopsControls } from './controls.tsx'
import { EVERYTHING, select, type Tops as TopsData, type TopsQuery, writeQuery } from './query.ts'
import { TopsTable } from './table.tsx'

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
      <TopsControls facts={facts} query={query} change={change} />
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
        <TopsTable facts={facts} query={query} rows={selected.rows} goTo={goTo} />
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

/** An address of this table, and what to do instead of going there. */
export type GoTo = (changes: Partial<TopsQuery>) => {
  readonly href: string
  readonly onClick: (event: MouseEvent) => void
}
