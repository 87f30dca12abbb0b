import type { ClientRequest, IncomingMessage } from 'node:http'
import { type Agents, createAgents } from '../network/agents.ts'
import { type ProxySettings, proxyFor } from '../network/proxy.ts'
import { formatDuration } from '../text/format.ts'
import { USER_AGENT } from '../version.ts'
import { isPrivateAddress, isPrivateHost } from './addresses.ts'
import type { FetchPolicy } from './policy.ts'

/** Bytes of a body to buffer ahead of the reader. With less, the connection stops and starts too often. */
const READ_AHEAD_BYTES = 1 << 18

type HttpModule = Pick<typeof import('node:http'), 'request'>
type Protocol = 'http:' | 'https:'

/** A redirect from a public host to a private one. */
export class PrivateAddressError extends Error {}

/** Sends each request over its own connection, with time limits. Guards against redirects into a private network. */
export class Connections {
  private readonly policy: FetchPolicy
  private readonly proxies: ProxySettings
  private readonly signal: AbortSignal
  private readonly modules: Readonly<Record<Protocol, HttpModule>>
  private readonly agents: Agents
  private readonly openRequests = new Set<ClientRequest>()
  private hasMetPublicHost = false

  static async open(policy: FetchPolicy, proxies: ProxySettings, signal: AbortSignal): Promise<Connections> {
    const modules = { 'http:': await import('node:http'), 'https:': await import('node:https') }
    const agents = await createAgents(proxies, {
      // A run sends six requests. With its own connection, none can meet one that the server has just closed.
      keepAlive: false,
      highWaterMark: READ_AHEAD_BYTES,
      connectTimeout: policy.connectTimeout,
      signal,
    })
    return new Connections(policy, proxies, signal, modules, agents)
  }

  private constructor(
    policy: FetchPolicy,
    proxies: ProxySettings,
    signal: AbortSignal,
    modules: Readonly<Record<Protocol, HttpModule>>,
    agents: Agents,
  ) {
    this.policy = policy
    this.proxies = proxies
    this.signal = signal
    this.modules = modules
    this.agents = agents
  }

  /** Sends a GET; resolves when the response starts. */
  async get(url: string, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const { hostname, protocol } = new URL(url)
    const isProxied = proxyFor(url, this.proxies) !== undefined
    // The proxy resolves the name and decides which addresses it serves. Only an address in the URL itself can be checked.
    if (isProxied) this.guard(hostname, isPrivateHost(hostname))
    const request = this.modules[protocol as Protocol].request(url, {
      agent: this.agents[protocol as Protocol],
      signal: this.signal,
      headers: { 'user-agent': USER_AGENT, accept: '*/*', 'accept-encoding': 'identity', ...headers },
    })
    this.openRequests.add(request)
    const stopTimer = this.limitWait(request, protocol)
    if (!isProxied) this.guardConnection(request)
    return new Promise<IncomingMessage>((resolve, reject) => {
      request.on('response', resolve)
      request.on('error', reject)
      request.on('close', () => this.openRequests.delete(request))
      request.end()
    }).finally(stopTimer)
  }

  close(): void {
    for (const request of this.openRequests) request.destroy()
  }

  /** Destroys a request that is not connected, or not answered, in time. @returns a function that stops the timer */
  private limitWait(request: ClientRequest, protocol: string): () => void {
    const { connectTimeout, headersTimeout } = this.policy
    const fail = (what: string, ms: number) =>
      setTimeout(() => request.destroy(new Error(`no ${what} within ${formatDuration(ms)}`)), ms)
    let timer = fail('connection', connectTimeout)
    const awaitResponse = () => {
      clearTimeout(timer)
      timer = fail('answer', headersTimeout)
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
      // Only the connected address counts: a name may resolve to another address each time.
      socket.once('connect', () => {
        const address = socket.remoteAddress ?? ''
        try {
          this.guard(address, isPrivateAddress(address))
        } catch (error) {
          request.destroy(error as Error)
        }
      })
    })
  }

  /** @throws PrivateAddressError if a host is private and an earlier one was public: no redirect may lead into a private network */
  private guard(host: string, isPrivate: boolean): void {
    if (isPrivate && this.hasMetPublicHost)
      throw new PrivateAddressError(`a public host must not lead to the private address ${host}`)
    this.hasMetPublicHost ||= !isPrivate
  }
}
