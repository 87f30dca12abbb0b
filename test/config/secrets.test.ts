import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { maskSecrets } from '../../src/config/secrets.ts'
import { cli } from '../helpers/cli.ts'
import { startDaemon } from '../helpers/daemon.ts'
import { datasetsCsv, organizationsCsv, readFolder, temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { startFakeMongo } from '../helpers/fakeMongo.ts'

const SECRET = 'hunter2'
/** As it is, and as mail servers and proxies get it. */
const SPELLINGS = [
  SECRET,
  ...[SECRET, `\0user\0${SECRET}`, `user:${SECRET}`].map((text) => Buffer.from(text).toString('base64')),
]
/** Without special characters, with escapes, and without the required escapes. */
const PASSWORDS = [SECRET, `p%40%2F%3A${SECRET}`, `p@ss/wo:${SECRET}?#&%`]
const S3_KEYS = { AWS_ACCESS_KEY_ID: 'key-id', AWS_SECRET_ACCESS_KEY: SECRET, AWS_REGION: 'us-east-1' }
const COMMANDS = [['config'], ['config', '--json'], ['doctor', '--json'], ['run', '--verbose'], ['runs'], ['show']]

test.each([
  ['mongodb://user:hunter2@host:27017/datagouv', 'mongodb://user:***@host:27017/datagouv'],
  ['mongodb://user:a@b/c:hunter2?@host/datagouv', 'mongodb://user:***@host/datagouv'],
  ['mongodb://h/d?authMechanismProperties=AWS_SESSION_TOKEN:hunter2', 'mongodb://h/d?authMechanismProperties=***'],
  [
    'mongodb://h/d?tls=true&tlsCertificateKeyFilePassword=hunter2&w=1',
    'mongodb://h/d?tls=true&tlsCertificateKeyFilePassword=***&w=1',
  ],
  [
    'mongodb://host:27017,other:27018/datagouv?replicaSet=rs',
    'mongodb://host:27017,other:27018/datagouv?replicaSet=rs',
  ],
  ['file:./data/datagouv', 'file:./data/datagouv'],
  [
    'https://h/d?X-Amz-Credential=hunter2&X-Amz-Signature=hunter2&a=b',
    'https://h/d?X-Amz-Credential=***&X-Amz-Signature=***&a=b',
  ],
  ['https://h/d?sv=1&sig=hunter2&design=flat', 'https://h/d?sv=1&sig=***&design=flat'],
])('%s is masked as %s', (address, masked) => {
  expect(maskSecrets(address)).toBe(masked)
})

test.each(
  PASSWORDS.flatMap((password) => (['flag', 'environment', 'file'] as const).map((origin) => ({ password, origin }))),
)('no command prints or stores the password $password given by $origin', async ({ password, origin }) => {
  const cwd = await temporaryFolder()
  await writeTestFile(cwd, 'datasets.csv', datasetsCsv([{ id: 'd1' }]))
  await writeTestFile(cwd, 'organizations.csv', organizationsCsv([['o1', 'Un', 1]]))
  // The server refuses the user, so the error is tested as well.
  const refused = { ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'Authentication failed.' }
  const { host } = await startFakeMongo((command) => ('saslStart' in command ? refused : undefined))
  const address = `mongodb://user:${password}@${host}/datagouv?replicaSet=rs`
  if (origin === 'file') await writeTestFile(cwd, 'datagouv-tops.yaml', `documents: ${JSON.stringify(address)}\n`)
  const env = {
    ...S3_KEYS,
    AWS_ENDPOINT_URL_S3: `http://user:${SECRET}@127.0.0.1:1`,
    DATAGOUV_TOPS_ARCHIVE: 's3://datagouv',
    ...(origin === 'environment' && { DATAGOUV_TOPS_DOCUMENTS: address }),
  }
  const sources = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv']
  const results = await Promise.all(
    COMMANDS.map((command) =>
      cli(
        [
          ...command,
          '--portal',
          'http://127.0.0.1:1',
          ...(command[0] === 'run' ? sources : []),
          ...(origin === 'flag' ? ['--documents', address] : []),
        ],
        { cwd, env },
      ),
    ),
  )
  expect(results.map(({ code }) => code).slice(0, 2)).toEqual([0, 0])
  for (const { code, stdout, stderr } of results) {
    expect(stdout + stderr).not.toContain(SECRET)
    expect(code).not.toBe(1)
  }
})

test.each([
  ['--documents', `mongo://user:${SECRET}@host/datagouv`],
  ['--archive', `s3:user:${SECRET}@datagouv`],
  ['--archive', `s3://user:${SECRET}@datagouv`],
  ['--portal', `https://user:${SECRET}@portal.test`],
  ['--portal', `https://user:12#${SECRET}@portal.test`],
  ['--datasets', `https://user:${SECRET}@portal.test/a.csv`],
  ['--datasets', `https://user:${SECRET}@portal.test:99999/a.csv`],
  ['--datasets', `http://[::1/a.csv?token=${SECRET}`],
  [`--document=mongodb://user:${SECRET}@host/datagouv`, '--verbose'],
])('the error about %s %s does not repeat the password', async (flag, value) => {
  const { code, stdout, stderr } = await cli(['run', '--organizations', 'none.csv', flag, value], {
    cwd: await temporaryFolder(),
  })
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).not.toContain(SECRET)
  expect(stderr.split('\n')).toHaveLength(2)
})

