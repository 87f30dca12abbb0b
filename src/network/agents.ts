import type { Agent, AgentOptions } from 'node:http'
import { hasProxy, type ProxySettings } from './proxy.ts'

/** The agents that connect requests, by the protocol of their address. */
export type Agents = Readonly<Record<'http:' | 'https:', Agent>>

export interface ConnectOptions extends AgentOptions {
  /** Time limit for connecting through a proxy, in milliseconds. Limit direct connections yourself. */
  readonly connectTimeout: number
  /** Aborts connecting to a proxy. */
  readonly signal?: AbortSignal
  /** How many bytes a socket receives ahead of its reader. */
  readonly highWaterMark?: number
}

/** Creates agents that connect directly, or through the proxy that the settings name for an address. */
export async function createAgents(settings: ProxySettings, options: ConnectOptions): Promise<Agents> {
  const [http, https] = await Promise.all([import('node:http'), import('node:https')])
  const { connectTimeout: _, signal: __, ...direct } = options
  const agents = { 'http:': new http.Agent(direct), 'https:': new https.Agent(direct) }
  const { http_proxy, https_proxy } = settings
  if (!hasProxy(settings)) return agents
  const { ProxyAgent } = await import('./proxyAgent.ts')
  return {
    // One proxied connection serves one request, whose line names the whole address.
    'http:':
      http_proxy === undefined
        ? agents['http:']
        : new ProxyAgent(agents['http:'], settings, { ...options, keepAlive: false }),
    'https:': https_proxy === undefined ? agents['https:'] : new ProxyAgent(agents['https:'], settings, options),
  }
}
