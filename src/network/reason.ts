import { type ForwardProxy, hasProxy, type ProxySettings } from './proxy.ts'

/** The advice for a server that cannot be reached directly. */
export const SET_PROXY = 'Behind a proxy, set HTTPS_PROXY'

/** A proxy cannot be reached, or refuses. The message names the proxy and the remedy. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError'

  constructor(
    message: string,
    /** Whether a retry may help. */
    readonly retryable: boolean,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}

/** Creates the error for a response of the proxy itself, which refuses to connect. */
export function proxyRefusal({ origin, variable }: ForwardProxy, status: number, host: string): ProxyError {
  // Some proxies, such as tinyproxy, answer 407 without a password and 401 to a wrong one.
  if (status === 401 || status === 407) {
    const what = `the proxy ${origin} asks for a user and a password, or refuses those it got (${status})`
    return new ProxyError(`${what}. Set them in ${variable}: http://USER:PASSWORD@HOST:PORT`, false)
  }
  if (!Number.isInteger(status))
    return new ProxyError(`${origin} does not answer like a proxy. Check ${variable}`, false)
  const what = `the proxy ${origin} refuses to connect to ${host} (${status})`
  const next = `Ask its administrator, or add ${host} to NO_PROXY if this machine can reach it directly`
  return new ProxyError(`${what}. ${next}`, status >= 500 || status === 429)
}

/** Whether an error status in the answer to an http request through this proxy may be the proxy's own. */
export function mayBeFromProxy({ variable }: ForwardProxy, status: number): boolean {
  return variable === 'HTTP_PROXY' && (status === 401 || status === 403)
}

/** Says what to do about an answer that may be the proxy's own. Continues "if the answer is". @param host `HOST:PORT` */
export function fromProxyRemedy({ variable }: ForwardProxy, status: number | undefined, host: string): string {
  if (status === 401)
    return `from the proxy, which is likely, check the user and the password in ${variable} (http://USER:PASSWORD@HOST:PORT)`
  return `from the proxy, ask its administrator, or add ${host} to NO_PROXY if this machine can reach it directly`
}

/** Creates the error for a proxy that cannot be reached. */
export function proxyFailure({ origin, variable }: ForwardProxy, cause: unknown): ProxyError {
  const { code = '' } = cause as NodeJS.ErrnoException
  if (origin.startsWith('https:') && /^(EPROTO|ERR_SSL_.*)$/.test(code)) {
    const what = `the proxy ${origin} does not speak TLS`
    return new ProxyError(`${what}. Write http:// instead of https:// in ${variable}`, false, { cause })
  }
  const what = `the proxy ${origin} cannot be reached: ${reasonOf(cause as Error)}`
  return new ProxyError(`${what}. Check ${variable}`, !isCertificateError(cause as Error), { cause })
}

const UNKNOWN_AUTHORITY =
  /^(UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|CERT_UNTRUSTED)$/

/** Whether the certificate of a server is refused. A retry cannot help. */
export function isCertificateError({ code = '' }: NodeJS.ErrnoException): boolean {
  return UNKNOWN_AUTHORITY.test(code) || /^(CERT_|ERR_TLS_CERT_)/.test(code)
}

/**
 * Explains why a connection failed, in one line.
 *
 * @param proxies suggests a proxy for a host name that cannot be resolved, unless one is set
 */
export function reasonOf(error: NodeJS.ErrnoException, proxies?: ProxySettings): string {
  if (UNKNOWN_AUTHORITY.test(error.code ?? '')) {
    const what = `its certificate is from an authority that this machine does not know (${error.code})`
    return `${what}. If a proxy inspects TLS, set NODE_EXTRA_CA_CERTS to the file with its CA certificate (PEM)`
  }
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'the connection is refused'
    case 'CERT_HAS_EXPIRED':
      return "its certificate has expired. Check this machine's clock. If it is right, the server's operator has to renew the certificate"
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return proxies === undefined || hasProxy(proxies)
        ? 'the host name cannot be resolved (no network, or a typo in the address)'
        : `the host name cannot be resolved (no network, or a typo in the address). ${SET_PROXY}`
    default:
      return (error.message || error.code || String(error)).split('\n')[0]!
  }
}
