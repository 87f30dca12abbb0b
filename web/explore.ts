/** Searches while words are typed: fetches the page of the search, and swaps the parts that depend on it. */

import { keepQuery } from './keptQuery.ts'

/** How long after the last letter a search starts. */
const TYPING_MS = 150
/** A search that takes longer reads the catalogue into the server's memory first. */
const WARM_UP_MS = 700
const MIN_LETTERS = 2
/** Separators at the ends of a word, which the server ignores. */
const SEPARATORS = /^[\s\p{Pd}_'’]+|[\s\p{Pd}_'’]+$/gu
/** The parts of the page that depend on the search. */
const PARTS = ['explored', 'explore-organizations']

let request = new AbortController()
let timer: ReturnType<typeof setTimeout> | undefined
let shownAddress = pageAddress()

/** Returns the address of the page without its fragment. */
function pageAddress(): string {
  return location.pathname + location.search
}

export function exploreWhileTyping(): void {
  const form = document.querySelector<HTMLFormElement>('form.explore')
  if (form !== null) {
    form.addEventListener('input', ({ target }) => {
      const isTyping = target instanceof HTMLInputElement && ['search', 'number'].includes(target.type)
      if (isComplete(form)) start(addressOf(form), isTyping)
    })
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      start(addressOf(form), false)
    })
    // Back leads to another search, whose form the browser does not restore. A link within the page is the same search.
    addEventListener('popstate', () => {
      if (pageAddress() !== shownAddress) location.reload()
    })
    const words = form.querySelector<HTMLInputElement>('input[name=words]')!
    // The reader typed them before this script loaded, or the browser restored them.
    if (words.value !== words.defaultValue && isComplete(form)) return start(addressOf(form), true)
  }
  loadSections(request.signal)
}

/**
 * Returns false while the server would refuse the search: "vélo, p" is on the way to "vélo, piste", and the results of "vélo"
 * stay until then.
 */
function isComplete(form: HTMLFormElement): boolean {
  const words = String(new FormData(form).get('words')).split(',')
  return form.checkValidity() && words.every((word) => word.trim() === '' || lettersOf(word) >= MIN_LETTERS)
}

/** Returns the address of the search in the form. Without words, it is that of the examples. */
function addressOf(form: HTMLFormElement): string {
  const values = [...new FormData(form)].filter((entry): entry is [string, string] => entry[1] !== '')
  return `${form.action}?${new URLSearchParams(values)}`
}

const lettersOf = (word: string) => [...word.replace(SEPARATORS, '')].length

/** @param isTyping letters replace the address; a choice adds an entry to the history, so that Back undoes it */
function start(address: string, isTyping: boolean): void {
  request.abort()
  request = new AbortController()
  clearTimeout(timer)
  const { signal } = request
  timer = setTimeout(() => search(address, isTyping, signal), isTyping ? TYPING_MS : 0)
}

async function search(address: string, isTyping: boolean, signal: AbortSignal): Promise<void> {
  const results = document.getElementById('explored')!
  results.setAttribute('aria-busy', 'true')
  say('searching')
  const warmUp = setTimeout(() => say('warmingUp'), WARM_UP_MS)
  try {
    const page = await fetchPage(address, signal)
    if (page.getElementById(PARTS[0]!) === null) return showError(page, address)
    for (const id of PARTS) swap(id, page)
    document.title = page.title
    if (isTyping || address === location.href) history.replaceState(null, '', address)
    else history.pushState(null, '', address)
    shownAddress = pageAddress()
    keepQuery(Object.fromEntries(new URL(address).searchParams))
    say(undefined, page.getElementById('explore-found')?.textContent)
    loadSections(signal)
  } catch {
    // A later search has replaced this one.
    if (signal.aborted) return
    say('failed')
    results.removeAttribute('aria-busy')
  } finally {
    clearTimeout(warmUp)
  }
}

/** Opens an error page of the server, such as that of a deleted week. A proxy's error is a failure: the words stay. */
function showError(page: Document, address: string): void {
  if (page.querySelector('main') === null) throw new Error('the response is not a page of this server')
  location.assign(address)
}

/** Fetches a page, again and again while the server is busy. */
async function fetchPage(address: string, signal: AbortSignal): Promise<Document> {
  for (;;) {
    const response = await fetch(address, { signal, headers: { accept: 'text/html' } })
    const retryAfter = response.headers.get('retry-after')
    const html = await response.text()
    if (response.status !== 503 || retryAfter === null) return new DOMParser().parseFromString(html, 'text/html')
    say('busy')
    await wait(1_000 * Number(retryAfter), signal)
  }
}

/** Replaces a part of this page by that of another page, if both have it. */
function swap(id: string, page: Document): void {
  const part = page.getElementById(id)
  if (part !== null) document.getElementById(id)?.replaceWith(document.adoptNode(part))
}

/** Loads the sections that are slower than the results: news, and the counts of all weeks. Some are loaded again until complete. */
function loadSections(signal: AbortSignal): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-load]')) {
    const section = link.closest('[id]')!
    loadSection(section.id, link.href, signal).catch(() => {
      // The link remains.
    })
  }
}

async function loadSection(id: string, address: string, signal: AbortSignal): Promise<void> {
  for (let next: string | undefined = address; next !== undefined; ) {
    const page = await fetchPage(next, signal)
    signal.throwIfAborted()
    swap(id, page)
    const link: HTMLAnchorElement | null | undefined = document.getElementById(id)?.querySelector('a[data-load]')
    next = link?.href
    if (link) await wait(1_000 * Number(link.dataset.load), signal)
  }
}

/** Shows the state of the search, or the number of datasets that it found. */
function say(
  key: 'searching' | 'warmingUp' | 'busy' | 'failed' | undefined,
  found: string | null | undefined = '',
): void {
  const status = document.getElementById('explore-progress')!
  status.textContent = key === undefined ? (found ?? '') : (status.dataset[key] ?? '')
  status.classList.toggle('visually-hidden', key === undefined)
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
