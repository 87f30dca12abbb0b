import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { resolveConfig } from '../../src/config/config.ts'
import { exampleFile } from '../../src/config/example.ts'
import { configSchema } from '../../src/config/jsonSchema.ts'
import { SETTINGS, type Setting } from '../../src/config/settings.ts'
import { cli } from '../helpers/cli.ts'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'

const IN_FILE = Object.entries<Setting<unknown>>(SETTINGS).filter(([, { notInFile }]) => !notInFile)
const isValid = new Ajv({ strict: false }).compile(configSchema())

/** Whether the program accepts a file with these settings. */
async function isAccepted(settings: object): Promise<boolean> {
  const file = await writeTestFile(await temporaryFolder(), 'datagouv-tops.yaml', JSON.stringify(settings))
  return resolveConfig({}, {}, file).then(
    () => true,
    (error) => {
      expect(error.kind).toBe('usage')
      return false
    },
  )
}

/** Values that some setting accepts, and values that look like them. */
const VALUES: readonly unknown[] = [
  ...IN_FILE.map(([, { default: fallback }]) => fallback).filter((value) => value !== null),
  ...[
    'https://a.example',
    'ftp://a.example',
    'a',
    'a b',
    'A',
    'file:x',
    'file:',
    's3://b',
    'sqlite:x',
    'mongodb://h/d',
  ],
  ...['mongodb+srv://h/d', '10', '10s', '1.5MiB', '10 s', '5%', '5 parsecs', 'all', '26w', '30d', 'fr', 'skip', 'word'],
  ...[0, 1, 3, 100, 101, 20_000, -1, 1.5, true, '', {}, [], ['a'], { datasets: {} }, { datasets: { id: 'a' } }],
  ...[{ datasets: { id: ['a', 'b'] }, organizations: {} }, { datasets: { id: [] } }, { dataset: {} }],
  [{ name: 'a', terms: ['x'] }],
  [{ name: 'a', terms: ['x'], top: 5, match: 'word', columns: ['title'] }],
  [{ name: 'a', terms: ['x'], label: 'Vélo' }],
  [{ name: 'a', terms: ['x'], label: { fr: 'Vélo', en: 'Cycling' } }],
  [{ name: 'a', terms: ['x'], label: { fr: 'Vélo' } }],
  [{ name: 'a', terms: ['x'], label: 'x'.repeat(101) }],
  [{ name: 'a', terms: [] }],
  [{ name: 'A', terms: ['x'] }],
  [{ name: 'a', term: ['x'] }],
  [{ name: 'a', terms: ['x'], top: 0 }],
  [{ kind: 'slack', url: 'https://a.example/x' }],
  [{ kind: 'slack', url: 'smtp://a.example/x' }],
  [{ kind: 'fax', url: 'https://a.example/x' }],
  [{ kind: 'webhook', url: 'http://a.example/x', events: ['failed'], name: 'b' }],
  [{ kind: 'webhook', url: 'http://a.example/x', events: ['success'] }],
  [{ kind: 'email', url: 'smtp://a.example', from: 'a@b', to: ['c@d'] }],
  [{ kind: 'email', url: 'smtp://a.example', from: 'a@b' }],
]

/** Conditions that a schema cannot say: a time zone that exists, a cron expression that fires, a password in an address. */
const BEYOND_SCHEMA = ['schedule', 'time_zone']

describe('the schema of the configuration file', () => {
  test('describes every setting that the file can have', () => {
    const { properties } = configSchema() as { properties: Record<string, Record<string, unknown>> }
    expect(Object.keys(properties)).toEqual(IN_FILE.map(([key]) => key))
    for (const [key, schema] of Object.entries(properties))
      expect([key, schema.type ?? schema.enum ?? schema.anyOf]).not.toEqual([key, undefined])
  })

  test.each(IN_FILE.map(([key]) => key))('accepts what the program accepts as %s, and nothing else', async (key) => {
    for (const value of VALUES) {
      const accepted = await isAccepted({ [key]: value })
      if (BEYOND_SCHEMA.includes(key) && !accepted) continue
      expect([value, isValid({ [key]: value })]).toEqual([value, accepted])
    }
  })

  test('refuses unknown settings, and accepts an empty file', () => {
    expect([isValid({ retires: 3 }), isValid(null), isValid({ log_format: 'json' })]).toEqual([false, true, false])
  })

  test('is printed by "config schema", as in the reference', async () => {
    const { stdout } = await cli(['config', 'schema'], { cwd: await temporaryFolder() })
    expect(stdout).toBe(await readFile('docs/reference/config.schema.json', 'utf8'))
  })
})

describe('the example of the configuration file', () => {
  test('changes nothing as it is, and is valid with every setting active', async () => {
    expect(parse(exampleFile())).toBe(null)
    const active = exampleFile()
      .replace(/^# yaml-language-server.*\n/m, '')
      .replace(/^# (?!For editors)/gm, '')
    const settings = parse(active)
    expect(Object.keys(settings)).toEqual(IN_FILE.map(([key]) => key))
    expect([isValid(settings), await isAccepted(settings)]).toEqual([true, true])
    const cwd = await temporaryFolder()
    expect(await cli(['config', 'init', '--quiet'], { cwd })).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await readFile(join(cwd, 'datagouv-tops.yaml'), 'utf8')).toBe(exampleFile())
  })

  test('replaces no file', async () => {
    const cwd = await temporaryFolder()
    await writeTestFile(cwd, 'datagouv-tops.yaml', 'retries: 1\n')
    expect(await cli(['config', 'init'], { cwd })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'datagouv-tops: cannot write "datagouv-tops.yaml": the file exists. Choose another name.\n',
    })
    expect((await cli(['config', 'init', 'other.yaml'], { cwd })).code).toBe(0)
    expect((await cli(['config', 'nit'], { cwd })).stderr).toBe(
      'datagouv-tops: config: unexpected argument "nit"; did you mean init?\n',
    )
  })
})
