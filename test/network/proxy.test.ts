import { describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/config.ts'
import { proxyFor } from '../../src/network/proxy.ts'

const PROXIES = { https_proxy: 'http://secure:3128', http_proxy: 'http://u:p@plain:8080', no_proxy: undefined }

test('https and http addresses have their own proxy, and none has no proxy', () => {
  expect(proxyFor('https://www.data.gouv.fr/x', PROXIES)).toMatchObject({
    origin: 'http://secure:3128',
    variable: 'HTTPS_PROXY',
  })
  expect(proxyFor('http://minio:9000', PROXIES)).toMatchObject({ origin: 'http://plain:8080', variable: 'HTTP_PROXY' })
  expect(proxyFor('https://www.data.gouv.fr', { ...PROXIES, https_proxy: undefined })).toBe(undefined)
})

describe('NO_PROXY', () => {
  test.each([
    ['*', 'http://a.fr', true],
    ['data.gouv.fr', 'https://data.gouv.fr', true],
    ['data.gouv.fr', 'https://www.data.gouv.fr', true],
    ['.data.gouv.fr', 'https://www.data.gouv.fr', true],
    ['*.data.gouv.fr', 'https://www.data.gouv.fr', true],
    ['DATA.gouv.FR', 'https://www.data.gouv.fr', true],
    ['data.gouv.fr.', 'https://www.data.gouv.fr', true],
    ['data.gouv.fr', 'https://www.data.gouv.fr.', true],
    ['data.gouv.fr', 'https://mydata.gouv.fr', false],
    ['data.gouv.fr', 'https://data.gouv.fr.evil.com', false],
    ['www.data.gouv.fr', 'https://data.gouv.fr', false],
    ['minio:9000', 'http://minio:9000/bucket', true],
    ['minio:9000', 'http://minio:9001', false],
    ['a.fr:443', 'https://a.fr', true],
    ['a.fr:80', 'https://a.fr', false],
    ['a.fr:80', 'http://a.fr', true],
    ['b.fr, a.fr', 'http://a.fr', true],
    ['b.fr a.fr', 'http://a.fr', true],
    [' , ,', 'http://a.fr', false],
    ['.', 'http://a.fr', false],
    ['0.0.1', 'http://127.0.0.1', false],
    ['10.0.0.0/8', 'http://10.1.2.3:9000', true],
    ['10.0.0.0/8', 'http://11.1.2.3', false],
    ['10.0.0.0/8', 'http://a.fr', false],
    ['10.0.0.0/99', 'http://10.1.2.3', false],
    ['nonsense/8', 'http://10.1.2.3', false],
    ['::1', 'http://[::1]:9000', true],
    ['[::1]:9000', 'http://[::1]:9000', true],
    ['[::1]:9001', 'http://[::1]:9000', false],
    ['fd00::/8', 'http://[fd12::1]', true],
    ['127.0.0.1', 'http://127.0.0.1:8080', true],
  ])('%j: %s is reached directly: %s', (no_proxy, address, isDirect) => {
    expect(proxyFor(address, { ...PROXIES, no_proxy }) === undefined).toBe(isDirect)
  })
})

describe('the variables', () => {
  const resolve = async (environment: Record<string, string>) => (await resolveConfig({}, environment)).config

  test('may be in lower case, which takes precedence; an empty one counts as not set', async () => {
    for (const order of [['https_proxy', 'HTTPS_PROXY'] as const, ['HTTPS_PROXY', 'https_proxy'] as const]) {
      const environment = Object.fromEntries(
        order.map((name) => [name, `http://${name.toLowerCase() === name ? 'low' : 'up'}:1`]),
      )
      expect((await resolve(environment)).https_proxy).toBe('http://low:1')
    }
    expect((await resolve({ https_proxy: '', HTTPS_PROXY: 'http://up:1' })).https_proxy).toBe('http://up:1')
    expect((await resolve({ NO_PROXY: 'a.fr', no_proxy: 'b.fr' })).no_proxy).toBe('b.fr')
  })

  test('may leave out the scheme of the proxy', async () => {
    expect((await resolve({ http_proxy: 'proxy:3128' })).http_proxy).toBe('http://proxy:3128')
    expect((await resolve({ http_proxy: 'u:p@proxy:3128' })).http_proxy).toBe('http://u:p@proxy:3128')
  })

  test.each([
    ['socks5://proxy:1080', '"socks5://proxy:1080"'],
    ['http://u:secret@[', '"http://***@["'],
    ['u:secret@ proxy', '"***@ proxy"'],
  ])('are refused if they are not the address of a proxy: %s', async (address, shown) => {
    await expect(resolve({ HTTPS_PROXY: address })).rejects.toMatchObject({
      kind: 'usage',
      message: `HTTPS_PROXY is ${shown}: it must be the http or https address of a proxy such as http://proxy:3128`,
    })
  })

  test.each([
    ['50%', '% as %25'],
    ['s3#cr', '# as %23'],
    ['12#cr', '# as %23'],
    ['s3/cr', '/ as %2F'],
    ['12?cr', '? as %3F'],
    ['s3\\cr', '\\ as %5C'],
    ['a@b/c#', '# as %23, / as %2F, @ as %40'],
  ])('are refused if the password is %s, with the way to write it', async (password, spellings) => {
    for (const scheme of ['http://', '']) {
      await expect(resolve({ HTTPS_PROXY: `${scheme}ada:${password}@proxy:3128` })).rejects.toMatchObject({
        kind: 'usage',
        message: `HTTPS_PROXY is "${scheme}***@proxy:3128": it has characters in its user or password that must be escaped: write ${spellings}`,
      })
    }
  })

  test.each(['http://ada:s3%23cr@proxy:3128', 'http://ada:a@b@proxy:3128', 'http://proxy:3128/'])(
    'accept %s',
    async (address) => {
      expect((await resolve({ HTTPS_PROXY: address })).https_proxy).toBe(address)
    },
  )
})
