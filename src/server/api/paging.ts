import type { Context as HonoContext } from 'hono'

interface Page {
  readonly offset: number
  readonly limit: number
}

/** Returns a page of a list, with headers for the total count and links to the next and previous page (RFC 8288). */
export function paginate<T>(c: HonoContext, all: readonly T[], page: Page) {
  const { offset, limit } = page
  return { items: all.slice(offset, offset + limit), headers: pageHeaders(c, all.length, page) }
}

/** Returns the headers of a page of a list. */
export function pageHeaders(c: HonoContext, total: number, { offset, limit }: Page): Record<string, string> {
  const links = [
    ...(offset + limit < total ? [[offset + limit, 'next'] as const] : []),
    ...(offset > 0 ? [[Math.max(0, offset - limit), 'prev'] as const] : []),
  ].map(([start, rel]) => `<${pathAt(c.req.url, start)}>; rel="${rel}"`)
  return { 'x-total-count': String(total), ...(links.length > 0 && { link: links.join(', ') }) }
}

function pathAt(url: string, offset: number): string {
  const { pathname, searchParams } = new URL(url)
  searchParams.set('offset', String(offset))
  return `${pathname}?${searchParams}`
}
