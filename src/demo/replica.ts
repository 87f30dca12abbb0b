import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ExportName } from '../editions/edition.ts'

/** A file that the replica serves. */
export interface ReplicaFile {
  readonly content: Uint8Array
  readonly modified: Date
}

/** What goes wrong with an answer; what is not named goes as usual. */
export interface Fault {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent in place of the content. */
  readonly body?: string | Uint8Array
  /** The connection is cut after so many bytes of the body. */
  readonly dropAfter?: number
  /** Nothing more is sent after so many bytes of the body; the connection stays. */
  readonly stallAfter?: number
  /** The body comes in pieces of so many bytes, one every millisecond. */
  readonly trickle?: number
  /** The connection is cut before anything is answered. */
  readonly reset?: boolean
  /** No answer at all, for ever. */
  readonly silent?: boolean
  /** The `Range` of the request is not honoured. */
  readonly ignoreRange?: boolean
  /** `ETag` and `Last-Modified` are left out. */
  readonly anonymous?: boolean
  /** `Content-Length` is left out: the body is chunked. */
  readonly chunked?: boolean
}

type ReplicaPath = 'catalogue' | 'latest' | 'file'

/** A request as the replica saw it. */
export interface Seen {
  readonly path: ReplicaPath
  readonly name: ExportName | undefined
  readonly headers: IncomingMessage['headers']
}

export interface Replica {
  /** The address to set as portal. */
  readonly url: string
  /** Every request so far. */
  readonly seen: readonly Seen[]
  /** Publishes exports in the place of those before. */
  publish(name: ExportName, file: ReplicaFile): void
  close(): Promise<void>
}

export interface ReplicaOptions {
  readonly files: Readonly<Record<ExportName, ReplicaFile>>
  /** Decides for each request what goes wrong with its answer. */
  readonly fault?: (seen: Seen, replica: Replica) => Fault | undefined
  /** Changes what the catalogue says. */
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
 * A portal on the loopback interface: the catalogue's metadata, stable addresses that redirect to the files, and files with
 * ETag, Last-Modified and ranges, as data.gouv.fr serves them. `demo` runs its Wednesdays through it; tests break it.
 */
export async function startReplica({ files, fault, catalogue }: ReplicaOptions): Promise<Replica> {
  const published = { ...files }
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const [, path, name] =
      /^\/(api|latest|file)\/(?:1\/datasets\/[^/]+\/$|(datasets|organizations))/.exec(request.url ?? '') ?? []
    if (path === undefined) return void response.writeHead(404).end()
    const what = {
      path: path === 'api' ? 'catalogue' : (path as ReplicaPath),
      name: name as ExportName | undefined,
      headers: request.headers,
    } as const
    seen.push(what)
    answer(what, response, fault?.(what, replica) ?? {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const replica: Replica = {
    url,
    seen,
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

  function answer({ path, name, headers }: Seen, response: ServerResponse, fault: Fault): void {
    if (fault.silent) return
    if (fault.reset) return void response.socket?.destroy()
    if (path === 'catalogue') return send(response, 200, { 'content-type': 'application/json' }, metadata(), fault)
    if (path === 'latest') return send(response, 302, { location: `/file/${name}` }, Buffer.alloc(0), fault)
    const { content, modified } = published[name!]
    const etag = `"${checksum(content).slice(0, 16)}"`
    const lastModified = modified.toUTCString()
    const validators: Record<string, string> = fault.anonymous ? {} : { etag, 'last-modified': lastModified }
    const since = headers['if-modified-since']
    if (since !== undefined && !fault.anonymous && Date.parse(since) >= Date.parse(lastModified)) {
      return send(response, 304, validators, Buffer.alloc(0), fault)
    }
    const [, start] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? []
    const condition = headers['if-range']
    const honoured = condition === undefined || condition === etag || condition === lastModified
    if (start === undefined || fault.ignoreRange || !honoured) return send(response, 200, validators, content, fault)
    if (Number(start) >= content.length) return send(response, 416, {}, Buffer.alloc(0), fault)
    const range = { ...validators, 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }
    send(response, 206, range, content.subarray(Number(start)), fault)
  }

  function metadata(): Buffer {
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
    const said: CatalogueMetadata = { id: '5d13a8b6634f41070a43dff3', resources }
    return Buffer.from(JSON.stringify(catalogue === undefined ? said : catalogue(said)))
  }
}

const checksums = new WeakMap<Uint8Array, string>()

/** Taken once for each content: a portal does not read 224 MB anew for every question about them. */
function checksum(content: Uint8Array): string {
  const known = checksums.get(content) ?? createHash('sha1').update(content).digest('hex')
  checksums.set(content, known)
  return known
}

/** Sends an answer, the way the fault wants it. */
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
  if (fault.trickle !== undefined) return trickle(response, body, fault.trickle)
  if (stop === undefined) return void response.end(body)
  response.write(body.subarray(0, stop), () => {
    if (fault.dropAfter !== undefined) setTimeout(() => response.socket?.destroy(), 5)
  })
}

function trickle(response: ServerResponse, body: Uint8Array, size: number): void {
  let at = 0
  const timer = setInterval(() => {
    if (at >= body.length || response.destroyed) {
      clearInterval(timer)
      return void response.end()
    }
    response.write(body.subarray(at, at + size))
    at += size
  }, 1)
}
