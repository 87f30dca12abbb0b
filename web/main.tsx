/// <reference types="vite/client" />
import { hydrate } from 'preact'
import { type ReaderFacts, Reading, readerOf } from '../src/server/pages/reader.ts'
import { Tops, type TopsFacts } from '../src/server/pages/tops/tops.tsx'
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
  // What only those without a script need goes away.
  document.documentElement.classList.add('scripted')
}

/** Browsers object to an address that changes with every letter. */
const ADDRESS_MS = 150
let pending: ReturnType<typeof setTimeout> | undefined

/** Makes the address that of what is shown, in this language; and the links to the other one, at once. */
function showInAddress(path: string, query: Record<string, string>): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.languages a')) {
    link.href = addressOf(path, { ...query, lang: link.lang })
  }
  const language = new URLSearchParams(location.search).get('lang')
  const address = addressOf(path, language === null ? query : { ...query, lang: language })
  clearTimeout(pending)
  pending = setTimeout(() => history.replaceState(null, '', address), ADDRESS_MS)
}

function addressOf(path: string, query: Record<string, string>): string {
  const search = new URLSearchParams(query).toString()
  return search === '' ? path : `${path}?${search}`
}

takeOverTops()
