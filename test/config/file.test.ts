import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/config.ts'
import { cli } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'

let cwd: string
beforeEach(async () => {
  cwd = await temporaryFolder()
})

describe('the configuration file', () => {
  test("is the first of: --config, the variable, the working folder, the user's settings folder", async () => {
    const origin = async (args: readonly string[], env: Record<string, string>) =>
      JSON.parse((await cli(['config', '--json', ...args], { cwd, env })).stdout).retries.origin
    const env = { HOME: join(cwd, 'home') }
    expect(await origin([], env)).toBe('default')
    for (const folder of ['home/.config/datagouv-tops', 'xdg/datagouv-tops'])
      await mkdir(join(cwd, folder), { recursive: true })
    const inHome = await writeTestFile(join(cwd, 'home/.config/datagouv-tops'), 'datagouv-tops.yaml', 'retries: 1\n')
    expect(await origin([], env)).toBe(inHome)
    const inXdg = await writeTestFile(join(cwd, 'xdg/datagouv-tops'), 'datagouv-tops.yaml', 'retries: 2\n')
    expect(await origin([], { ...env, XDG_CONFIG_HOME: join(cwd, 'xdg') })).toBe(inXdg)
    // The specification ignores relative paths.
    expect(await origin([], { ...env, XDG_CONFIG_HOME: 'xdg' })).toBe(inHome)
    await writeTestFile(cwd, 'datagouv-tops.yaml', 'retries: 3\n')
    expect(await origin([], env)).toBe('datagouv-tops.yaml')
    await writeTestFile(cwd, 'other.yaml', 'retries: 4\n')
    expect(await origin([], { ...env, DATAGOUV_TOPS_CONFIG: 'other.yaml' })).toBe('other.yaml')
    expect(await origin([], { ...env, DATAGOUV_TOPS_CONFIG: '' })).toBe('datagouv-tops.yaml')
    const flag = ['--config', 'datagouv-tops.yaml']
    expect(await origin(flag, { ...env, DATAGOUV_TOPS_CONFIG: 'other.yaml' })).toBe('datagouv-tops.yaml')
  })

  test.each([
    [{}, ['--config', 'none.yaml'], 'none.yaml: it does not exist. Check --config.'],
    [
      { DATAGOUV_TOPS_CONFIG: 'none.yaml' },
      [],
      'none.yaml: it does not exist. Check the variable DATAGOUV_TOPS_CONFIG.',
    ],
    [{}, ['--config', '.'], '.: it is a folder. Check --config.'],
  ])('that was named must exist: %j %j', async (env, args, message) => {
    expect(await cli(['config', ...args], { cwd, env })).toEqual({
      code: 2,
      stdout: '',
      stderr: `datagouv-tops: cannot read the configuration file ${message}\n`,
    })
  })

  test('shows the line of a mistake, without secrets', async () => {
    const failure = async (text: string) => {
      const file = await writeTestFile(cwd, 'a.yaml', text)
      return (await resolveConfig({}, {}, file).catch((error) => error)).message.replace(file, 'FILE')
    }
    expect(await failure('retries: 1\nportal: "https://a.example\n')).toMatch(
      /^cannot read FILE, line 2: it is not YAML: Missing closing quote "\. The line is "portal: \\"https:\/\/a\.example\/?\**"\.$/,
    )
    expect(await failure('retries: 1\nretries: 2\n')).toBe(
      'cannot read FILE, line 2, column 1: it is not YAML: Map keys must be unique. The line is "retries: 2".',
    )
    const hook = await failure('a: b: https://hooks.example.org/services/s3cret\n')
    expect([hook.includes('hooks.example.org'), hook.includes('s3cret')]).toEqual([true, false])
    const password = await failure('a: b: mongodb://user:s3cret@host/x\n')
    expect([password.includes('user'), password.includes('s3cret')]).toEqual([true, false])
  })

  test.each([
    ['retries: 3\n\nstall_timeout: 30\n', 'FILE, line 3: stall_timeout is 30: it must be a number with its unit'],
    [
      'public_url: https://a.example/mob\n',
      'FILE, line 1: public_url is "https://a.example/mob": it must be an address without a path, such as https://a.example, because the links of the pages start at the root of the host',
    ],
    [
      'public_url: https://a.example?x=1\n',
      'FILE, line 1: public_url is "https://a.example?x=1": it must be an address without a path',
    ],
    ['portal: x\n', 'FILE, line 1: portal is "x": it must be an http or https address'],
    [
      'watches:\n  - name: a\n    terms: [x]\n  - name: B\n    terms: [y]\n',
      'FILE, line 4: watches[1].name is "B": it must',
    ],
    [
      'watches:\n  - name: all\n    terms: [x]\n',
      'FILE, line 2: watches[0].name is "all": it must consist of a-z, 0-9 and - (it is part of file names), and not be "all", which',
    ],
    [
      'watches:\n  - name: a\n    terms:\n      - x\n      - "-"\n',
      'FILE, line 5: watches[0].terms[1] (watch "a") is "-"',
    ],
    ['watches:\n  - name: a\n', 'FILE, line 2: watches[0] needs terms'],
    [
      'terms: [bus]\n',
      'FILE, line 1: unknown setting "terms"; terms belongs to a watch, in the setting watches of the file',
    ],
    [
      'watches:\n  - { name: a, terms: [b] }\n  - { name: a, terms: [c] }\n',
      'FILE, line 1: watches must not have two watches with the name "a"; rename one',
    ],
    ['retries: 3\nretires: 4\n', 'FILE, line 2: unknown setting "retires"; did you mean retries?'],
    [
      'notify:\n  - kind: fax\n    url: https://a.example/s3cret\n',
      'FILE, line 2: notify[0].kind is "fax": it must be',
    ],
    ['notify:\n  - https://a.example/s3cret\n', 'FILE, line 2: notify[0] needs kind: slack, webhook or email'],
    ['notify:\n  - kind: slack\n    url: ftp://a.example/s3cret\n', 'FILE, line 3: notify[0].url must be an address'],
  ])('an error about a value names its line: %j', async (text, message) => {
    const file = await writeTestFile(cwd, 'a.yaml', text)
    const failure = await resolveConfig({}, {}, file).catch((error) => error)
    expect(failure.message.replace(file, 'FILE')).toContain(message)
    expect(failure.message).not.toContain('s3cret')
  })

  test('an error about a value names the variable or the flag, and quotes the value', async () => {
    const env = { DATAGOUV_TOPS_PORTAL: 'gopher://x', DATAGOUV_TOPS_RETRIES: '-1' }
    const must = 'it must be an http or https address, without user and password'
    await expect(resolveConfig({}, env)).rejects.toThrow(`DATAGOUV_TOPS_PORTAL is "gopher://x": ${must}`)
    await expect(resolveConfig({ portal: 'ftp://x' }, env)).rejects.toThrow(`--portal is "ftp://x": ${must}`)
    await expect(resolveConfig({ portal: 'http://x' }, env)).rejects.toThrow('DATAGOUV_TOPS_RETRIES is "-1": it must')
    const file = await writeTestFile(cwd, 'a.yaml', 'portal: ftp://x\n')
    const overridden = resolveConfig({}, { DATAGOUV_TOPS_PORTAL: 'http://x' }, file)
    await expect(overridden).rejects.toThrow(`a.yaml, line 1: portal is "ftp://x": ${must}`)
    const empty = await writeTestFile(cwd, 'a.yaml', 'portal:\n')
    await expect(resolveConfig({ portal: 'http://x' }, {}, empty)).rejects.toThrow('line 1: portal is empty; give it')
    await expect(resolveConfig({ documents: 'mysql://user:s3cret@x' })).rejects.toThrow('is "mysql://user:***@x": it')
  })
})