test('a failed run stores no secret', async () => {
  const cwd = await temporaryFolder()
  await writeTestFile(cwd, 'datasets.csv', datasetsCsv([{ id: 'd1' }]))
  await writeTestFile(cwd, 'organizations.csv', organizationsCsv([['o1', 'Un', 1]]))
  const env = { ...S3_KEYS, AWS_ENDPOINT_URL_S3: `http://user:${SECRET}@127.0.0.1:1`, AWS_MAX_ATTEMPTS: '1' }
  const args = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv', '--archive', 's3://datagouv']
  const { code, stderr } = await cli(['run', '--verbose', ...args], { cwd, env })
  expect(code).toBe(5)
  expect(stderr).not.toContain(SECRET)
  const { stdout } = await cli(['runs', '--json'], { cwd })
  expect(JSON.parse(stdout)).toMatchObject([{ status: 'failed', error: { exit_code: 5 } }])
  for (const content of (await readFolder(cwd)).values()) expect(content.includes(SECRET)).toBe(false)
  expect((await readFile(join(cwd, 'data/datagouv.db'))).length).toBeGreaterThan(0)
})

test('the secrets of a presigned address are neither stored nor published, whether it is given or a redirect leads to it', async () => {
  const cwd = await temporaryFolder()
  const signature = `X-Amz-Signature=${SECRET}&sig=${SECRET}&token=${SECRET}`
  const portal = createServer(({ url = '' }, response) => {
    if (url.startsWith('/redirect')) return response.writeHead(302, { location: `/d.csv?${signature}` }).end()
    if (url.startsWith('/gone')) return response.writeHead(403).end()
    return response.end(url.startsWith('/o') ? organizationsCsv([['o1', 'Un', 1]]) : datasetsCsv([{ id: 'd1' }]))
  })
  await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void portal.close())
  const address = `http://user:${SECRET}@127.0.0.1:${(portal.address() as AddressInfo).port}`
  const url = address.replace(/\/\/.*@/, '//')
  const run = (datasets: string, organizations: string) =>
    cli(['run', '--verbose', '--datasets', datasets, '--organizations', organizations], { cwd })
  const names = ['dataset', 'organization'].map((kind) => `export-${kind}-20260116-055249.csv`)
  const results = [
    await run(`${url}/redirect`, `${url}/o.csv?${signature}`),
    await run(`${url}/gone?${signature}`, `${url}/o.csv`),
    await cli(['filter', `${url}/gone?${signature}`], { cwd }),
    await cli(['import', ...names.map((name) => `${url}/gone/${name}?${signature}`)], { cwd }),
    await cli(['import', `${address}/${names[0]}`], { cwd }),
    await cli(['show', '--json'], { cwd }),
    await cli(['runs', '--json'], { cwd }),
  ]
  expect(results.map(({ code }) => code)).toEqual([0, 3, 3, 3, 2, 0, 0])
  expect(results[5]!.stdout).toContain('?X-Amz-Signature=***&sig=***&token=***')
  for (const { stdout, stderr } of results) expect(stdout + stderr).not.toContain(SECRET)
  for (const content of (await readFolder(cwd)).values()) expect(content.includes(SECRET)).toBe(false)
})

