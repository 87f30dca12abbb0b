import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface ForwardProxyOptions {
  /** `USER:PASSWORD` that requests must bring. */
  readonly login?: string
  /** Answers every request with this status. */
  readonly refuse?: number
  /** Accepts connections and never answers. */
  readonly silent?: boolean
  /** Drops one connection, the first that gets this many bytes from its target. */
  readonly dropAfter?: number
  /** Host → the origin that stands for it. */
  readonly hosts?: Readonly<Record<string, string>>
}

/** Squid's error page, in short. */
const ERROR_PAGE =
  '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n<html><head><meta type="copyright" content="x"><title>ERROR</title></head><body>No</body></html>'

export interface TestProxy {
  readonly url: string
  /** `CONNECT 127.0.0.1:443`, `GET http://127.0.0.1/file` */
  readonly requests: string[]
}

/** Starts a forward proxy on the loopback interface: tunnels for CONNECT, and requests in absolute form. */
export async function startForwardProxy(options: ForwardProxyOptions = {}): Promise<TestProxy> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  let hasDropped = false
  const refusal = ({ headers }: IncomingMessage): number | undefined => {
    const expected = options.login && `Basic ${Buffer.from(options.login).toString('base64')}`
    if (expected !== undefined && headers['proxy-authorization'] !== expected) return 407
    return options.refuse
  }
  const limit = (source: NodeJS.ReadableStream, drop: () => void) => {
    let passed = 0
    source.on('data', (chunk: Buffer) => {
      passed += chunk.length
      if (hasDropped || passed <= (options.dropAfter ?? Number.POSITIVE_INFINITY)) return
      hasDropped = true
      drop()
    })
  }
  const server = createServer((from: IncomingMessage, to: ServerResponse) => {
    requests.push(`${from.method} ${from.url}`)
    if (options.silent) return
    const status = refusal(from)
    if (status !== undefined) return void to.writeHead(status, { 'content-type': 'text/html' }).end(ERROR_PAGE)
    const { 'proxy-authorization': _, 'proxy-connection': __, ...headers } = from.headers
    const { host, origin } = new URL(from.url!)
    const sent = request(
      from.url!.replace(origin, options.hosts?.[host] ?? origin),
      { method: from.method!, headers },
      (answer) => {
        to.writeHead(answer.statusCode!, answer.headers)
        limit(answer, () => to.socket?.destroy())
        answer.pipe(to)
      },
    )
    sent.on('error', () => to.destroy())
    from.pipe(sent)
  })
  server.on('connect', (from: IncomingMessage, near: Socket) => {
    requests.push(`CONNECT ${from.url}`)
    near.on('error', () => {})
    if (options.silent) return
    const status = refusal(from)
    if (status !== undefined) return void near.end(`HTTP/1.1 ${status} No\r\n\r\n`)
    const { hostname, port } = new URL(`http://${from.url}`)
    const far = connect(Number(port), hostname)
    sockets.add(far)
    far.on('connect', () => near.write('HTTP/1.1 200 OK\r\n\r\n'))
    limit(far, () => near.destroy())
    far.pipe(near).pipe(far)
    far.on('error', () => near.destroy())
    near.on('close', () => far.destroy())
  })
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}
