import { Failure, quoted } from '../../errors.ts'

/** What is known of an error of the AWS SDK, of the connection under it, or of neither. */
interface Known {
  readonly name?: string
  readonly code?: string
  readonly message: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

const RIGHTS = 'GetObject, PutObject, DeleteObject, ListBucket, AbortMultipartUpload and ListBucketMultipartUploads'
const FULL = 'the store is full; make room and run again'

/** Names of S3's errors and codes of the connection's, and what to do about them. */
const REASONS: readonly (readonly [RegExp, (place: string, said: string) => string])[] = [
  [/^NoSuchKey$/, () => 'there is no such object'],
  [/^NoSuchBucket$/, () => 'there is no such bucket; the first write makes it'],
  [/^NoSuchUpload$/, () => 'the store does not know the upload any more (another run may have ended it); run again'],
  [/^PreconditionFailed$/, () => 'it was replaced while it was read; run again'],
  [/^InvalidAccessKeyId$/, (place) => `${place} does not know the access key; check AWS_ACCESS_KEY_ID`],
  [/^SignatureDoesNotMatch$/, (place) => `${place} refuses the signature; check AWS_SECRET_ACCESS_KEY`],
  [/^(ExpiredToken|ExpiredTokenException|InvalidToken|TokenRefreshRequired)$/, () => 'the credentials have run out'],
  [
    /^CredentialsProviderError$/,
    () => 'no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE',
  ],
  [/^(AccessDenied|AllAccessDisabled|Forbidden)$/, () => `permission denied; the access key needs ${RIGHTS} on it`],
  [/StorageFull|InsufficientStorage|QuotaExceeded|ENOSPC/i, () => FULL],
  [
    /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocation)/,
    () => 'it is in another region; set AWS_REGION',
  ],
  [/^RequestTimeTooSkewed$/, (place) => `the clock of this machine is not that of ${place}; set it right`],
  [/^KeyTooLong|^XMinioInvalidObjectName$/, () => 'the store does not take this name; give the watch another one'],
  [
    /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/,
    (place, said) => `${place} cannot be reached (${said}); start it, or check AWS_ENDPOINT_URL_S3`,
  ],
  [/^(ENOTFOUND|EAI_AGAIN)$/, (place, said) => `${place} cannot be found (${said}); check AWS_ENDPOINT_URL_S3`],
  [
    /^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/,
    (place) => `${place} broke off the connection; see that it is up and run again`,
  ],
  [
    /^(TimeoutError|ETIMEDOUT|RequestTimeout)$/,
    (place) => `${place} does not answer in time; see that it is up and run again`,
  ],
  [
    /CERT|^EPROTO$|SSL|ALTNAME/,
    (place, said) =>
      `TLS with ${place} fails (${said}); check http or https in AWS_ENDPOINT_URL_S3, or name the certificate's authority in NODE_EXTRA_CA_CERTS`,
  ],
]

/**
 * Why the store did not do what it was asked, and what next, in one line without secrets; undefined when the error is not
 * the store's but ours.
 *
 * @param place the store's host, or Amazon and its region
 */
export function reasonOf(error: unknown, place: string): string | undefined {
  if (error instanceof Failure) return undefined
  const { name = '', code, message, $metadata } = error as Known
  // The code of a connection's error says more than its name, which is "Error".
  for (const said of [code, name]) {
    const reason = REASONS.find(([pattern]) => said !== undefined && pattern.test(said))?.[1]
    if (reason !== undefined) return reason(place, said!)
  }
  // MinIO notices in the middle of a write, too, and then calls it an internal error.
  if (/no space left/.test(message)) return FULL
  const status = $metadata?.httpStatusCode
  if (status === undefined && code === undefined) return undefined
  if (status !== undefined && status >= 500)
    return `${place} is not ready or overloaded (HTTP ${status}); run again later`
  // A web page, most likely.
  if (message.includes('parse error')) return `${place} does not answer like an S3 store; check AWS_ENDPOINT_URL_S3`
  return `${place} answers ${quoted(name)}${status ? ` (HTTP ${status})` : ''}: ${quoted(message)}`
}

/** Whether nothing is there that would answer the next request either. */
export function isAway(error: unknown): boolean {
  const { code = '', name } = error as Known
  return (
    /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT)$/.test(code) ||
    /^(Timeout|Abort)Error$/.test(name ?? '')
  )
}

/** Whether an error of the SDK has one of these names: that is how S3 says what went wrong. */
export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return names.includes((error as Error).name)
}

/** Takes the answer that something is not there (any more) as none. */
export async function unlessGone<T>(answer: Promise<T>, ...names: readonly string[]): Promise<T | undefined> {
  return answer.catch((error) => {
    if (isNamed(error, ...names)) return undefined
    throw error
  })
}
