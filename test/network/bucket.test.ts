import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type TestBucket, testBucket } from '../helpers/bucket.ts'
import { cli } from '../helpers/cli.ts'
import { DATE } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { startForwardProxy } from '../helpers/forwardProxy.ts'
import { serviceOrSkip } from '../helpers/services.ts'
import { startTlsFront } from '../helpers/tlsFront.ts'

const store = serviceOrSkip('minio', 'S3 through a proxy')

describe.skipIf(store === undefined)('S3 through a proxy', () => {
  let place: TestBucket
  beforeAll(async () => {
    for (const [name, value] of Object.entries(store!)) vi.stubEnv(name, value)
    place = await testBucket()
  })
  afterAll(() => place.close())

  const publish = async (environment: Readonly<Record<string, string>>) => {
    const cwd = await temporaryFolder()
    await writeTestFile(cwd, 'd.csv', datasetsCsv([{ id: 'd1', title: 'Mobilité', organization: 'o1' }]))
    await writeTestFile(cwd, 'o.csv', organizationsCsv([['o1', 'Un', 7]]))
    const env = { ...store, DATAGOUV_TOPS_ARCHIVE: `s3://${place.bucket}`, AWS_MAX_ATTEMPTS: '1', ...environment }
    const args = ['run', '--date', DATE, '--datasets', 'd.csv', '--organizations', 'o.csv', '--quiet']
    const first = await cli(args, { cwd, env })
    if (first.code !== 0) return first
    return cli(['verify', '--quiet'], { cwd, env })
  }
  const endpoint = store?.AWS_ENDPOINT_URL_S3 ?? ''

  test('to an http endpoint sends every request with its whole address', async () => {
    const proxy = await startForwardProxy({ login: 'a:b' })
    const HTTP_PROXY = proxy.url.replace('http://', 'http://a:b@')
    expect(await publish({ HTTP_PROXY })).toMatchObject({ code: 0, stderr: '' })
    expect(proxy.requests.length).toBeGreaterThan(10)
    for (const line of proxy.requests) expect(line).toContain(` ${endpoint}/${place.bucket}`)
  })

  test('to an https endpoint goes through tunnels', async () => {
    const [proxy, front] = [await startForwardProxy(), await startTlsFront(endpoint)]
    const environment = { AWS_ENDPOINT_URL_S3: front.url, NODE_EXTRA_CA_CERTS: front.authority, HTTPS_PROXY: proxy.url }
    expect(await publish(environment)).toMatchObject({ code: 0, stderr: '' })
    expect(new Set(proxy.requests)).toEqual(new Set([`CONNECT ${new URL(front.url).host}`]))
  })

  test('is not used for a host in NO_PROXY', async () => {
    const proxy = await startForwardProxy()
    expect(await publish({ HTTP_PROXY: proxy.url, NO_PROXY: new URL(endpoint).host })).toMatchObject({ code: 0 })
    expect(proxy.requests).toEqual([])
  })

  test.each([
    [
      'that is not there',
      undefined,
      /the proxy http:\S+ cannot be reached: the connection is refused\. Check HTTP_PROXY/,
    ],
    [
      'that asks for a password',
      { login: 'a:b' },
      /the proxy http:\S+ asks for a user and a password, or refuses those it got \(407\)\. Set them in HTTP_PROXY/,
    ],
  ])('%s is a failure of the store that names the proxy', async (_, options, message) => {
    const url = options === undefined ? 'http://127.0.0.1:9' : (await startForwardProxy(options)).url
    expect(await publish({ HTTP_PROXY: url })).toMatchObject({ code: 5, stderr: expect.stringMatching(message) })
  })
})

