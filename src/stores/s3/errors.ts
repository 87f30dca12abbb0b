import { Failure, quoted } from '../../errors.ts'
import type { ForwardProxy } from '../../network/proxy.ts'
import { fromProxyRemedy, proxyRefusal } from '../../network/reason.ts'

/** The fields that an error of the AWS SDK, or of the connection under it, may have. */
interface ErrorFields {
  readonly name?: string
  readonly code?: string
  readonly message: string
  readonly Region?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
}

/**
 * A response that lacks a field that every S3 store sends. It is from another server: a captive portal, or a proxy with its
 * own page. The message names the missing field: "CopyObject was answered without an ETag".
 */
export class NotS3Error extends Error {
  override readonly name = 'NotS3Error'
}

const PERMISSIONS =
  'GetObject, PutObject, DeleteObject, ListBucket, AbortMultipartUpload and ListBucketMultipartUploads'
const FULL = 'the store is full; make room and run again'

/** Messages and names of the SDK for an answer without one of S3's codes. */
const UNPARSED = /XML parse error/
const NO_CODE = /^(NotFound|Unknown|UnknownError)$/

type Reason = (endpoint: string, code: string, error: ErrorFields, proxy: ForwardProxy | undefined) => string

/** Names of S3's errors and codes of connection errors, each with its remedy. */
const REASONS: readonly (readonly [RegExp, Reason])[] = [
  [/^NoSuchKey$/, () => 'there is no such object'],
  [/^NoSuchBucket$/, () => 'there is no such bucket; the first write creates it'],
  [/^NoSuchUpload$/, () => 'the store no longer knows the upload (another run may have ended it); run again'],
  [/^PreconditionFailed$/, () => 'it was replaced while it was read; run again'],
  [/^InvalidAccessKeyId$/, (endpoint) => `${endpoint} does not know the access key; check AWS_ACCESS_KEY_ID`],
  [/^SignatureDoesNotMatch$/, (endpoint) => `${endpoint} refuses the signature; check AWS_SECRET_ACCESS_KEY`],
  [
    /^(ExpiredToken|ExpiredTokenException|InvalidToken|TokenRefreshRequired)$/,
    () => 'the credentials have expired; renew them',
  ],
  [
    /^CredentialsProviderError$/,
    () => 'no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE',
  ],
  [
    /^(AccessDenied|AllAccessDisabled|Forbidden)$/,
    () => `permission denied; the access key needs ${PERMISSIONS} on it`,
  ],
  [/StorageFull|InsufficientStorage|QuotaExceeded|ENOSPC/i, () => FULL],
  [/^(PermanentRedirect|TemporaryRedirect|AuthorizationHeaderMalformed|IllegalLocation)/, wrongRegion],
  [
    /^RequestTimeTooSkewed$/,
    (endpoint) => `the clock of this machine differs too much from that of ${endpoint}; correct it`,
  ],
  [/^KeyTooLong|^XMinioInvalidObjectName$/, () => 'the store does not accept this name; rename the watch'],
  [
    /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/,
    (endpoint, code) => `${endpoint} cannot be reached (${code}); start it, or check AWS_ENDPOINT_URL_S3`,
  ],
  [/^(ENOTFOUND|EAI_AGAIN)$/, (endpoint, code) => `${endpoint} cannot be found (${code}); check AWS_ENDPOINT_URL_S3`],
  [
    /^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/,
    (endpoint, _, __, proxy) => `${via(endpoint, proxy)} broke off the connection; check that it is up and run again`,
  ],
  [
    /^(TimeoutError|ETIMEDOUT|RequestTimeout)$/,
    (endpoint, _, __, proxy) => `${via(endpoint, proxy)} does not answer in time; check that it is up and run again`,
  ],
  // The message names the proxy and the remedy.
  [/^ProxyError$/, (_, __, { message }) => message],
  [
    /CERT|^UNABLE_TO_VERIFY|^EPROTO$|SSL|ALTNAME/,
    (endpoint, code) =>
      `TLS with ${endpoint} fails (${code}); check http or https in AWS_ENDPOINT_URL_S3, or name the certificate's authority in NODE_EXTRA_CA_CERTS`,
  ],
  [/^NotS3Error$/, (endpoint, _, { message }, proxy) => `${message}, so ${notS3(endpoint, undefined, proxy)}`],
]

/**
 * Explains why the store refused a request, and the remedy, in one line without secrets. Returns undefined if the error comes
 * from this program, not from the store.
 *
 * @param endpoint the store's host, or Amazon and its region
 * @param proxy through which the requests to an http endpoint are sent. It may answer itself, unlike one that only tunnels.
 */
