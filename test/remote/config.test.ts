import { expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/config.ts'
import { cli } from '../helpers/cli.ts'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'

const TARGET = { portal: 'https://www.data.gouv.fr', dataset: 'a-dataset' }

test('a target has defaults', async () => {
  const environment = { DATAGOUV_TOPS_PUBLISH: JSON.stringify([TARGET]), DATAGOUV_TOPS_PUBLISH_API_KEY: 's3cret' }
  const { config } = await resolveConfig({}, environment)
  expect(config.publish).toEqual([
    {
      ...TARGET,
      watches: [],
      files: ['list', 'tops', 'tops-json', 'changes'],
      weekly: false,
      language: undefined,
      license: undefined,
      schemas: { list: undefined, tops: undefined, 'tops-json': undefined, changes: undefined },
      max_size: 400e6,
    },
  ])
  expect(config.publish_api_key).toEqual({ '*': 's3cret' })
})

test.each([
  [
    { ...TARGET, portal: 'http://www.data.gouv.fr' },
    'must be an https address: anyone on the network could read the API key',
  ],
  [{ ...TARGET, portal: 'http://127.0.0.1.example.org' }, 'must be an https address'],
  [{ ...TARGET, portal: 'https://user:pass@example.org' }, 'without user and password'],
  [{ portal: TARGET.portal }, 'needs dataset'],
  [{ ...TARGET, dataset: 'a/../b' }, 'must be an id or a slug'],
  [{ ...TARGET, files: ['liste'] }, 'must be list or tops or tops-json or changes'],
  [{ ...TARGET, weekly: 'yes' }, 'must be true or false'],
  [{ ...TARGET, api_key: 's3cret' }, 'has an unknown key "api_key"'],
])('%j is refused: it %s', async (target, why) => {
  const list = JSON.stringify([target])
  await expect(resolveConfig({}, { DATAGOUV_TOPS_PUBLISH: list })).rejects.toThrow(why)
})

test('a dataset may be named only once, and http is only for this machine', async () => {
  const local = ['http://localhost:7000', 'http://127.0.0.1:7000/', 'http://[::1]:7000'].map((portal) => ({
    ...TARGET,
    portal,
  }))
  await resolveConfig({}, { DATAGOUV_TOPS_PUBLISH: JSON.stringify(local) })
  const twice = JSON.stringify([TARGET, { ...TARGET, portal: 'https://www.data.gouv.fr/' }])
  await expect(resolveConfig({}, { DATAGOUV_TOPS_PUBLISH: twice })).rejects.toThrow('must not name a dataset twice')
})

test('the key is in no output, whatever is wrong with it', async () => {
  const cwd = await temporaryFolder()
  await writeTestFile(cwd, 'datagouv-tops.yaml', `publish: ${JSON.stringify([TARGET])}`)
  for (const key of [
    's3cret',
    's3cret with a space',
    '{"www.data.gouv.fr": "s3cret"',
    '{"www.data.gouv.fr": 5, "x": "s3cret"}',
  ]) {
    for (const command of [['config'], ['config', '--json'], ['publish-remote', '2026-11-18']]) {
      const { stdout, stderr } = await cli(command, { cwd, env: { DATAGOUV_TOPS_PUBLISH_API_KEY: key } })
      expect(`${stdout}${stderr}`).not.toContain('s3cret')
    }
  }
  const inFile = await writeTestFile(cwd, 'other.yaml', 'publish_api_key: s3cret')
  await expect(resolveConfig({}, {}, inFile)).rejects.toThrow('it is the variable DATAGOUV_TOPS_PUBLISH_API_KEY')
})
