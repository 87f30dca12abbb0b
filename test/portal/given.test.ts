import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Edition } from '../../src/editions/edition.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import { DATE, openTestContext, type TestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv, writeTestFile } from '../helpers/exports.ts'

const CSV = datasetsCsv(
  Array.from({ length: 3_000 }, (_, i) => ({ id: `d${i}`, title: 'Mobilité', organization: 'o1' })),
)

type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** Starts a server that gives these answers, in this order; the last one also to later requests. */
async function startServer(...answers: readonly Answer[]) {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url!)
    answers[Math.min(requests.length, answers.length) - 1]!(response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/datasets.csv`, requests }
}

const status =
  (code: number, headers = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end()
const whole: Answer = (response) => response.end(CSV)
/** Sends half of the file, without ETag and Last-Modified, and drops the connection. */
const half: Answer = (response) => {
  response.writeHead(200, { 'content-length': Buffer.byteLength(CSV) })
  response.write(CSV.slice(0, 50_000), () => setTimeout(() => response.socket?.destroy(), 5))
}

const open = (retries: number) => openTestContext(undefined, `retries: ${retries}\nretry_pause: 1ms\n`)

async function publish(context: TestContext, datasets: string) {
  const organizations = await writeTestFile(context.folder, 'o.csv', organizationsCsv([['o1', 'Un', 7]]))
  return run({ date: DATE, watches: context.config.watches, sources: { datasets, organizations } }, context)
}

describe('a given address', () => {
  test('whose stream breaks off and cannot be resumed is read again from its first byte, as often as retries says', async () => {
    const server = await startServer(half, half, whole)
    const context = await open(4)
    expect((await publish(context, server.url)).published).toMatchObject([{ datasets: 3_000 }])
    expect(context.warnings.join('\n')).toMatch(/cannot resume \S+: it broke off after \d+/)
  })

  test('whose stream breaks off each time is a failure of the portal', async () => {
    const server = await startServer(half)
    await expect(publish(await open(1), server.url)).rejects.toMatchObject({
      kind: 'portal',
      message: expect.stringMatching(/^cannot (resume|fetch) \S+: .*; nothing was published\./),
    })
  })

  test('that redirects to a file that was just deleted is requested again', async () => {
    const server = await startServer(
      status(302, { location: '/old.csv' }),
      status(404),
      status(302, { location: '/new.csv' }),
      whole,
    )
    expect((await publish(await open(2), server.url)).status).toBe('published')
    expect(server.requests).toEqual(['/datasets.csv', '/old.csv', '/datasets.csv', '/new.csv'])
  })

  test.each([404, 410, 403])(
    'that answers %i is a failure at once, which speaks of the address alone',
    async (code) => {
      const server = await startServer(status(code))
      await expect(publish(await open(3), server.url)).rejects.toMatchObject({
        kind: 'portal',
        message: `cannot fetch ${server.url}: it answers ${code}, which a retry will not change. Check the address.`,
      })
      expect(server.requests).toHaveLength(1)
    },
  )

  test('with control characters is normalized before it is stored and printed', async () => {
    const server = await startServer(whole)
    const context = await open(0)
    const { snapshot } = await publish(context, `${server.url}?a=\u001b[31m\u202e\u0085\nb`)
    expect(snapshot!.key).toBe(`snapshots/${DATE}/snapshot.json`)
    const [edition] = await context.documents.list<Edition>('tops')
    expect(edition!.source.datasets.url).toBe(`${server.url}?a=%1B[31m%E2%80%AE%C2%85b`)
  })
})
