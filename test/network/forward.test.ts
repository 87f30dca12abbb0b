import { describe, expect, onTestFinished, test } from 'vitest'
import type { Edition } from '../../src/editions/edition.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import { cli } from '../helpers/cli.ts'
import { DATE, openTestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder } from '../helpers/exports.ts'
import { startForwardProxy, type TestProxy } from '../helpers/forwardProxy.ts'
import { startWebhook } from '../helpers/receivers.ts'
import { type Replica, startReplica } from '../helpers/replica.ts'
import { startTlsFront } from '../helpers/tlsFront.ts'

const MODIFIED = new Date('2026-11-18T05:00:00Z')
const DATASETS = Array.from({ length: 3_000 }, (_, i) => ({ id: `d${i}`, title: 'Mobilité', organization: 'o1' }))
const FILES = {
  datasets: { content: Buffer.from(datasetsCsv(DATASETS)), modified: MODIFIED },
  organizations: { content: Buffer.from(organizationsCsv([['o1', 'Un', 7]])), modified: MODIFIED },
}
const SETTINGS = 'connect_timeout: 400ms\nheaders_timeout: 2s\nretries: 1\nretry_pause: 1ms\n'

async function startPortal(): Promise<Replica> {
  const replica = await startReplica({ files: FILES })
  onTestFinished(() => replica.close())
  return replica
}

/** Starts a portal that is called portal.test and redirects `latest` to an address. */
async function startRedirectingPortal(location: string): Promise<Replica> {
  const portal: Replica = await startReplica({
    files: FILES,
    fault: ({ path }) => (path === 'latest' ? { headers: { location } } : undefined),
    catalogue: (metadata) => JSON.parse(JSON.stringify(metadata).replaceAll(portal.url, 'http://portal.test')),
  })
  onTestFinished(() => portal.close())
  return portal
}

/** Runs the pipeline for DATE in this process. */
async function publish(portal: string, environment: Readonly<Record<string, string>>, settings = '') {
  const context = await openTestContext(
    `${DATE}T16:00:00Z`,
    `portal: ${portal}\n${SETTINGS}${settings}`,
    undefined,
    environment,
  )
  const result = await run({ date: DATE, watches: context.config.watches }, context)
  return { context, result }
}

describe('http addresses', () => {
  test('are requested from the proxy, all of them, with their whole address', async () => {
    const [portal, proxy] = [await startPortal(), await startForwardProxy()]
    const { context } = await publish(portal.url, { HTTP_PROXY: proxy.url })
    expect(proxy.requests.sort()).toEqual(
      [
        'api/1/datasets/5d13a8b6634f41070a43dff3/',
        'latest/datasets',
        'file/datasets',
        'latest/organizations',
        'file/organizations',
      ]
        .map((path) => `GET ${portal.url}/${path}`)
        .sort(),
    )
    const edition = await context.documents.find<Edition>('tops', `mobilite-transport/${DATE}`)
    expect(edition!.source.datasets.url).toBe(`${portal.url}/file/datasets`)
  })

  test('are requested directly with HTTPS_PROXY alone, or if NO_PROXY names the host', async () => {
    const [portal, proxy] = [await startPortal(), await startForwardProxy()]
    await publish(portal.url, { HTTPS_PROXY: proxy.url })
    await publish(portal.url, { http_proxy: proxy.url, no_proxy: '127.0.0.1' })
    expect(proxy.requests).toEqual([])
  })

  test('are requested with the user and the password of the proxy', async () => {
    const [portal, proxy] = [await startPortal(), await startForwardProxy({ login: 'jean:p@ss:word' })]
    const { result } = await publish(portal.url, { HTTP_PROXY: withLogin(proxy, 'jean', 'p@ss:word') })
    expect(result.status).toBe('published')
  })

  test('are downloaded to their end although the proxy cuts the connection', async () => {
    const [portal, proxy] = [await startPortal(), await startForwardProxy({ dropAfter: 50_000 })]
    const { result, context } = await publish(portal.url, { HTTP_PROXY: proxy.url })
    expect(result.published).toMatchObject([{ datasets: 3_000 }])
    expect(context.warnings.join('\n')).toMatch(new RegExp(`through the proxy ${proxy.url}; retrying in`))
  })

  test('also carry notifications and lineage', async () => {
    const [portal, proxy] = [await startPortal(), await startForwardProxy()]
    const [webhook, collector] = [await startWebhook(), await startWebhook()]
    const folder = await temporaryFolder()
    const env = {
      DATAGOUV_TOPS_PORTAL: portal.url,
      DATAGOUV_TOPS_NOTIFY: JSON.stringify([{ kind: 'webhook', url: `${webhook.url}/hook` }]),
      DATAGOUV_TOPS_LINEAGE: `${collector.url}/`,
      HTTP_PROXY: proxy.url,
    }
    expect(await cli(['run', '--date', DATE, '--accept-incomplete', '--quiet'], { cwd: folder, env })).toMatchObject({
      code: 0,
    })
    expect(proxy.requests.filter((line) => line.startsWith('POST')).sort()).toEqual(
      [
        `POST ${collector.url}/api/v1/lineage`,
        `POST ${collector.url}/api/v1/lineage`,
        `POST ${webhook.url}/hook`,
      ].sort(),
    )
    expect([webhook.received.length, collector.received.length]).toEqual([1, 2])
  })
})

