import { useEffect, useState } from 'preact/hooks'
import { searchedWords } from '../../search.ts'
import { useLocale } from '../locale.ts'
import { withQuery } from '../paths.ts'
import type { LinkTo, TopsProps, TopsSettings } from './props.ts'
import { DEFAULT_QUERY, formatQuery, type TopsQuery } from './query.ts'

type NoneFoundProps = Pick<TopsProps, 'settings' | 'query'> & { readonly linkTo: LinkTo }

/** Says that the tops have no such dataset, and leads a search on: to the full list, and to the whole catalogue. */
export function NoneFound({ settings, query, linkTo }: NoneFoundProps) {
  const { texts } = useLocale()
  return (
    <div class="empty">
      <p>{texts.noneFound}</p>
      {query.q !== '' && <Elsewhere settings={settings} query={query} />}
      <p>
        {texts.noneFoundHint} <a {...linkTo(DEFAULT_QUERY)}>{texts.clear}</a>
      </p>
    </div>
  )
}

function Elsewhere({ settings, query }: Omit<NoneFoundProps, 'linkTo'>) {
  const { texts, count, href } = useLocale()
  const listed = useListedCount({ settings, query })
  const words = searchedWords(query.q)
  return (
    <ul class="elsewhere">
      {listed !== null && (
        <li>
          {listed === 0 ? (
            texts.noneInList
          ) : (
            <a href={href(`${settings.path}/list`, listQueryOf(query))}>
              {listed === undefined ? texts.searchList : texts.foundInList(listed, count(listed))}
            </a>
          )}
        </li>
      )}
      {words.length > 0 && (
        <li>
          <a href={href(`/explore/${settings.date}`, { words: words.join(',') })}>{texts.searchCatalogue}</a>
        </li>
      )}
    </ul>
  )
}

/** Returns the part of a query that the full list takes, too. */
const listQueryOf = ({ q, organization }: TopsQuery) => formatQuery({ ...DEFAULT_QUERY, q, organization })

/** How long to wait for the next letter before the server is asked. */
const TYPING_MS = 300

/** Returns how many datasets a search finds in the full list; undefined until it is known. The browser asks the API. */
function useListedCount({ settings, query }: Pick<TopsProps, 'settings' | 'query'>): TopsSettings['listed'] {
  const address = withQuery(`/api${settings.path}/list`, { ...listQueryOf(query), limit: '1' })
  const isOfPage = withQuery('', listQueryOf(query)) === withQuery('', listQueryOf(settings.query))
  const known = isOfPage ? settings.listed : undefined
  const [found, setFound] = useState<{ readonly address: string; readonly total: number }>()
  useEffect(() => {
    if (known !== undefined) return
    const controller = new AbortController()
    const timer = setTimeout(async () => {
      // Without an answer, the link to the list stays, without a number.
      const response = await fetch(address, { signal: controller.signal }).catch(() => undefined)
      if (response?.ok) setFound({ address, total: ((await response.json()) as { total: number }).total })
    }, TYPING_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [address, known])
  return known ?? (found?.address === address ? found.total : undefined)
}