test('a run reports once that the default watch, or another one, is not run any more', async () => {
  await writeTestFile(cwd, 'datasets.csv', datasetsCsv([{ id: 'd1', title: 'Vélo', organization: 'o1' }]))
  await writeTestFile(cwd, 'organizations.csv', organizationsCsv([['o1', 'Un', 12]]))
  const sources = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv']
  const notes = async (date: string, watches: string) => {
    await writeTestFile(cwd, 'datagouv-tops.yaml', watches)
    const { code, stderr } = await cli(['run', date, ...sources], { cwd })
    expect(code).toBe(0)
    return stderr.split('\n').filter((line) => line.startsWith('note: '))
  }
  const velo = 'watches: [{ name: velo, terms: [vélo] }]\n'
  expect(await notes('2026-11-04', velo)).toEqual([
    'note: the settings name other watches, so the default watch mobilite-transport is not run. To run it, add it to the setting watches.',
  ])
  expect(await notes('2026-11-11', velo)).toEqual([])
  // Neither an import nor a removal is a run of these watches.
  await cli(['remove', '2026-11-11', '--yes', '--snapshot'], { cwd })
  const past = ['export-dataset-20261101-060000.csv', 'export-organization-20261101-060000.csv']
  await writeTestFile(cwd, past[0]!, datasetsCsv([{ id: 'd1', title: 'Vélo', organization: 'o1' }]))
  await writeTestFile(cwd, past[1]!, organizationsCsv([['o1', 'Un', 12]]))
  expect((await cli(['import', ...past], { cwd })).code).toBe(0)
  const bus = 'watches: [{ name: bus, terms: [bus] }]\n'
  expect(await notes('2026-11-18', bus)).toEqual([
    'note: the watch velo is not in the settings any more, so it is not run; its editions stay. To run it, add it to the setting watches.',
  ])
  expect(await notes('2026-11-25', bus)).toEqual([])
})
