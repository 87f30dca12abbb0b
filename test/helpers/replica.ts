import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ExportName } from '../../src/editions/edition.ts'

/** A file that the replica serves. */
export interface ReplicaFile {
  readonly content: Uint8Array
  readonly modified: Date
}

/** Faults of a response. */
export interface Fault {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Replaces the content. */
  readonly body?: string | Uint8Array
  /** Drops the connection after this many bytes of the body. */
  readonly dropAfter?: number
  /** Sends nothing after this many bytes of the body, and keeps the connection open. */
  readonly stallAfter?: number
  /** Sends the body in pieces of this many bytes. */
  readonly trickle?: number
  /** The time between two pieces, in milliseconds; 1 by default. */
  readonly trickleMs?: number
  /** Drops the connection before the response. */
  readonly reset?: boolean
  /** Never responds. */
  readonly silent?: boolean
  /** Ignores the `Range` of the request. */
  readonly ignoreRange?: boolean
  /** Omits `ETag` and `Last-Modified`. */
  readonly omitValidators?: boolean
  /** Omits `Content-Length`: the body is chunked. */
  readonly chunked?: boolean
}

type ReplicaPath = 'catalogue' | 'latest' | 'file'

/** A request to the replica. */
export interface ReplicaRequest {
  readonly path: ReplicaPath
  readonly name: ExportName | undefined
  readonly headers: IncomingMessage['headers']
}

export interface Replica {
  /** The value for the setting `portal`. */
  readonly url: string
  /** All requests so far. */
  readonly requests: readonly ReplicaRequest[]
  /** Replaces an export. */
  publish(name: ExportName, file: ReplicaFile): void
  close(): Promise<void>
}

export interface ReplicaOptions {
  readonly files: Readonly<Record<ExportName, ReplicaFile>>
  /** Returns the fault of the response to a request. */
  readonly fault?: (request: ReplicaRequest, replica: Replica) => Fault | undefined
  /** Changes the catalogue. */
  readonly catalogue?: (metadata: CatalogueMetadata) => unknown
}

interface CatalogueMetadata {
  readonly id: string
  readonly resources: readonly ResourceMetadata[]
}

interface ResourceMetadata {
  readonly id: string
  readonly title: string
  readonly url: string
  readonly latest: string
  readonly filesize: number
  readonly checksum: { readonly type: string; readonly value: string }
  readonly last_modified: string
  readonly extras: Readonly<Record<string, string>>
}

const RESOURCES: Record<ExportName, { id: string; model: string }> = {
  datasets: { id: 'f868cca6-8da1-4369-a78d-47463f19a9a3', model: 'dataset' },
  organizations: { id: 'b7bbfedc-2448-4135-a6c7-104548d396e7', model: 'organization' },
}

/**
 * Starts a portal on the loopback interface that responds like data.gouv.fr: metadata of the catalogue, stable addresses that redirect
 * to the files, and files with ETag, Last-Modified and ranges. Tests add faults.
 */
export async function startReplica({ files, fault, catalogue }: ReplicaOptions): Promise<Replica> {
  const published = { ...files }
  const requests: ReplicaRequest[] = []
  const server = createServer((request, response) => {
    const [, path, name] =
      /^\/(api|latest|file)\/(?:1\/datasets\/[^/]+\/$|(datasets|organizations))/.exec(request.url ?? '') ?? []
    if (path === undefined) return void response.writeHead(404).end()
    const current = {
      path: path === 'api' ? 'catalogue' : (path as ReplicaPath),
      name: name as ExportName | undefined,
      headers: request.headers,
    } as const
    requests.push(current)
    respond(current, response, fault?.(current, replica) ?? {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const replica: Replica = {
    url,
    requests,
    publish: (name, file) => {
      published[name] = file
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return replica

  function respond(request: ReplicaRequest, response: ServerResponse, fault: Fault): void {
    const { path, name } = request
    if (fault.silent) return
    if (fault.reset) return void response.socket?.destroy()
    if (path === 'latest') return send(response, 302, { location: `/file/${name}` }, Buffer.alloc(0), fault)
    if (path === 'file') return sendFile(request, published[name!], response, fault)
    const metadata = describeCatalogue(url, published)
    const body = Buffer.from(JSON.stringify(catalogue === undefined ? metadata : catalogue(metadata)))
    send(response, 200, { 'content-type': 'application/json' }, body, fault)
  }
}

/** Sends a file, or the part of it that a conditional request asks for. */
function sendFile(
  { headers }: ReplicaRequest,
  { content, modified }: ReplicaFile,
  response: ServerResponse,
  fault: Fault,
): void {
  const etag = `"${checksum(content).slice(0, 16)}"`
  const lastModified = modified.toUTCString()
  const validators: Record<string, string> = fault.omitValidators ? {} : { etag, 'last-modified': lastModified }
  const since = headers['if-modified-since']
  if (since !== undefined && !fault.omitValidators && Date.parse(since) >= Date.parse(lastModified)) {
    return send(response, 304, validators, Buffer.alloc(0), fault)
  }
  const [, start] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? []
  const condition = headers['if-range']
  const isHonored = condition === undefined || condition === etag || condition === lastModified
  if (start === undefined || fault.ignoreRange || !isHonored) return send(response, 200, validators, content, fault)
  if (Number(start) >= content.length) return send(response, 416, {}, Buffer.alloc(0), fault)
  const range = { ...validators, 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }
  send(response, 206, range, content.subarray(Number(start)), fault)
}

function describeCatalogue(url: string, published: Readonly<Record<ExportName, ReplicaFile>>): CatalogueMetadata {
  const resources = (Object.keys(RESOURCES) as ExportName[]).map((name) => {
    const { content, modified } = published[name]
    const { id, model } = RESOURCES[name]
    return {
      id,
      title: `export-${model}.csv`,
      url: `${url}/file/${name}`,
      latest: `${url}/latest/${name}`,
      filesize: content.length,
      checksum: { type: 'sha1', value: checksum(content) },
      last_modified: modified.toISOString(),
      extras: { 'csv-export:model': model },
    }
  })
  return { id: '5d13a8b6634f41070a43dff3', resources }
}

const checksums = new WeakMap<Uint8Array, string>()

/** Computes the checksum of a content once: a portal does not hash 224 MB for every request. */
function checksum(content: Uint8Array): string {
  const known = checksums.get(content) ?? createHash('sha1').update(content).digest('hex')
  checksums.set(content, known)
  return known
}

/** Sends a response with its fault. */
function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  content: Uint8Array,
  fault: Fault,
): void {
  const body = fault.body === undefined ? content : Buffer.from(fault.body as string)
  const length = fault.chunked ? {} : { 'content-length': String(body.length) }
  response.writeHead(fault.status ?? status, { ...length, ...headers, ...fault.headers })
  const stop = fault.dropAfter ?? fault.stallAfter
  if (fault.trickle !== undefined) return trickle(response, body, fault.trickle, fault.trickleMs)
  if (stop === undefined) return void response.end(body)
  response.write(body.subarray(0, stop), () => {
    if (fault.dropAfter !== undefined) setTimeout(() => response.socket?.destroy(), 5)
  })
}

function trickle(response: ServerResponse, body: Uint8Array, size: number, ms = 1): void {
  let at = 0
  const timer = setInterval(() => {
    if (at >= body.length || response.destroyed) {
      clearInterval(timer)
      return void response.end()
    }
    response.write(body.subarray(at, at + size))
    at += size
  }, ms)
}
