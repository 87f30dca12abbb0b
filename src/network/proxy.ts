import { BlockList, isIP } from 'node:net'

/** The settings about proxies, which come from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. */
export interface ProxySettings {
  /** The proxy for https addresses. */
  readonly https_proxy: string | undefined
  /** The proxy for http addresses. */
  readonly http_proxy: string | undefined
  /** The hosts that are reached directly. */
  readonly no_proxy: string | undefined
}

/** Every request goes directly. */
export const NO_PROXIES: ProxySettings = { https_proxy: undefined, http_proxy: undefined, no_proxy: undefined }

/** Whether the settings name a proxy. */
export const hasProxy = ({ http_proxy, https_proxy }: ProxySettings) =>
  http_proxy !== undefined || https_proxy !== undefined

/** A forward proxy. */
export interface ForwardProxy {
  /** It may contain a user and a password. */
  readonly url: URL
  /** Its address without them. */
  readonly origin: string
  readonly variable: 'HTTPS_PROXY' | 'HTTP_PROXY'
}

/** Returns the proxy for an address; undefined if it is reached directly. */
export function proxyFor(address: string | URL, settings: ProxySettings): ForwardProxy | undefined {
  const target = new URL(address)
  const isSecure = target.protocol === 'https:'
  const proxy = isSecure ? settings.https_proxy : settings.http_proxy
  if (proxy === undefined || isExcluded(target, settings.no_proxy)) return undefined
  const url = new URL(proxy)
  return { url, origin: `${url.protocol}//${url.host}`, variable: isSecure ? 'HTTPS_PROXY' : 'HTTP_PROXY' }
}

/** Whether `NO_PROXY` names the host: a list of hosts (with their subdomains), `HOST:PORT`, networks (`10.0.0.0/8`), or `*`. */
function isExcluded({ protocol, hostname, port }: URL, list = ''): boolean {
  const host = withoutBrackets(hostname)
  const actualPort = port || (protocol === 'https:' ? '443' : '80')
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true
    if (entry.includes('/')) return isInNetwork(host, entry)
    const [, name, entryPort] = splitPort(entry.toLowerCase().replace(/^\*?\./, ''))
    if (name === '' || (entryPort !== undefined && entryPort !== actualPort)) return false
    return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`))
  })
}

/** Splits `HOST:PORT` or `[IPV6]:PORT`. An IPv6 address without brackets has no port. */
function splitPort(entry: string): [entry: string, name: string, port: string | undefined] {
  const [, name, port] = (isIP(entry) === 6 ? undefined : /^(.*?)(?::(\d+))?$/.exec(entry)) ?? [entry, entry]
  return [entry, withoutBrackets(name!), port]
}

function isInNetwork(host: string, network: string): boolean {
  const [address = '', bits] = network.split('/')
  const [family, hostFamily] = [isIP(address), isIP(host)]
  if (family === 0 || hostFamily === 0 || !/^\d+$/.test(bits!) || Number(bits) > (family === 4 ? 32 : 128)) return false
  const list = new BlockList()
  list.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6')
  return list.check(host, hostFamily === 4 ? 'ipv4' : 'ipv6')
}

const withoutBrackets = (host: string) => host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
