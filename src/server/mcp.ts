import { createMcpHandler, hostHeaderValidationResponse, originValidationResponse } from '@modelcontextprotocol/server'
import type { Hono } from 'hono'
import type { Context } from '../context.ts'
import { createMcpFactory } from '../mcp/server.ts'

/** A larger request is refused. */
const MAX_REQUEST_BYTES = 64 * 1024

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]']

/**
 * Serves the Model Context Protocol over streamable HTTP at `/mcp`, without sessions. Accepts only hosts and origins of this machine
 * and of `public_url`: a page in a browser must not reach a server on its user's machine through a name of its own.
 *
 * @param api the app whose API the tools call
 */
export async function addMcp(app: Hono, api: Hono, { config, report }: Context): Promise<void> {
  const { public_url, portal, watches } = config
  const hosts = [...LOCAL_HOSTS, ...(public_url === undefined ? [] : [new URL(public_url).hostname])]
  const create = await createMcpFactory({
    fetchApi: (path) => api.request(path),
    portal,
    site: public_url ?? '',
    defaultWatch: watches[0]!.name,
  })
  const handler = createMcpHandler(
    ({ requestInfo }) => create(public_url ?? (requestInfo && new URL(requestInfo.url).origin)),
    {
      maxRequestBodySize: MAX_REQUEST_BYTES,
      onerror: ({ message }) => report.debug(`mcp: ${message}`),
    },
  )
  app.all('/mcp', ({ req: { raw } }) => {
    return hostHeaderValidationResponse(raw, hosts) ?? originValidationResponse(raw, hosts) ?? handler.fetch(raw)
  })
}