test.each([
  [
    401,
    'it answers 401 through the proxy PROXY; if the answer is from the proxy, which is likely, check the user and the password in HTTP_PROXY (http://USER:PASSWORD@HOST:PORT)',
  ],
  [
    403,
    'it answers 403 through the proxy PROXY; if the answer is from the proxy, ask its administrator, or add hooks.test:80 to NO_PROXY if this machine can reach it directly',
  ],
  [
    407,
    'the proxy PROXY asks for a user and a password, or refuses those it got (407). Set them in HTTP_PROXY: http://USER:PASSWORD@HOST:PORT',
  ],
  [404, 'it answers 404 through the proxy PROXY'],
])('a notification that a proxy answers with %i names the proxy', async (refuse, message) => {
  const proxy = await startForwardProxy({ refuse })
  const env = {
    DATAGOUV_TOPS_NOTIFY: '[{"kind": "webhook", "name": "team", "url": "http://hooks.test/hook"}]',
    HTTP_PROXY: proxy.url,
  }
  const { code, stderr } = await cli(['notify', '--test'], { cwd: await temporaryFolder(), env })
  expect([code, stderr]).toEqual([5, expect.stringContaining(message.replace('PROXY', proxy.url).replace(':80', ''))])
})

test.each([
  ['a path that begins with //', 'http://portal.test//169.254.169.254/x'],
  ['a query with ://', 'http://portal.test/x?u=https://other.test/y'],
])('a redirect to %s is requested from the same host, with the password', async (_, location) => {
  const portal = await startRedirectingPortal(location)
  const proxy = await startForwardProxy({ login: 'a:b', hosts: { 'portal.test': portal.url } })
  await expect(publish('http://portal.test', { HTTP_PROXY: withLogin(proxy, 'a', 'b') })).rejects.toThrow(/404/)
  expect(proxy.requests).toContain(`GET ${location}`)
})

