import type { Context } from 'hono'

interface Page {
  readonly offset: number
  readonly limit: number
}

/** A part of a list, and the headers that tell how many there are in all and where the next part is (RFC 8288). */
export function paged<T>(c: Context, all: readonly T[], { offset, limit }: Page) {
  const links = [
    ...(offset + limit < all.length ? [[offset + limit, 'next'] as const] : []),
    ...(offset > 0 ? [[Math.max(0, offset - limit), 'prev'] as const] : []),
  ].map(([to, rel]) => `<${addressAt(c.req.url, to)}>; rel="${rel}"`)
  const headers: Record<string, string> = {
    'x-total-count': String(all.length),
    ...(links.length > 0 && { link: links.join(', ') }),
  }
  return { part: all.slice(offset, offset + limit), headers }
}

function addressAt(url: string, offset: number): string {
  const { pathname, searchParams } = new URL(url)
  searchParams.set('offset', String(offset))
  return `${pathname}?${searchParams}`
}

type Sortable = Readonly<Record<string, string | number>>

/** Sorts by fields as `-followers,title` names them; what is equal in all of them stays in its order. */
export function sorted<T extends object>(all: readonly T[], sort: string | undefined): T[] {
  const keys = (sort?.split(',') ?? []).map((key) => ({
    field: key.replace('-', ''),
    sign: key.startsWith('-') ? -1 : 1,
  }))
  return [...all].sort((a, b) => {
    for (const { field, sign } of keys) {
      const order = compare((a as Sortable)[field]!, (b as Sortable)[field]!)
      if (order !== 0) return sign * order
    }
    return 0
  })
}

const collator = new Intl.Collator('fr', { numeric: true })

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b))
}
