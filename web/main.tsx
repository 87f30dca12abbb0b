/// <reference types="vite/client" />
import { hydrate } from 'preact'
import { type ReaderFacts, Reading, readerOf } from '../src/server/pages/reader.ts'
import { Tops, type TopsFacts } from '../src/server/pages/tops.tsx'
import './icon.svg'
import './style.css'

/** Takes the table over from the server: the same component, with the facts that the page carries. */
function takeOverTops(): void {
  const holder = document.getElementById('tops')
  const json = document.getElementById('tops-facts')?.textContent
  if (!holder || !json) return
  const { reader, facts } = JSON.parse(json) as { reader: ReaderFacts; facts: TopsFacts }
  hydrate(
    <Reading.Provider value={readerOf(reader)}>
      <Tops {...facts} onQuery={(query) => showInAddress(facts.path, query)} />
    </Reading.Provider>,
    holder,
  )
}

/** Keeps the address that of what is shown, in this language and in the links to the other. */
function showInAddress(path: string, query: Record<string, string>): void {
  const search = new URLSearchParams(query)
  const language = new URLSearchParams(location.search).get('lang')
  if (language !== null) search.set('lang', language)
  history.replaceState(null, '', search.size === 0 ? path : `${path}?${search}`)
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.languages a')) {
    const other = new URLSearchParams({ ...query, lang: link.lang })
    link.href = `${path}?${other}`
  }
}

takeOverTops()
// What only those without a script need goes away.
document.documentElement.classList.add('scripted')
