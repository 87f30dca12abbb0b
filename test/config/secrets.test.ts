import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { maskSecrets } from '../../src/config/secrets.ts'
import { cli } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv, readFolder, temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { startFakeMongo } from '../helpers/fakeMongo.ts'

const SECRET = 'hunter2'
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
  ['--datasets', `https://user:${SECRET}@portal.test/a.csv`],
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
