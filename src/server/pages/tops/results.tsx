import { useMemo } from 'preact/hooks'
import { selectDatasets } from '../../selection.ts'
import { useLocale } from '../locale.ts'
import { withQuery } from '../paths.ts'
import { NoneFound } from './noneFound.tsx'
import type { LinkTo, TopsProps } from './props.ts'
import { formatQuery, formatSelection, isGrouped, pageOf, type TablePage } from './query.ts'
import { TopsTable } from './table.tsx'
import { ViewLinks } from './viewLinks.tsx'

/**
 * The found datasets as a table to sort and group, with its downloads. Every control is a link, so it works without scripts. In the
 * browser, the same controls act at once.
 */
export function TopsResults(props: TopsProps) {
  const { settings, query, data, change } = props
  const locale = useLocale()
  const { texts, count } = locale
  const found = useMemo(() => selectDatasets(data, query), [data, query])
  const page = useMemo(() => pageOf(found, query), [found, query])
  const linkTo: LinkTo = (changes) => ({
    href: locale.href(settings.path, formatQuery({ ...query, offset: 0, ...changes })),
    onClick: (event) => {
      if (change === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      change({ offset: 0, ...changes })
    },
  })
  const all = data.datasets.length
  const selection = formatSelection(query)
  const isWhole = Object.keys(selection).every((name) => name === 'sort')
  return (
    <>
      <div class="above">
        <p class="found" role="status">
          {isWhole ? texts.datasetsOf(all, count(all)) : texts.shown(count(found.length), count(all))}
        </p>
        <ViewSwitch query={query} linkTo={linkTo} />
      </div>
      {found.length === 0 ? (
        <NoneFound settings={settings} query={query} linkTo={linkTo} />
      ) : (
        <>
          <p class="download">
            <a class="main" href={withQuery(`/api${settings.path}.csv`, selection)} download>
              {isWhole ? texts.downloadAll(all, count(all)) : texts.downloadRows(found.length, count(found.length))}
            </a>
            {!isWhole && (
              <a href={`/api${settings.path}.csv`} download>
                {texts.downloadAll(all, count(all))}
              </a>
            )}
          </p>
          <TopsTable {...props} page={page} linkTo={linkTo} />
        </>
      )}
      <Pagination page={page} linkTo={linkTo} />
      <ViewLinks site={settings.site} path={settings.path} csv={`${settings.path}.csv`} query={formatQuery(query)} />
    </>
  )
}

function ViewSwitch({ query, linkTo }: Pick<TopsProps, 'query'> & { readonly linkTo: LinkTo }) {
  const { texts } = useLocale()
  const grouped = isGrouped(query)
  const withinGroups = query.sort.replace(/^rank,?/, '')
  return (
    <nav class="switch" aria-label={texts.presentation}>
      <a
        {...linkTo({ isList: false, sort: withinGroups === '' ? '' : `rank,${withinGroups}` })}
        aria-current={grouped ? 'true' : undefined}
      >
        {texts.grouped}
      </a>
      <a {...linkTo({ isList: true, sort: withinGroups })} aria-current={grouped ? undefined : 'true'}>
        {texts.flat}
      </a>
    </nav>
  )
}

function Pagination({ page, linkTo }: { readonly page: TablePage; readonly linkTo: LinkTo }) {
  const { texts, count } = useLocale()
  const { offsets, index, folded } = page
  if (offsets.length < 2 && folded.size === 0) return null
  return (
    <nav class="pages" aria-label={texts.pages}>
      {index > 0 && <a {...linkTo({ offset: offsets[index - 1]! })}>{texts.previous}</a>}
      {offsets.length > 1 && <span>{texts.page(count(index + 1), count(offsets.length))}</span>}
      {index < offsets.length - 1 && <a {...linkTo({ offset: offsets[index + 1]! })}>{texts.next}</a>}
      <a {...linkTo({ limit: 'all' })}>{texts.clear}</a>
    </nav>
  )
}
