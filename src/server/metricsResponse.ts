import { CACHE_CONTROL } from './caching.ts'

/** Responds with metrics in Prometheus's text format. */
export function metricsResponse(text: string): Response {
  return new Response(text, {
    headers: {
      'cache-control': CACHE_CONTROL.never,
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    },
  })
}
