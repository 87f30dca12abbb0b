import { USER_AGENT } from '../version.ts'
import { createAgents } from './agents.ts'
import { type ProxySettings, proxyFor } from './proxy.ts'
import { fromProxyRemedy, mayBeFromProxy, proxyRefusal, reasonOf } from './reason.ts'

/** Time limit for connecting through a proxy. */
const CONNECT_MS = 10_000

export interface PostOptions {
  readonly proxies: ProxySettings
  readonly signal: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Posts a value as JSON and returns the status of the response, also in words; its body is not read. Redirects are not followed:
 * they would send the body, and often a secret, to another server.
 *
 * @throws Error with a short reason if there is no response
 */
export async function post(
  url: string | URL,
  value: object,
  { proxies, signal, headers }: PostOptions,
): Promise<{ readonly ok: boolean; readonly status: number; readonly reply: string }> {
  const { protocol } = new URL(url)
  const { request } = await (protocol === 'https:' ? import('node:https') : import('node:http'))
  const agents = await createAgents(proxies, { keepAlive: false, connectTimeout: CONNECT_MS, signal })
  const body = Buffer.from(JSON.stringify(value))
  const options = {
    method: 'POST',
    agent: agents[protocol as keyof typeof agents],
    signal,
    headers: {
      'content-type': 'application/json',
      'content-length': body.length,
      'user-agent': USER_AGENT,
      ...headers,
    },
  }
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      const cause = signal.aborted && signal.reason instanceof Error ? signal.reason : error
      reject(new Error(reasonOf(cause, proxies), { cause }))
    }
    const sent = request(url, options, (response) => {
      const { statusCode: status = 0 } = response
      response.destroy()
      resolve({ ok: status >= 200 && status < 300, status, reply: describeStatus(status, url, proxies) })
    })
    sent.on('error', fail)
    sent.end(body)
  })
}

/** Describes a status. Names the proxy, which may have answered itself. */
function describeStatus(status: number, url: string | URL, proxies: ProxySettings): string {
  const proxy = proxyFor(url, proxies)
  if (proxy === undefined) return `it answers ${status}`
  const { host } = new URL(url)
  if (status === 407) return proxyRefusal(proxy, status, host).message
  const reply = `it answers ${status} through the proxy ${proxy.origin}`
  if (!mayBeFromProxy(proxy, status)) return reply
  return `${reply}; if the answer is ${fromProxyRemedy(proxy, status, host)}`
}
