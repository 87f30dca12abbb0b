import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/commands/commands.ts'
import { optionsOf, parseFlags } from '../../src/commands/options.ts'
import { resolveConfig } from '../../src/config/config.ts'
import { SETTINGS } from '../../src/config/settings.ts'
import { cli } from '../helpers/cli.ts'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'

const KEYS = Object.keys(SETTINGS)
const inFile = Object.entries(SETTINGS).flatMap(([key, setting]) => ('notInFile' in setting ? [] : [key]))
const variables = Object.values(SETTINGS).flatMap((setting) => ('environment' in setting ? [setting.environment] : []))

async function failureOf(text: string) {
  const file = await writeTestFile(await temporaryFolder(), 'datagouv-tops.yaml', text)
  const failure = await resolveConfig({}, {}, file).catch((error) => error)
  return { ...failure, message: failure.message?.replace(file, 'FILE') }
}

describe('an empty value', () => {
  test.each(inFile)('of %s in the file is an error', async (key) => {
    for (const written of ['', ' ~', ' null', ' ""', ' "  "']) {
      expect(await failureOf(`${key}:${written}\n`)).toMatchObject({
        kind: 'usage',
        message: `FILE, line 1: ${key} is empty; give it a value, or leave it out`,
      })
    }
  })

  test.each([
    ['watches: [{ name: a, terms: [b], columns: }]', 'watches[0].columns is empty; '],
    ['watches: [{ name: a, terms: [b], top: "" }]', 'watches[0].top is empty; '],
    ['watches: [{ name: a, terms: [""] }]', 'watches[0].terms[0] (watch "a") is "": it must '],
    ['watches: [{ name: a, terms: [b], columns: [~] }]', 'watches[0].columns[0] is null: it must '],
    ['columns: { datasets: }', 'columns.datasets is empty; '],
    ['notify: [{ kind: slack, url: "https://a.example/x", name: "" }]', 'notify[0].name is empty; '],
    ['notify: [{ kind: slack, url: "https://a.example/x", events: }]', 'notify[0].events is empty; '],
  ])('inside of a setting is one, too: %s', async (text, message) => {
    expect((await failureOf(text)).message).toContain(`FILE, line 1: ${message}`)
  })

  test.each(KEYS)('of %s given by a caller is an error', async (key) => {
    for (const written of ['', null]) {
      await expect(resolveConfig({ [key]: written })).rejects.toMatchObject({
        kind: 'usage',
        message: expect.stringMatching(`^(--)?${key.replace('_', '[_-]')} is empty; give it a value, or leave it out$`),
      })
    }
  })

  test('of a variable counts as not set, whether the variable is known or not', async () => {
    const environment = Object.fromEntries([...variables, 'DATAGOUV_TOPS_UNKNOWN'].map((name) => [name, '']))
    expect(await resolveConfig({}, environment)).toEqual(await resolveConfig())
    await expect(resolveConfig({}, { DATAGOUV_TOPS_UNKNOWN: 'x' })).rejects.toThrow('unknown setting')
  })

  const valued = COMMANDS.flatMap((spec) =>
    optionsOf(spec).flatMap(([flags]) => (flags.includes('<') ? [[spec.name, parseFlags(flags).name]] : [])),
  )
  const ofRun = valued.filter(([name]) => name === 'run')
  const others = valued.filter(([name, flag]) => name !== 'run' && !ofRun.some(([, one]) => one === flag))
  const distinct = others.filter(([, flag], index) => others.findIndex(([, one]) => one === flag) === index)

  test.each([...ofRun, ...distinct])('of a flag is an error: %s %s ""', async (name, flag) => {
    const cwd = await temporaryFolder()
    for (const given of [[flag!, ''], [`${flag}=`]]) {
      const { code, stdout, stderr } = await cli([name!, ...given], { cwd })
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(new RegExp(`^datagouv-tops: [^\\n]*${flag}[^\\n]*\\n$`))
    }
  })

  test('of an argument is an error', async () => {
    const cwd = await temporaryFolder()
    for (const command of ['show', 'changes', 'verify', 'explain']) {
      expect(await cli([command, ''], { cwd })).toMatchObject({
        code: 2,
        stdout: '',
        stderr: 'datagouv-tops: an argument is empty; give it a value, or leave it out\n',
      })
    }
  })

  test('does not make a run use the default stores', async () => {
    const cwd = await temporaryFolder()
    const sources = ['--datasets', 'none.csv', '--organizations', 'none.csv']
    const { code, stderr } = await cli(
      ['run', ...sources, '--archive', '', '--documents', `sqlite:${join(cwd, 'a.db')}`],
      {
        cwd,
      },
    )
    expect([code, stderr]).toEqual([2, 'datagouv-tops: --archive is empty; give it a value, or leave it out\n'])
  })
})
