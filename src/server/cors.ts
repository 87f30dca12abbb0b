/** Lets scripts of other sites read a response and these of its headers. */
export const READABLE_BY_ALL = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'ETag, Link, X-Total-Count, Accept-Ranges, Content-Range, Content-Disposition, Retry-After',
} as const
