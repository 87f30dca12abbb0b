/** Lets scripts of other sites read a response and these of its headers. */
export const CORS_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'ETag, Link, X-Total-Count, Accept-Ranges, Content-Range, Content-Disposition, Retry-After',
} as const
