import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type Operation =
  | 'AbortMultipartUpload'
  | 'CompleteMultipartUpload'
  | 'CopyObject'
  | 'CreateBucket'
  | 'CreateMultipartUpload'
  | 'DeleteObject'
  | 'GetObject'
  | 'ListMultipartUploads'
  | 'ListObjectsV2'
  | 'PutObject'
  | 'UploadPart'

/** A response that the proxy sends instead of the store's. */
export interface FakeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface Fault {
  /** `every` simulates a captive portal. */
  readonly operation: Operation | 'every'
  readonly answer: FakeAnswer
  /** Whether the request is also forwarded to the store, so that only the response is lost. */
  readonly forwards?: boolean
}

export interface S3Proxy {
  readonly url: string
  /** The requests that the proxy answers itself; undefined to forward all. */
  fault: Fault | undefined
}

/**
 * Starts a proxy in front of a real store, and stops it after the test. Signatures stay valid, because the signed `Host` header is
 * forwarded unchanged.
 */
export async function s3Proxy(target: string): Promise<S3Proxy> {
  const proxy: { url: string; fault: Fault | undefined } = { url: '', fault: undefined }
  const server = createServer(async (incoming, outgoing) => {
    const { fault } = proxy
    const isFaulty = fault?.operation === 'every' || fault?.operation === operationOf(incoming)
    if (fault === undefined || !isFaulty) return forward(target, incoming, outgoing)
    if (fault.forwards) await new Promise<void>((resolve) => forward(target, incoming, undefined, resolve))
    else for await (const _ of incoming);
    outgoing.writeHead(fault.answer.status, fault.answer.headers).end(fault.answer.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return proxy
}

function forward(target: string, incoming: IncomingMessage, outgoing?: ServerResponse, done = () => {}): void {
  const { method, url, headers } = incoming
  const onward = request(new URL(url!, target), { method: method!, headers }, (answer) => {
    if (outgoing) answer.pipe(outgoing.writeHead(answer.statusCode!, answer.headers))
    else answer.resume()
    answer.on('end', done)
  })
  onward.on('error', () => outgoing?.destroy())
  incoming.pipe(onward)
}

/** The S3 operation of a request in path style. */
function operationOf({ method, url, headers }: IncomingMessage): Operation | undefined {
  const { pathname, searchParams } = new URL(url!, 'http://store')
  const isBucket = !/^\/[^/]+\/./.test(pathname)
  const has = (name: string) => searchParams.has(name)
  if (method === 'GET' && has('uploads')) return 'ListMultipartUploads'
  if (method === 'GET' && has('list-type')) return 'ListObjectsV2'
  if (method === 'GET') return isBucket ? undefined : 'GetObject'
  if (method === 'POST') return has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload'
  if (method === 'DELETE') return has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject'
  if (method !== 'PUT') return undefined
  if (isBucket) return 'CreateBucket'
  if (has('partNumber')) return 'UploadPart'
  return headers['x-amz-copy-source'] === undefined ? 'PutObject' : 'CopyObject'
}