export function reasonOf(error: unknown, endpoint: string, proxy?: ForwardProxy): string | undefined {
  if (error instanceof Failure) return undefined
  const fields = error as ErrorFields
  const { name = '', code, message, $metadata } = fields
  // The code of a connection's error says more than its name, which is "Error".
  for (const known of [code, name]) {
    const reason = REASONS.find(([pattern]) => known !== undefined && pattern.test(known))?.[1]
    if (reason !== undefined) return reason(endpoint, known!, fields, proxy)
  }
  // MinIO may find this in the middle of a write, and then calls it an internal error.
  if (/no space left/.test(message)) return FULL
  const status = $metadata?.httpStatusCode
  if (proxy !== undefined && status === 407) return proxyRefusal(proxy, status, endpoint).message
  if (proxy !== undefined && hasNoCode(fields)) return notS3(endpoint, status, proxy)
  if (isRedirect(status)) return wrongRegion(endpoint, `HTTP ${status}`, fields)
  if (isForeign(error)) return notS3(endpoint, status, proxy)
  if (status === undefined && code === undefined) return undefined
  if (status !== undefined && status >= 500)
    return `${endpoint} is not ready or overloaded (HTTP ${status}); run again later`
  return `${endpoint} answers ${quoted(name)}${status ? ` (HTTP ${status})` : ''}: ${quoted(message)}`
}

/** Names the proxy too, because either of the two may have failed. */
function via(endpoint: string, proxy: ForwardProxy | undefined): string {
  return proxy === undefined ? endpoint : `${endpoint} or the proxy ${proxy.origin} before it`
}

/** Explains an answer that no S3 store sends. A proxy is the likely sender of an error: Squid's page about a forbidden host. */
function notS3(endpoint: string, status: number | undefined, proxy: ForwardProxy | undefined): string {
  const what = `${via(endpoint, proxy)} does not answer like an S3 store`
  if (proxy === undefined) return `${what}; check AWS_ENDPOINT_URL_S3`
  const answer = status === undefined ? what : `${what} (HTTP ${status})`
  const remedy = fromProxyRemedy(proxy, status, endpoint)
  const otherwise = (status ?? 0) >= 500 ? 'check that the store is up and run again' : 'check AWS_ENDPOINT_URL_S3'
  return `${answer}; if the answer is ${remedy}, or else ${otherwise}`
}

function isRedirect(status = 0): boolean {
  return status >= 300 && status < 400
}

/** Amazon's redirect names the bucket's region; its error about a signature for another region does so too. */
function wrongRegion(endpoint: string, code: string, { Region, $response }: ErrorFields): string {
  const region = Region ?? $response?.headers?.['x-amz-bucket-region']
  const remedy = region === undefined ? 'AWS_REGION' : `AWS_REGION to ${quoted(region)}`
  return `the bucket is in another region or at another endpoint than ${endpoint} (${code}); set ${remedy}, or check AWS_ENDPOINT_URL_S3`
}

/**
 * Whether another server than an S3 store answered. The SDK fails to parse its success, calls an empty one an aborted request,
 * or finds none of S3's codes in its error. A gateway's 5xx page does not count, because a store may be behind it.
 */
export function isForeign(error: unknown): boolean {
  const { name = '', code, message = '', $metadata } = error as Partial<ErrorFields>
  if (error instanceof NotS3Error || message === 'S3 aborted request') return true
  const status = $metadata?.httpStatusCode ?? 0
  if (status >= 500 || code !== undefined || /^(Timeout|Abort)Error$/.test(name)) return false
  const isUnparsed = UNPARSED.test(message) || (status >= 200 && status < 300)
  return isUnparsed || (status >= 400 && NO_CODE.test(name))
}

/** Whether the SDK found none of S3's codes in the answer, which is empty, or a page of another server. */
function hasNoCode({ name = '', message }: ErrorFields): boolean {
  return UNPARSED.test(message) || NO_CODE.test(name)
}

/** Whether the store responded at all, so that the outcome of the request is known. */
export function isAnswered(error: unknown): boolean {
  return (error as Partial<ErrorFields>).$metadata?.httpStatusCode !== undefined
}

/** Whether the next request would fail as well: no store answers, or something else does. */
export function isUnusable(error: unknown): boolean {
  const { code = '', name = '', $metadata } = error as Partial<ErrorFields>
  return (
    isForeign(error) ||
    isRedirect($metadata?.httpStatusCode) ||
    /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT)$/.test(code) ||
    /^(Timeout|Abort|Proxy)Error$/.test(name)
  )
}

/** Whether an error of the SDK has one of these names, which are S3's error codes. */
export function hasName(error: unknown, ...names: readonly string[]): boolean {
  return names.includes((error as Error).name)
}

/** Waits for an answer; undefined when the store answers that the thing is missing. */
export async function unlessMissing<T>(answer: Promise<T>, ...names: readonly string[]): Promise<T | undefined> {
  return answer.catch((error) => {
    if (hasName(error, ...names)) return undefined
    throw error
  })
}
