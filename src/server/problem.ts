import { STATUS_CODES } from 'node:http'
import { DamagedDocument, Failure, NotFound } from '../errors.ts'
import type { Report } from '../terminal/report.ts'
import { CACHE_CONTROL } from './caching.ts'
import { CORS_HEADERS } from './cors.ts'

/** Seconds to wait before a retry when a store is unreachable or the server is busy. */
const RETRY_AFTER_S = 10

/** An error that the client may see, with its HTTP status and extra headers. */
export class Problem extends Error {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.status = status
    this.headers = headers
  }
}

/** Creates a 503: the same request can succeed a little later. */
export const busyProblem = (detail: string, seconds = RETRY_AFTER_S) =>
  new Problem(503, detail, { 'retry-after': String(seconds) })

/** Responds with any error as RFC 9457 problem details. Internal reasons go to the log, not to the client. */
export function problemResponse(error: unknown, path: string, report: Report): Response {
  const { status, message, headers } = error instanceof Problem ? error : toProblem(error, path, report)
  const body = { type: 'about:blank', title: STATUS_CODES[status], status, detail: message, instance: path }
  return Response.json(body, {
    status,
    headers: {
      ...CORS_HEADERS,
      ...headers,
      'content-type': 'application/problem+json',
      'cache-control': CACHE_CONTROL.never,
    },
  })
}

function toProblem(error: unknown, path: string, report: Report): Problem {
  if (error instanceof NotFound) return new Problem(404, error.message)
  if (error instanceof Failure && error.kind === 'usage') return new Problem(400, error.message)
  report.warn(`${path}: ${error instanceof Failure ? error.message : ((error as Error)?.stack ?? String(error))}`)
  if (error instanceof DamagedDocument)
    return new Problem(503, `cannot answer ${path}: ${error.subject} is damaged. See the server's log for the remedy.`)
  if (error instanceof Failure && error.kind === 'store')
    return busyProblem(`cannot answer ${path}: a store is unreachable. Try again in a minute.`)
  return new Problem(500, `cannot answer ${path}: internal error. See the server's log for the reason.`)
}