test('servers that repeat what they get in their errors get no secret into output, records, pages or metrics', async () => {
  const cwd = await temporaryFolder()
  await writeTestFile(cwd, 'datasets.csv', datasetsCsv([{ id: 'd1' }]))
  await writeTestFile(cwd, 'organizations.csv', organizationsCsv([['o1', 'Un', 1]]))
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const all = `${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}`
    response.writeHead(400, all.replace(/[^ -~]/g, ' ').slice(0, 500)).end(JSON.stringify({ message: all, error: all }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const mail = createTcpServer((socket) => {
    socket.on('error', () => {}).write('220 mail\r\n')
    socket.on('data', (data) => {
      const [, login] = /^AUTH PLAIN (.*)\r/.exec(data.toString()) ?? []
      if (login === undefined) return socket.write('250-mail\r\n250 AUTH PLAIN\r\n')
      return socket.write(`535 no ${login} ${Buffer.from(login, 'base64').toString().replaceAll('\0', ' ')}\r\n`)
    })
  })
  await new Promise<void>((resolve) => mail.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void mail.close())
  const [host, mailHost] = [server, mail].map((one) => `127.0.0.1:${(one.address() as AddressInfo).port}`)
  const env = {
    ...S3_KEYS,
    AWS_SESSION_TOKEN: SECRET,
    AWS_ENDPOINT_URL_S3: `http://${host}`,
    AWS_MAX_ATTEMPTS: '1',
    DATAGOUV_TOPS_RETRY_PAUSE: '1ms',
    DATAGOUV_TOPS_LINEAGE: `http://${host}/?token=${SECRET}`,
    OPENLINEAGE_API_KEY: SECRET,
    DATAGOUV_TOPS_PUBLISH: JSON.stringify([{ portal: `http://${host}`, dataset: 'tops' }]),
    DATAGOUV_TOPS_PUBLISH_API_KEY: SECRET,
    HTTPS_PROXY: `http://user:${SECRET}@${host}`,
    DATAGOUV_TOPS_NOTIFY: JSON.stringify([
      { kind: 'slack', url: `http://${host}/${SECRET}`, name: 'slack' },
      { kind: 'webhook', url: `http://${host}/?key=${SECRET}`, name: 'webhook' },
      { kind: 'email', url: `smtp://user:${SECRET}@${mailHost}`, from: 'a@b.c', to: ['d@e.f'] },
    ]),
  }
  const files = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv', '--verbose']
  const results = [
    await cli(['run', ...files], { cwd, env }),
    await cli(['run', ...files, '--date', '2026-11-01', '--log-format', 'json'], { cwd, env }),
    await cli(['run', ...files, '--archive', 's3://datagouv', '--date', '2026-11-02'], { cwd, env }),
    await cli(['run', '--portal', 'https://portal.test', '--verbose', '--date', '2026-11-03'], { cwd, env }),
    await cli(['publish-remote', '--verbose'], { cwd, env }),
    await cli(['doctor', '--verbose'], { cwd, env }),
    await cli(['config', '--json'], { cwd, env }),
    await cli(['runs', '--json'], { cwd, env }),
  ]
  for (const { code, stdout, stderr } of results) {
    expect(code).not.toBe(1)
    for (const secret of SPELLINGS) expect(stdout + stderr).not.toContain(secret)
  }
  expect(results[0]!.stderr).toContain('cannot notify slack: it answers 400')
  const daemon = startDaemon(['serve', '--port', '0', '--json', '--verbose'], { cwd, env })
  const [url] = await daemon.until('an address', () => /http:\/\/[\d.:]+\//.exec(daemon.stdout) ?? undefined)
  const paths = ['', 'runs', 'api/runs', 'api/editions', 'metrics', 'readyz', 'docs', 'feed.atom']
  const pages = await Promise.all(paths.map(async (path) => (await fetch(url + path)).text()))
  const stored = [...(await readFolder(cwd)).values()].map(String)
  for (const text of [...pages, ...stored, daemon.stdout + daemon.stderr])
    for (const secret of SPELLINGS) expect(text).not.toContain(secret)
})
