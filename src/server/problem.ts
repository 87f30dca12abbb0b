import { STATUS_CODES } from 'node:http'
import { DamagedDocument, Failure, Missing } from '../errors.ts'
import type { Report } from '../terminal/report.ts'
import { READABLE_BY_ALL } from './cors.ts'

/** Seconds after which trying again can help, when a store is away or the server is busy. */
const RETRY_S = 10

/** An error that is the client's to know: what it asked for cannot be answered, and why. */
export class Problem extends Error {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.status = status
    this.headers = headers
  }
}

/** The server has more to do than it can: the same request succeeds a little later. */
export const busy = (detail: string) => new Problem(503, detail, { 'retry-after': String(RETRY_S) })

/** Any error as RFC 9457 problem details. What is not the client's business is told to the report, not to the client. */
export function problemOf(error: unknown, path: string, report: Report): Response {
  const { status, message, headers } = error instanceof Problem ? error : problemFor(error, path, report)
  const body = { type: 'about:blank', title: STATUS_CODES[status], status, detail: message, instance: path }
  return Response.json(body, {
    status,
    headers: {
      ...READABLE_BY_ALL,
      ...headers,
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    },
  })
}

function problemFor(error: unknown, path: string, report: Report): Problem {
  if (error instanceof Missing) return new Problem(404, error.message)
  if (error instanceof Failure && error.kind === 'usage') return new Problem(400, error.message)
  report.warn(`${path}: ${error instanceof Failure ? error.message : ((error as Error)?.stack ?? String(error))}`)
  if (error instanceof DamagedDocument) {
    return new Problem(503, `${error.subject} is damaged; the log of the server says how to restore it`)
  }
  if (error instanceof Failure && error.kind === 'store') return busy('a store cannot be reached at the moment')
  return new Problem(500, 'this could not be answered; the reason is in the log of the server')
}
