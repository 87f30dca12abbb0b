import { setMaxListeners } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { Failure } from '../errors.ts'
import { type Agents, createAgents } from '../network/agents.ts'
import { type ProxySettings, proxyFor } from '../network/proxy.ts'
import { formatDuration } from '../text/format.ts'
import { USER_AGENT } from '../version.ts'
import { isPrivateAddress, isPrivateHost } from './addresses.ts'
import type { FetchSettings } from './policy.ts'

/** Bytes of a body to buffer ahead of the reader. With less, the connection stops and starts too often. */
const READ_AHEAD_BYTES = 1 << 18

type HttpModule = Pick<typeof import('node:http'), 'request'>
type Protocol = 'http:' | 'https:'

/** A redirect from a public host to a private one. */
export class PrivateAddressError extends Error {}

/** Sends each request over its own connection, with time limits. Guards against redirects into a private network. */
export class Connections {
  private hasContactedPublicHost = false

  static async open(settings: FetchSettings & ProxySettings, signal: AbortSignal): Promise<Connections> {
    const modules = { 'http:': await import('node:http'), 'https:': await import('node:https') }
    const closing = new AbortController()
    const ended = AbortSignal.any([signal, closing.signal])
    // Each request listens to it.
    setMaxListeners(0, ended)
    const agents = await createAgents(settings, {
      // A run sends six requests. With its own connection, none can meet one that the server has just closed.
      keepAlive: false,
      highWaterMark: READ_AHEAD_BYTES,
      connectTimeout: settings.connect_timeout,
      signal: ended,
    })
    return new Connections(settings, ended, closing, modules, agents)
  }

  private constructor(
    private readonly settings: FetchSettings & ProxySettings,
    /** Aborted when the caller stops, and by `close`. Ends every request. */
    readonly signal: AbortSignal,
    private readonly closing: AbortController,
    private readonly modules: Readonly<Record<Protocol, HttpModule>>,
    private readonly agents: Agents,
  ) {}

  /** Sends a GET; resolves when the response starts. */
  async get(url: string, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const { hostname, protocol } = new URL(url)
    const isProxied = proxyFor(url, this.settings) !== undefined
    // The proxy resolves the name and decides which addresses it serves. Only an address in the URL itself can be checked.
    const refusal = isProxied ? this.refusePrivateAfterPublic(hostname, isPrivateHost(hostname)) : undefined
    if (refusal !== undefined) throw refusal
    const request = this.modules[protocol as Protocol].request(url, {
      agent: this.agents[protocol as Protocol],
      signal: this.signal,
      headers: { 'user-agent': USER_AGENT, accept: '*/*', 'accept-encoding': 'identity', ...headers },
    })
    const stopTimer = this.limitWait(request, protocol)
    if (!isProxied) this.guardConnection(request)
    return new Promise<IncomingMessage>((resolve, reject) => {
      request.on('response', resolve)
      request.on('error', reject)
      request.end()
    }).finally(stopTimer)
  }

  close(): void {
    this.closing.abort(new Failure('portal', 'the connections are closed'))
  }

  /** Destroys a request that is not connected or answered in time. @returns a function that stops the timer */
  private limitWait(request: ClientRequest, protocol: string): () => void {
    const { connect_timeout, headers_timeout } = this.settings
    const failAfter = (what: string, ms: number) =>
      setTimeout(() => request.destroy(new Error(`no ${what} within ${formatDuration(ms)}`)), ms)
    let timer = failAfter('connection', connect_timeout)
    const awaitResponse = () => {
      clearTimeout(timer)
      timer = failAfter('answer', headers_timeout)
    }
    request.once('socket', (socket) => {
      if (protocol === 'https:') socket.once('secureConnect', awaitResponse)
      // The socket of a proxy is connected already.
      else if (!socket.connecting) awaitResponse()
      else socket.once('connect', awaitResponse)
    })
    return () => clearTimeout(timer)
  }

  private guardConnection(request: ClientRequest): void {
    request.once('socket', (socket) => {
      // Check the connected address: a name may resolve to a different address each time.
      socket.once('connect', () => {
        const address = socket.remoteAddress ?? ''
        const refusal = this.refusePrivateAfterPublic(address, isPrivateAddress(address))
        if (refusal !== undefined) request.destroy(refusal)
      })
    })
  }

  /** Returns an error if a host is private and an earlier one was public: no redirect may lead into a private network. */
  private refusePrivateAfterPublic(host: string, isPrivate: boolean): PrivateAddressError | undefined {
    this.hasContactedPublicHost ||= !isPrivate
    if (!isPrivate || !this.hasContactedPublicHost) return undefined
    return new PrivateAddressError(`a public host must not lead to the private address ${host}`)
  }
}