describe('https addresses', () => {
  const start = async (proxy: TestProxy) => {
    const portal = await startPortal()
    const front = await startTlsFront(portal.url)
    const env = {
      DATAGOUV_TOPS_PORTAL: front.url,
      DATAGOUV_TOPS_RETRIES: '1',
      DATAGOUV_TOPS_RETRY_PAUSE: '1ms',
      HTTPS_PROXY: proxy.url,
    }
    return { front, env, cwd: await temporaryFolder() }
  }
  const RUN = ['run', '--date', DATE, '--accept-incomplete', '--json', '--no-notify']

  test('go through a tunnel, and a certificate of a private authority is accepted with NODE_EXTRA_CA_CERTS', async () => {
    const proxy = await startForwardProxy()
    const { front, env, cwd } = await start(proxy)
    const { code, stdout } = await cli(RUN, { cwd, env: { ...env, NODE_EXTRA_CA_CERTS: front.authority } })
    expect([code, JSON.parse(stdout).status]).toEqual([0, 'published'])
    expect(new Set(proxy.requests)).toEqual(new Set([`CONNECT ${new URL(front.url).host}`]))
  })

  test('whose certificate is from an unknown authority are an error that names NODE_EXTRA_CA_CERTS', async () => {
    const proxy = await startForwardProxy()
    const { env, cwd } = await start(proxy)
    for (const HTTPS_PROXY of [env.HTTPS_PROXY, '']) {
      const { code, stdout, stderr } = await cli(RUN, { cwd, env: { ...env, HTTPS_PROXY } })
      expect([code, stdout]).toEqual([3, ''])
      expect(stderr).toMatch(
        /cannot fetch https:\S+: its certificate is from an authority that this machine does not know \(\w+\)\. If a proxy inspects TLS, set NODE_EXTRA_CA_CERTS to the file/,
      )
      expect(stderr).not.toMatch(/retrying/)
    }
  })

  test('whose certificate has expired are an error that says who can renew it', async () => {
    const proxy = await startForwardProxy()
    const { front, env, cwd } = await start(proxy)
    front.setExpired(true)
    const { code, stderr } = await cli(RUN, { cwd, env: { ...env, NODE_EXTRA_CA_CERTS: front.authority } })
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^[^\n]*: its certificate has expired\. [^\n]*operator[^\n]*\n$/m),
    ])
    front.setExpired(false)
    expect(await cli(RUN, { cwd, env: { ...env, NODE_EXTRA_CA_CERTS: front.authority } })).toMatchObject({ code: 0 })
  })

  test('are downloaded to their end although the proxy cuts the tunnel', async () => {
    const proxy = await startForwardProxy({ dropAfter: 50_000 })
    const { front, env, cwd } = await start(proxy)
    const { code, stderr } = await cli(RUN, { cwd, env: { ...env, NODE_EXTRA_CA_CERTS: front.authority } })
    expect([code, stderr]).toEqual([0, expect.stringMatching(/; retrying in/)])
  })
})

