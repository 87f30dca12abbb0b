import type { ClientRequest, Agent as NodeAgent } from 'node:http'
import type { Duplex } from 'node:stream'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { Agent, type AgentConnectOpts } from 'agent-base'
import { HttpProxyAgent } from 'http-proxy-agent'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { formatDuration } from '../text/format.ts'
import type { ConnectOptions } from './agents.ts'
import { type ForwardProxy, type ProxySettings, proxyFor } from './proxy.ts'
import { proxyFailure, proxyRefusal } from './reason.ts'

/**
 * Connects each request directly, or through the proxy for its address. An https request goes through a tunnel (`CONNECT`). An
 * http request is sent to the proxy itself. In both cases the proxy resolves the host name.
 */
export class ProxyAgent extends Agent {
  private readonly connectOptions: ConnectOptions

  constructor(
    private readonly direct: NodeAgent,
    private readonly settings: ProxySettings,
    options: ConnectOptions,
  ) {
    super(options)
    this.connectOptions = options
  }

  override async connect(request: ClientRequest, options: AgentConnectOpts): Promise<Duplex | NodeAgent> {
    const host = options.host!.includes(':') ? `[${options.host}]` : options.host
    const target = `${options.secureEndpoint ? 'https' : 'http'}://${host}:${options.port}`
    const proxy = proxyFor(target, this.settings)
    return proxy === undefined ? this.direct : this.connectThrough(proxy, target, request, options)
  }

  override destroy(): void {
    this.direct.destroy()
    super.destroy()
  }

  /** @throws ProxyError */
  private async connectThrough(
    proxy: ForwardProxy,
    target: string,
    request: ClientRequest,
    options: AgentConnectOpts,
  ): Promise<Duplex> {
    const { connectTimeout, signal, highWaterMark } = this.connectOptions
    // Until a request has its socket, destroying it has no effect. This signal ends the connection to the proxy instead.
    const connectAbort = new AbortController()
    const abort = () => connectAbort.abort(signal?.reason)
    const expire = () => connectAbort.abort(new Error(`no connection within ${formatDuration(connectTimeout)}`))
    const timer = setTimeout(expire, connectTimeout)
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    try {
      const socketOptions = { signal: connectAbort.signal, highWaterMark }
      const ProxyConnector = options.secureEndpoint ? HttpsProxyAgent : HttpProxyAgent
      const connector = new ProxyConnector(proxy.url, socketOptions as object)
      connector.once('proxyConnect', ({ statusCode = 200 }: { readonly statusCode?: number }) => {
        if (statusCode !== 200) request.destroy(proxyRefusal(proxy, statusCode, options.host!))
      })
      if (connector instanceof HttpProxyAgent) writeWholeAddress(request, target, connector, options)
      return await connector.connect(request as never, { ...options, ...identityCheck(options) } as never)
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      throw proxyFailure(proxy, connectAbort.signal.aborted ? connectAbort.signal.reason : error)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  }
}

/** Checks the certificate against the host of the request. In a tunnel to an IP address, Node would check it against `localhost`. */
function identityCheck({ host, secureEndpoint }: AgentConnectOpts) {
  if (!secureEndpoint) return {}
  return { checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(host!, certificate) }
}

/**
 * Writes the whole address into the request line. The library would resolve the path: it takes `//host/x` for another host, and
 * leaves a path with `://` as it is.
 */
function writeWholeAddress(
  request: ClientRequest,
  target: string,
  connector: HttpProxyAgent<string>,
  options: AgentConnectOpts,
): void {
  const unsent = request as ClientRequest & { _header: null }
  unsent._header = null
  unsent.path = new URL(target).origin + unsent.path
  connector.setRequestProps(unsent as never, options as never)
}
