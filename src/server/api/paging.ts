import type { Context as HonoContext } from 'hono'

interface Page {
  readonly offset: number
  readonly limit: number
}

/** Returns a page of a list, with headers for the total count and links to the next and previous page (RFC 8288). */
export function paginate<T>(c: HonoContext, all: readonly T[], { offset, limit }: Page) {
  const links = [
    ...(offset + limit < all.length ? [[offset + limit, 'next'] as const] : []),
    ...(offset > 0 ? [[Math.max(0, offset - limit), 'prev'] as const] : []),
  ].map(([start, rel]) => `<${pathAt(c.req.url, start)}>; rel="${rel}"`)
  const headers: Record<string, string> = {
    'x-total-count': String(all.length),
    ...(links.length > 0 && { link: links.join(', ') }),
  }
  return { items: all.slice(offset, offset + limit), headers }
}

function pathAt(url: string, offset: number): string {
  const { pathname, searchParams } = new URL(url)
  searchParams.set('offset', String(offset))
  return `${pathname}?${searchParams}`
}
