import { execFileSync } from 'node:child_process'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { openExport } from '../../src/portal/open.ts'
import { cli } from '../helpers/cli.ts'
import { openTestContext } from '../helpers/context.ts'
import { temporaryFolder } from '../helpers/exports.ts'
import { startTlsFront } from '../helpers/tlsFront.ts'

/** Stands for a public address. It is reserved for documentation, so no machine has it (RFC 5737). */
const PUBLIC = `198.51.100.${1 + (process.pid % 250)}`

function changeAddress(action: 'add' | 'del'): boolean {
  try {
    execFileSync('ip', ['addr', action, `${PUBLIC}/32`, 'dev', 'lo'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const hasPublicAddress = changeAddress('add')
afterAll(() => void (hasPublicAddress && changeAddress('del')))

async function startServer(host: string, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://${host}:${(server.address() as AddressInfo).port}`
}

/** Starts a service of the private network, and counts the bytes that it receives. */
async function startPrivateService() {
  const seen = { bytes: 0, port: 0 }
  const server = createTcpServer((socket) => {
    socket.on('error', () => {}).on('data', (data) => (seen.bytes += data.length))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  seen.port = (server.address() as AddressInfo).port
  return seen
}

const SPELLINGS = ['127.0.0.1', '2130706433', '0x7f.1', '0', 'localhost', '[::ffff:127.0.0.1]', '127.0.0.1.']

test.runIf(hasPublicAddress).each(SPELLINGS)(
  'a redirect of a public host to %s is not followed: no byte arrives',
  async (host) => {
    const context = await openTestContext(undefined, 'retries: 0')
    const service = await startPrivateService()
    const redirect: RequestListener = (_, response) =>
      response.writeHead(302, { location: `http://${host}:${service.port}/latest/meta-data` }).end()
    const portal = await startServer(PUBLIC, redirect)
    await expect(openExport(`${portal}/d.csv`, context)).rejects.toMatchObject({
      kind: 'portal',
      message: expect.stringMatching(/: a public host must not lead to the private address \S+$/),
    })
    expect(service.bytes).toBe(0)
  },
)

test('a portal in a private network may redirect within it', async () => {
  const context = await openTestContext(undefined, 'retries: 0')
  const target = await startServer('127.0.0.1', (_, response) => response.end('x'))
  const portal = await startServer('127.0.0.1', (_, response) =>
    response.writeHead(302, { location: `${target}/d.csv` }).end(),
  )
  const { url, chunks } = await openExport(`${portal}/d.csv`, context)
  expect(url).toBe(`${target}/d.csv`)
  for await (const chunk of chunks) expect(chunk.length).toBe(1)
})

test('a redirect from https to http is not followed, and shows no password', async () => {
  let requests = 0
  const target = await startServer('127.0.0.1', () => requests++)
  const location = `${target.replace('//', '//user:hunter2@')}/d.csv`
  const portal = await startServer('127.0.0.1', (_, response) => response.writeHead(302, { location }).end())
  const front = await startTlsFront(portal)
  const env = { NODE_EXTRA_CA_CERTS: front.authority }
  const { code, stderr } = await cli(['filter', `${front.url}/d.csv`], { cwd: await temporaryFolder(), env })
  expect([code, requests]).toEqual([3, 0])
  expect(stderr).toMatch(
    /cannot follow the redirect of \S+: "http:\/\/\*\*\*@127.0.0.1:\d+\/d.csv" is not a safe address/,
  )
})
