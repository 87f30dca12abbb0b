/// <reference types="vite/client" />
import { hydrate } from 'preact'
import { createLocale, LocaleContext, type LocaleSettings } from '../src/server/pages/locale.ts'
import { withQuery } from '../src/server/pages/paths.ts'
import { TopsExplorer } from '../src/server/pages/tops/explorer.tsx'
import type { TopsExplorerProps } from '../src/server/pages/tops/props.ts'
import './icon.svg'
import './style.css'

/** Hydrates the table with the props that the server embedded in the page. */
function hydrateTops(): void {
  const container = document.getElementById('tops')
  const json = document.getElementById('tops-props')?.textContent
  if (!container || !json) return
  const { locale, props } = JSON.parse(json) as { locale: LocaleSettings; props: TopsExplorerProps }
  hydrate(
    <LocaleContext.Provider value={createLocale(locale)}>
      <TopsExplorer {...props} onQuery={(query) => updateAddress(props.path, query)} />
    </LocaleContext.Provider>,
    container,
  )
  // Hides what is only needed without scripts.
  document.documentElement.classList.add('scripted')
}

/** Browsers throttle pages that change their address at every keystroke. */
const ADDRESS_DELAY_MS = 150
let timer: ReturnType<typeof setTimeout> | undefined

/** Puts the query into the page's address, and at once into the links to the other language. */
function updateAddress(path: string, query: Record<string, string>): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.languages a')) {
    link.href = withQuery(path, { ...query, lang: link.lang })
  }
  const lang = new URLSearchParams(location.search).get('lang')
  const address = withQuery(path, lang === null ? query : { ...query, lang })
  clearTimeout(timer)
  timer = setTimeout(() => history.replaceState(null, '', address), ADDRESS_DELAY_MS)
}

hydrateTops()
