import { useMemo, useState } from 'preact/hooks'
import { useLocale } from '../locale.ts'
import { TopsControls } from './controls.tsx'
import type { ChangeQuery, LinkTo, TopsExplorerProps } from './props.ts'
import { DEFAULT_QUERY, formatQuery, type SelectedRows, selectRows } from './query.ts'
import { TopsTable } from './table.tsx'

/**
 * The tops as a table to search, filter, sort and group. Every control is a link or a form, so it works without scripts. In the
 * browser, the same controls act at once.
 */
export function TopsExplorer(props: TopsExplorerProps) {
  const locale = useLocale()
  const { texts, count } = locale
  const [query, setQuery] = useState(props.query)
  const change: ChangeQuery = (changes) => {
    const next = { ...query, page: 1, ...changes }
    setQuery(next)
    props.onQuery?.(formatQuery(next))
  }
  const selected = useMemo(() => selectRows(props, query, locale.compare), [props, query, locale])
  const linkTo: LinkTo = (changes) => ({
    href: locale.href(props.path, formatQuery({ ...query, page: 1, ...changes })),
    onClick: (event) => {
      if (props.onQuery === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      change(changes)
    },
  })
  const { found, rows } = selected
  return (
    <>
      <TopsControls props={props} query={query} change={change} />
      <div class="above">
        <p class="found" role="status">
          {found === props.rows.length
            ? texts.datasetsOf(found, count(found))
            : texts.shown(count(found), count(props.rows.length))}
        </p>
        <nav class="switch" aria-label={texts.presentation}>
          <a {...linkTo({ grouped: true })} aria-current={query.grouped ? 'true' : undefined}>
            {texts.grouped}
          </a>
          <a {...linkTo({ grouped: false })} aria-current={query.grouped ? undefined : 'true'}>
            {texts.flat}
          </a>
        </nav>
      </div>
      {found === 0 ? (
        <div class="empty">
          <p>{texts.noneFound}</p>
          <p>
            {texts.noneFoundHint} <a {...linkTo(DEFAULT_QUERY)}>{texts.clear}</a>
          </p>
        </div>
      ) : (
        <TopsTable props={props} query={query} rows={rows} linkTo={linkTo} />
      )}
      <Pagination selected={selected} linkTo={linkTo} />
    </>
  )
}

function Pagination({ selected, linkTo }: { readonly selected: SelectedRows; readonly linkTo: LinkTo }) {
  const { texts, count } = useLocale()
  const { page, pages } = selected
  if (pages === 1) return null
  return (
    <nav class="pages" aria-label={texts.pages}>
      {page > 1 && <a {...linkTo({ page: page - 1 })}>{texts.previous}</a>}
      <span>{texts.page(count(page), count(pages))}</span>
      {page < pages && <a {...linkTo({ page: page + 1 })}>{texts.next}</a>}
    </nav>
  )
}
