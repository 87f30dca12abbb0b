import { keptFor } from '../src/server/pages/paths.ts'

/** Parameters of an address that are not the state of the table. */
const OTHERS = ['lang', 'date', 'part']

/** Puts the query into all links and forms outside the table that keep it: other weeks, watches and languages, the JSON. */
export function keepQuery(query: Readonly<Record<string, string>>): void {
  const options = document.querySelectorAll<HTMLOptionElement>('.week select[name=date] option')
  const dates = [...options].map(({ value }) => value)
  const { view: _view, ...selection } = query
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-keep]')) {
    const isApi = link.pathname.startsWith('/api/')
    // `/editions/WATCH/DATE`
    const date = link.pathname.split('/')[3] ?? ''
    const kept = isApi ? selection : link.hreflang === '' ? keptFor(query, date, dates) : query
    const others = [...new URL(link.href).searchParams].filter(([name]) => OTHERS.includes(name))
    const search = new URLSearchParams([...Object.entries(kept), ...others]).toString()
    link.href = search === '' ? link.pathname : `${link.pathname}?${search}`
  }
  // Another week has other rows, so the row to start at is dropped.
  const { offset: _offset, ...formValues } = query
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-keep]')) {
    for (const input of form.querySelectorAll<HTMLInputElement>('input[type=hidden]')) {
      if (!OTHERS.includes(input.name)) input.remove()
    }
    for (const [name, value] of Object.entries(formValues)) {
      form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }))
    }
  }
}