describe('a proxy that', () => {
  const rows: [
    title: string,
    options: Parameters<typeof startForwardProxy>[0],
    http: RegExp,
    https: RegExp,
    requests: number,
  ][] = [
    [
      'asks for a password',
      { login: 'a:b' },
      /the proxy http:\S+ asks for a user and a password, or refuses those it got \(407\)\. Set them in HTTP_PROXY/,
      /asks for a user and a password, or refuses those it got \(407\)\. Set them in HTTPS_PROXY/,
      1,
    ],
    [
      'forbids the host',
      { refuse: 403 },
      /it answers 403 through the proxy http:\S+, which a retry will not change\. If the answer is from the proxy, ask its administrator, or add 127\.0\.0\.1:9 to NO_PROXY if this machine can reach it directly, or else check the settings portal and catalogue\.$/,
      /the proxy http:\S+ refuses to connect to 127\.0\.0\.1 \(403\)\. Ask its administrator, or add 127\.0\.0\.1 to NO_PROXY/,
      1,
    ],
    [
      'answers 401 to a wrong password',
      { refuse: 401 },
      /it answers 401 through the proxy http:\S+, which a retry will not change\. If the answer is from the proxy, which is likely, check the user and the password in HTTP_PROXY \(http:\/\/USER:PASSWORD@HOST:PORT\), or else check the settings portal and catalogue\.$/,
      /the proxy http:\S+ asks for a user and a password, or refuses those it got \(401\)\. Set them in HTTPS_PROXY/,
      1,
    ],
    [
      'cannot reach the host',
      { refuse: 502 },
      /it answers 502 through the proxy http:\S+ \(2 attempts\)/,
      /refuses to connect to 127\.0\.0\.1 \(502\).*\(2 attempts\)/,
      2,
    ],
    [
      'never answers',
      { silent: true },
      /no answer within 2\.0 s through the proxy http:\S+ \(2 attempts\)/,
      /the proxy http:\S+ cannot be reached: no connection within 0\.4 s\. Check HTTPS_PROXY \(2 attempts\)/,
      2,
    ],
  ]
  test.each(rows)(
    '%s ends the run with 3, after as many attempts as make sense',
    async (_, options, http, https, requests) => {
      const proxy = await startForwardProxy(options)
      for (const [portal, variable, message] of [
        ['http://127.0.0.1:9', 'HTTP_PROXY', http],
        ['https://127.0.0.1:9', 'HTTPS_PROXY', https],
      ] as const) {
        proxy.requests.length = 0
        await expect(publish(portal, { [variable]: proxy.url })).rejects.toMatchObject({
          kind: 'portal',
          message: expect.stringMatching(message),
        })
        expect(proxy.requests).toHaveLength(requests)
      }
    },
  )

  test('is suggested for a host that cannot be resolved, unless one is set', async () => {
    const unresolved = 'the host name cannot be resolved (no network, or a typo in the address)'
    const direct = await publish('https://portal.invalid', {}).catch((error) => error)
    expect(direct.message).toContain(`${unresolved}. Behind a proxy, set HTTPS_PROXY (2 attempts)`)
    const excluded = { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'portal.invalid' }
    const without = await publish('https://portal.invalid', excluded).catch((error) => error)
    expect(without.message).toContain(`${unresolved} (2 attempts)`)
  })

  test('that speaks plain HTTP behind an https:// address ends the run with 3, with the remedy', async () => {
    const proxy = await startForwardProxy()
    const address = proxy.url.replace('http:', 'https:')
    const failure = await publish('https://a.test', { HTTPS_PROXY: address }).catch((error) => error)
    expect(failure).toMatchObject({ kind: 'portal' })
    expect(failure.message).toMatch(
      /: the proxy https:\S+ does not speak TLS\. Write http:\/\/ instead of https:\/\/ in HTTPS_PROXY$/,
    )
  })

  test('that is unreachable ends the run with 3, and is named by its variable without the password', async () => {
    for (const [portal, variable] of [
      ['http://a.test', 'HTTP_PROXY'],
      ['https://a.test', 'HTTPS_PROXY'],
    ] as const) {
      const failure = await publish(portal, { [variable]: 'http://jean:geheim@127.0.0.1:9' }).catch((error) => error)
      expect(failure).toMatchObject({ kind: 'portal' })
      expect(failure.message).toMatch(
        new RegExp(`the proxy http://127.0.0.1:9 cannot be reached: the connection is refused. Check ${variable}`),
      )
      expect(failure.message).not.toContain('geheim')
    }
  })
})

test.each(['http://169.254.169.254/latest', 'http://localhost:9000/', 'http://[fd00::1]/'])(
  'a redirect of a public portal to %s is not followed, although the proxy resolves the names',
  async (location) => {
    const portal = await startRedirectingPortal(location)
    const proxy = await startForwardProxy({ hosts: { 'portal.test': portal.url } })
    await expect(publish('http://portal.test', { HTTP_PROXY: proxy.url })).rejects.toMatchObject({
      kind: 'portal',
      message: expect.stringMatching(/: a public host must not lead to the private address \S+$/),
    })
    expect(proxy.requests.join()).not.toContain(location)
  },
)

const withLogin = (proxy: TestProxy, user: string, password: string) =>
  proxy.url.replace('http://', `http://${encodeURIComponent(user)}:${encodeURIComponent(password)}@`)
