import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path/posix'
import { onTestFinished } from 'vitest'

/** A dataset of the played portal. Its id is `data`, its slug `target`. */
interface PlayedDataset {
  id: string
  title: string
  description: string
  page: string
  license: string | null
  temporal_coverage: { start: string; end: string } | null
  frequency: string
  deleted: string | null
  permissions: { edit: boolean; edit_resources: boolean }
  resources: PlayedResource[]
}

interface PlayedResource {
  id: string
  title: string
  description: string | null
  filetype: string
  type: string
  url: string
  latest: string
  filesize: number
  checksum: { type: string; value: string } | null
  schema: { name: string | null; url: string | null; version: string | null } | null
  extras: Record<string, unknown>
}

/** What happens to a call: a status in place of an answer, a connection that breaks before or after the work, no answer. */
export type Fault =
  | { readonly status: number; readonly body?: object; readonly headers?: Readonly<Record<string, string>> }
  | 'break before'
  | 'break after'
  | 'silence'

export interface PlayedPortal {
  readonly url: string
  readonly dataset: PlayedDataset
  /** `PUT /api/1/datasets/data/`, in order. */
  readonly calls: string[]
  /** The calls that changed something. */
  writes(): string[]
  /** The content of an uploaded file, by its URL. */
  readonly files: Map<string, Buffer>
  /** Decides what happens to a call, by its number from 1. */
  fault: (call: number, name: string) => Fault | undefined | Promise<Fault | undefined>
  /** Is called when a call has changed the portal, before its answer is sent. */
  after: (call: number, name: string) => void
  /** The key that each call brought. */
  readonly keys: (string | undefined)[]
  isReadOnly: boolean
  /** The largest request that the server in front takes, if it is asked. */
  maxBytes: number
}

export const API_KEY = 'k3y-of-the-editor'
const LICENSES = [{ id: 'notspecified' }, { id: 'lov2' }, { id: 'odc-odbl' }]

/** Plays the part of uData 17 that publications use, as measured on a real one. */
export async function startUdataPortal(): Promise<PlayedPortal> {
  const server = createServer((request, response) => void serve(request, response))
  // A server in front of uData refuses what is too large by its length alone.
  server.on('checkContinue', (request, response) => {
    if (Number(request.headers['content-length']) > portal.maxBytes) {
      portal.calls.push('refused by its length')
      return void response.writeHead(413, { connection: 'close' }).end()
    }
    response.writeContinue()
    void serve(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const dataset: PlayedDataset = {
    id: 'data',
    title: 'Target',
    description: 'Written by an editor',
    page: `${url}/datasets/target/`,
    license: 'notspecified',
    temporal_coverage: null,
    frequency: 'weekly',
    deleted: null,
    permissions: { edit: true, edit_resources: true },
    resources: [],
  }
  const portal: PlayedPortal = {
    url,
    dataset,
    calls: [],
    writes: () => portal.calls.filter((name) => !name.startsWith('GET') && !name.endsWith(' (check)')),
    files: new Map(),
    fault: () => undefined,
    after: () => {},
    keys: [],
    isReadOnly: false,
    maxBytes: Number.POSITIVE_INFINITY,
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request).catch(() => undefined)
    // The client was killed, or hung up, before its whole request was here.
    if (body === undefined) return
    const path = request.url!
    const file = path.endsWith('/upload/') ? parseForm(body) : undefined
    const name = `${request.method} ${path}${path.endsWith('/upload/') && file === undefined ? ' (check)' : ''}`
    const call = portal.calls.push(name)
    portal.keys.push(request.headers['x-api-key'] as string | undefined)
    const fault = await portal.fault(call, name)
    if (fault === 'silence') return
    if (fault === 'break before') return void response.destroy()
    const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}) =>
      void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
    if (typeof fault === 'object') return json(fault.status, fault.body ?? { message: 'played' }, fault.headers)
    const [status, value] = answer(request.method!, path, body, file, request.headers['x-api-key'] as string)
    portal.after(call, name)
    if (fault === 'break after') return void response.destroy()
    json(status, value)
  }

  function answer(
    method: string,
    path: string,
    body: Buffer,
    file: UploadedFile | undefined,
    key: string | undefined,
  ): readonly [status: number, value: unknown] {
    if (key !== API_KEY) return [401, { message: `Invalid API token ${key}` }]
    if (path === '/api/1/datasets/licenses/') return [200, LICENSES]
    const [, id, rest = ''] = /^\/api\/[12]\/datasets\/([^/]+)\/(.*)$/.exec(path) ?? []
    if (id !== 'data' && id !== 'target') return [404, { message: 'The requested URL was not found on the server.' }]
    if (method === 'GET') return [200, dataset]
    if (portal.isReadOnly && method === 'POST') return [423, { message: 'Due to security reasons, …' }]
    if (!dataset.permissions.edit_resources) return [403, { message: 'forbidden' }]
    if (rest === '') return [200, Object.assign(dataset, JSON.parse(body.toString()))]
    if (rest === 'upload/') {
      if (file === undefined) return [400, { success: false, error: 'Missing file parameter', message: '' }]
      const resource = { ...newResource(), ...stored(file) }
      dataset.resources.unshift(resource)
      return [201, { ...resource, success: true }]
    }
    if (rest === 'resources/') {
      const ids = (JSON.parse(body.toString()) as { id: string }[]).map((one) => one.id)
      const known = dataset.resources.map((one) => one.id)
      if ([...ids].sort().join() !== [...known].sort().join())
        return [400, { message: 'All resources must be reordered' }]
      dataset.resources.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
      return [200, dataset.resources]
    }
    const [, resourceId, part] = /^resources\/([^/]+)\/(.*)$/.exec(rest)!
    const resource = dataset.resources.find((one) => one.id === resourceId)
    if (resource === undefined) return [404, { message: 'Resource does not exist' }]
    if (method === 'DELETE') {
      dataset.resources.splice(dataset.resources.indexOf(resource), 1)
      return [204, undefined]
    }
    if (part === 'upload/') return [200, { ...Object.assign(resource, stored(file!)), success: true }]
    const fields = JSON.parse(body.toString())
    if (part === 'extras/') return [200, Object.assign(resource.extras, fields)]
    return [200, Object.assign(resource, fields)]
  }

  function newResource(): PlayedResource {
    const id = randomUUID()
    const latest = `${url}/api/1/datasets/r/${id}`
    const facts = { description: null, filetype: 'file', type: 'main', schema: null, extras: {} }
    return { id, latest, title: '', url: '', filesize: 0, checksum: null, ...facts }
  }

  /** uData names a resource after its file, whenever one is uploaded. */
  function stored({ name, content }: UploadedFile) {
    const address = `${url}/resources/target/${portal.files.size}/${name}`
    portal.files.set(address, content)
    const checksum = { type: 'sha1', value: createHash('sha1').update(content).digest('hex') }
    return { title: basename(name), url: address, filesize: content.length, checksum }
  }

  return portal
}

interface UploadedFile {
  readonly name: string
  readonly content: Buffer
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function parseForm(body: Buffer): UploadedFile | undefined {
  const start = body.indexOf('\r\n\r\n')
  const head = body.subarray(0, start).toString()
  const [, name] = /name="file"; filename="([^"]+)"/.exec(head) ?? []
  if (name === undefined) return undefined
  const boundary = `\r\n${head.slice(0, head.indexOf('\r\n'))}`
  return { name, content: body.subarray(start + 4, body.lastIndexOf(boundary)) }
}