describe('a proxy that answers itself for an S3 store', () => {
  const environment = (variable: string, proxy: string, endpoint: string) => ({
    [variable]: proxy,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_MAX_ATTEMPTS: '1',
    DATAGOUV_TOPS_ARCHIVE: 's3://datagouv',
  })
  const ASK = 'ask its administrator, or add 127.0.0.1:9 to NO_PROXY if this machine can reach it directly'
  const LOGIN = 'which is likely, check the user and the password in HTTP_PROXY (http://USER:PASSWORD@HOST:PORT)'

  test.each([
    [302, `${ASK}, or else check AWS_ENDPOINT_URL_S3`],
    [401, `${LOGIN}, or else check AWS_ENDPOINT_URL_S3`],
    [403, `${ASK}, or else check AWS_ENDPOINT_URL_S3`],
    [503, `${ASK}, or else check that the store is up and run again`],
  ])('with %i over http is named with the remedy, also by doctor', async (refuse, remedy) => {
    const proxy = await startForwardProxy({ refuse })
    const env = environment('HTTP_PROXY', proxy.url, 'http://127.0.0.1:9')
    const cwd = await temporaryFolder()
    const what = `127.0.0.1:9 or the proxy ${proxy.url} before it does not answer like an S3 store (HTTP ${refuse})`
    expect(await cli(['search', 'bus'], { cwd, env })).toMatchObject({
      code: 5,
      stderr: `datagouv-tops: cannot list "snapshots/" in the archive s3://datagouv: ${what}; if the answer is from the proxy, ${remedy}\n`,
    })
    const { stdout } = await cli(['doctor', '--json'], { cwd, env })
    const { checks } = JSON.parse(stdout) as { checks: { check: string; finding: string; remedy: string }[] }
    const archive = checks.find(({ check }) => check === 'archive')!
    expect(archive.finding).toContain(what)
    expect(archive.remedy).toBe(`if the answer is from the proxy, ${remedy}`)
  })

  test.each([
    [
      401,
      /the proxy http:\S+ asks for a user and a password, or refuses those it got \(401\)\. Set them in HTTPS_PROXY/,
    ],
    [
      403,
      /the proxy http:\S+ refuses to connect to 127\.0\.0\.1 \(403\)\. Ask its administrator, or add 127\.0\.0\.1 to NO_/,
    ],
  ])('with %i over https is named with the remedy', async (refuse, message) => {
    const proxy = await startForwardProxy({ refuse })
    const env = environment('HTTPS_PROXY', proxy.url, 'https://127.0.0.1:9')
    const { code, stderr } = await cli(['search', 'bus'], { cwd: await temporaryFolder(), env })
    expect([code, stderr]).toEqual([5, expect.stringMatching(message)])
  })

  test('by breaking off the connection is named', async () => {
    const proxy = await startForwardProxy()
    const env = environment('HTTP_PROXY', proxy.url, 'http://127.0.0.1:9')
    expect(await cli(['search', 'bus'], { cwd: await temporaryFolder(), env })).toMatchObject({
      code: 5,
      stderr: expect.stringContaining(`127.0.0.1:9 or the proxy ${proxy.url} before it broke off the connection`),
    })
  })
})

test('doctor shows which proxy carries which requests, without its password', async () => {
  const cwd = await temporaryFolder()
  const env = {
    HTTPS_PROXY: 'http://jean:geheim@127.0.0.1:9',
    NO_PROXY: 'hooks.test',
    DATAGOUV_TOPS_ARCHIVE: 's3://datagouv',
    AWS_REGION: 'eu-west-3',
    DATAGOUV_TOPS_LINEAGE: 'http://collector.test/',
    DATAGOUV_TOPS_NOTIFY: '[{"kind": "slack", "name": "team", "url": "https://hooks.test/x"}]',
  }
  const { stdout, stderr } = await cli(['doctor', '--json'], { cwd, env })
  const { checks } = JSON.parse(stdout) as { checks: { check: string; finding: string }[] }
  expect(checks.find(({ check }) => check === 'proxies')!.finding).toBe(
    'the portal through http://127.0.0.1:9 (HTTPS_PROXY), the archive through http://127.0.0.1:9 (HTTPS_PROXY), team directly, lineage directly',
  )
  expect(checks.find(({ check }) => check === 'portal')!.finding).toMatch(
    /the proxy http:\/\/127.0.0.1:9 cannot be reached/,
  )
  const { stdout: config } = await cli(['config', '--json'], { cwd, env })
  expect(JSON.parse(config).https_proxy).toMatchObject({ value: 'http://***@127.0.0.1:9' })
  expect(stdout + stderr + config).not.toContain('geheim')
})
