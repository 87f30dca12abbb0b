/** Parameters of an address that are not the state of the table. */
const OTHERS = ['lang', 'date', 'part']

/** Puts the query into all links and forms outside the table that keep it: other weeks, watches and languages, the JSON. */
export function keepQuery(query: Readonly<Record<string, string>>): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-keep]')) {
    const { view: _, ...selection } = query
    const isApi = link.pathname.startsWith('/api/')
    const kept = isApi ? selection : link.hreflang === '' ? withoutOffset(query) : query
    const others = [...new URL(link.href).searchParams].filter(([name]) => OTHERS.includes(name))
    const search = new URLSearchParams([...Object.entries(kept), ...others]).toString()
    link.href = search === '' ? link.pathname : `${link.pathname}?${search}`
  }
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-keep]')) {
    for (const input of form.querySelectorAll<HTMLInputElement>('input[type=hidden]')) {
      if (!OTHERS.includes(input.name)) input.remove()
    }
    for (const [name, value] of Object.entries(withoutOffset(query))) {
      form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }))
    }
  }
}

/** Another week has other rows, so the row to start at is dropped. */
function withoutOffset({ offset: _, ...query }: Readonly<Record<string, string>>): Record<string, string> {
  return query
}
