/// <reference types="vite/client" />
import { type ComponentChild, hydrate, render } from 'preact'
import type { Edition } from '../src/editions/edition.ts'
import { versionOf } from '../src/editions/version.ts'
import { createLocale, LocaleContext, type LocaleSettings } from '../src/server/pages/locale.ts'
import { withQuery } from '../src/server/pages/paths.ts'
import { TopsControls } from '../src/server/pages/tops/controls.tsx'
import type { ChangeQuery, TopsData, TopsProps, TopsSettings, TopsSource } from '../src/server/pages/tops/props.ts'
import { formatQuery, parseQuery } from '../src/server/pages/tops/query.ts'
import { TopsResults } from '../src/server/pages/tops/results.tsx'
import { keepQuery } from './keptQuery.ts'
import './icon.svg'
import './style.css'

/** Hydrates the form and the table as soon as their data is loaded. Until then, they work as without scripts. */
async function hydrateTops(): Promise<void> {
  const json = document.getElementById('tops-settings')?.textContent
  if (!json) return
  const { locale: localeSettings, settings } = JSON.parse(json) as { locale: LocaleSettings; settings: TopsSettings }
  await idle()
  const data = await fetchData(settings)
  if (data === undefined) return
  const locale = createLocale(localeSettings)
  let query = settings.query
  const change: ChangeQuery = (changes) => {
    const isTyping = Object.keys(changes).every((name) => name === 'q' || name === 'offset') && 'q' in changes
    query = { ...query, ...changes }
    updateAddress(settings.path, formatQuery(query), isTyping)
    show(render)
  }
  const show = (draw: typeof render) => {
    const props: TopsProps = { settings, query, data, change }
    const within = (content: ComponentChild) => (
      <LocaleContext.Provider value={locale}>{content}</LocaleContext.Provider>
    )
    draw(within(<TopsControls {...props} />), document.getElementById('controls')!)
    draw(within(<TopsResults {...props} />), document.getElementById('results')!)
  }
  const typed = document.querySelector<HTMLInputElement>('#controls [name=q]')?.value ?? ''
  show(hydrate)
  // Hides the parts that only readers without scripts need.
  document.documentElement.classList.add('scripted')
  if (typed !== query.q) change({ q: typed })
  addEventListener('popstate', () => {
    query = parseQuery(new URLSearchParams(location.search))
    keepQuery(formatQuery(query))
    show(render)
  })
}

/** Resolves when the browser has nothing more urgent to do. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: 2_000 })
    else setTimeout(resolve, 200)
  })
}

/** Fetches the datasets of both editions. Returns undefined if they are not those that the page was made from. */
async function fetchData({ source, earlierSource }: TopsSettings): Promise<TopsData | undefined> {
  try {
    const [edition, earlier] = await Promise.all([fetchEdition(source), earlierSource && fetchEdition(earlierSource)])
    if (edition === undefined || (earlierSource !== undefined && earlier === undefined)) return undefined
    return { organizations: edition.organizations, datasets: edition.datasets, earlier: earlier?.datasets }
  } catch {
    // The page works without the data: each link loads another page.
    return undefined
  }
}

async function fetchEdition({ path, version }: TopsSource): Promise<Edition | undefined> {
  const response = await fetch(path)
  if (!response.ok) return undefined
  const edition = (await response.json()) as Edition
  return versionOf(edition) === version ? edition : undefined
}

/** Browsers throttle pages that change their address at every keystroke. */
const ADDRESS_DELAY_MS = 150
let timer: ReturnType<typeof setTimeout> | undefined

/**
 * Puts the query into the page's address, and into the links that keep it.
 *
 * @param isTyping letters replace the address; everything else adds an entry to the history, so that Back undoes it
 */
function updateAddress(path: string, query: Record<string, string>, isTyping: boolean): void {
  keepQuery(query)
  const lang = new URLSearchParams(location.search).get('lang')
  const address = withQuery(path, lang === null ? query : { ...query, lang })
  clearTimeout(timer)
  if (isTyping) timer = setTimeout(() => history.replaceState(null, '', address), ADDRESS_DELAY_MS)
  else history.pushState(null, '', address)
}

hydrateTops()
// Few pages need these.
if (document.querySelector('a[data-load], form.explore'))
  void import('./explore.ts').then((script) => script.exploreWhileTyping())
if (document.querySelector('form[data-try]')) void import('./tryApi.ts').then((script) => script.tryApi())
