import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ExportName } from '../editions/edition.ts'

/** An export that the portal serves. */
export interface PortalFile {
  readonly content: Uint8Array
  readonly modified: Date
}

/** The `csv-export:model` by which the catalogue marks each export. */
const MODELS: Readonly<Record<ExportName, string>> = { datasets: 'dataset', organizations: 'organization' }

/** Starts a portal on the loopback interface: a catalogue, and stable addresses that redirect to the exports. */
export async function startPortal() {
  const resources = new Map<string, object>()
  const contents = new Map<string, Uint8Array>()
  const server = createServer(({ url: path = '' }, response) => {
    const content = contents.get(path)
    if (content !== undefined) response.end(content)
    else if (path.startsWith('/latest/')) response.writeHead(302, { location: path.replace('latest', 'file') }).end()
    else response.end(JSON.stringify({ resources: [...resources.values()] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    /** The value for the setting `portal`. */
    url,
    /** Adds an export, or replaces it. */
    publish: (name: ExportName, { content, modified }: PortalFile) => {
      contents.set(`/file/${name}`, content)
      resources.set(name, {
        url: `${url}/file/${name}`,
        latest: `${url}/latest/${name}`,
        filesize: content.length,
        checksum: { type: 'sha1', value: createHash('sha1').update(content).digest('hex') },
        last_modified: modified.toISOString(),
        extras: { 'csv-export:model': MODELS[name] },
      })
    },
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
