import { describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/config.ts'
import { cli } from '../helpers/cli.ts'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'

async function resolveFile(file: string, environment: Record<string, string> = {}) {
  return resolveConfig({}, environment, await writeTestFile(await temporaryFolder(), 'settings.yaml', file))
}

describe('the configuration', () => {
  test('prefers flags over environment over file over defaults', async () => {
    const file = await writeTestFile(
      await temporaryFolder(),
      'a.yaml',
      'portal: https://a.example\narchive: file:a\nretries: 9\n',
    )
    const environment = { DATAGOUV_TOPS_PORTAL: 'https://b.example', DATAGOUV_TOPS_ARCHIVE: 'file:b' }
    const { config, origins } = await resolveConfig({ archive: 'file:c' }, environment, file)
    expect(config).toMatchObject({ portal: 'https://b.example', archive: 'file:c', retries: 9, stall_timeout: 30_000 })
    expect(origins.retries).toEqual({ origin: file, written: 9 })
  })

  test('reads durations and sizes with their units', async () => {
    const { config } = await resolveFile('max_record_size: 1.5MiB\n', { DATAGOUV_TOPS_STALL_TIMEOUT: '250ms' })
    expect([config.max_record_size, config.stall_timeout]).toEqual([1_572_864, 250])
  })

  test('treats an empty environment variable as not set', async () => {
    expect((await resolveFile('', { DATAGOUV_TOPS_RETRIES: '' })).config.retries).toBe(4)
  })

  test.each([
    ['an unknown key', 'retires: 3', /settings\.yaml, line 1: unknown setting "retires"; did you mean retries\?$/],
    [
      'a wrong value',
      'retries: many',
      /settings\.yaml, line 1: retries is "many": it must be a whole number from 0 to 100$/,
    ],
    [
      'a duration without a unit',
      'stall_timeout: 30',
      /stall_timeout is 30: it must be a number with its unit such as 10s \(units: ms, s, min, h, d\)$/,
    ],
    [
      'a file that is not YAML',
      'a: b: c',
      /cannot read \S+settings.yaml, line 1, column 4: it is not YAML: Nested mappings .*\. The line is "a: b: c"\.$/,
    ],
    ['a list instead of settings', '- a', /expected settings as "key: value" lines/],
    [
      'a schedule that is not a cron expression',
      'schedule: 0 17 * *',
      /schedule is "0 17 \* \*": it must be a cron expression such as 0 17 \* \* 3$/,
    ],
    [
      'a schedule with an hour that does not exist',
      'schedule: 0 25 * * 3',
      /schedule is "0 25 \* \* 3": it has a wrong hour, "25"; write 0 to 23$/,
    ],
    [
      'a date as schedule',
      'schedule: 2026-11-18T17:00:00',
      /schedule is "2026-11-18T17:00:00": it must be a cron expression/,
    ],
    ['an unknown time zone', 'time_zone: Europe\\Pari', /time_zone is "Europe\\\\Pari": it must be a time zone/],
    ['an unknown store', 'archive: ftp://x', /archive is "ftp:\/\/x": it must begin with file: or s3:\/\/$/],
    [
      'a path without its scheme',
      'archive: ./data',
      /archive is ".\/data": it must begin with file: or s3:\/\/: write file: before the path$/,
    ],
    [
      'a setting that is only a variable',
      'log_format: json',
      /"log_format"; it is the variable DATAGOUV_TOPS_LOG_FORMAT$/,
    ],
    [
      'a wrong retention',
      'retention: 26',
      /retention is 26: it must be all, or a number with its unit such as 26w \(units: d, w\)/,
    ],
    [
      'a mail server whose password has a #',
      'notify: [{kind: email, url: "smtp://ada:s3#cr@mail.test", from: a@b.c, to: [d@e.f]}]',
      /notify\[0\]\.url has characters in its user or password that must be escaped: write # as %23$/,
    ],
    [
      'a webhook whose password has a /',
      'notify: [{kind: webhook, url: "https://ada:s3/cr@hooks.test/x"}]',
      /notify\[0\]\.url has characters in its user or password that must be escaped: write \/ as %2F$/,
    ],
    ['an empty list of watches', 'watches: []', /watches is \[\]: it must be a list with at least one entry$/],
    [
      'a watch with a wrong name',
      'watches: [{name: A b, terms: [x]}]',
      /watches\[0\]\.name is "A b": it must consist of a-z/,
    ],
    ['a watch without terms', 'watches: [{name: a}]', /watches\[0\] needs terms$/],
    [
      'an unknown key of a watch',
      'watches: [{name: a, term: [x]}]',
      /watches\[0\] has an unknown key "term"; did you mean terms\?$/,
    ],
    [
      'a term that is only an accent',
      'watches: [{name: a, terms: ["\\u0301"]}]',
      /watches\[0\]\.terms\[0\] \(watch "a"\) is "\u0301": it must contain something besides spaces, hyphens, apostrophes and accents$/,
    ],
    [
      'a label in one language only',
      'watches: [{name: a, terms: [x], label: {fr: Vélo}}]',
      /watches\[0\]\.label needs en$/,
    ],
    [
      'two watches of the same name',
      'watches: [{name: a, terms: [x]}, {name: a, terms: [y]}]',
      /must not have two watches with the name "a"; rename one$/,
    ],
  ])('refuses %s in one line', async (_, file, message) => {
    const failure = await resolveFile(file).catch((error) => error)
    expect(failure.kind).toBe('usage')
    expect(failure.message).toMatch(message)
    expect(failure.message).not.toContain('\n')
  })

  test('warns of terms that probably match other texts than intended, and keeps one of several equal terms', async () => {
    const { config, warnings } = await resolveFile(
      'watches:\n  - {name: a, terms: [transport-public, " Transport public", "\'\\"bus\\"\'", e]}\n'.replaceAll(
        "'",
        '',
      ),
    )
    expect(config.watches[0]!.terms).toEqual(['transport-public', '"bus"', 'e'])
    expect(warnings.map((warning) => warning.replace(/^.*settings\.yaml/, 'settings.yaml'))).toEqual([
      'settings.yaml: watch a: the terms "transport-public" and "Transport public" match the same texts; the second is ignored',
      'settings.yaml: watch a: the quotes around "\\"bus\\"" are part of the term: a text without them does not match; remove them',
      'settings.yaml: watch a: the term "e" is a single letter, which nearly every text contains',
    ])
  })

  test('refuses an unknown environment variable with its prefix', async () => {
    await expect(resolveFile('', { DATAGOUV_TOPS_ARCHVE: 'x' })).rejects.toThrow('did you mean DATAGOUV_TOPS_ARCHIVE?')
    await expect(resolveFile('', { DATAGOUV_TOPS_WATCHES: '[]' })).rejects.toThrow(/; watches is set in the file$/)
  })

  test('refuses a misspelled file name, because its settings would be ignored', async () => {
    const cwd = await temporaryFolder()
    await writeTestFile(cwd, 'datagouv-tops.yml', 'retries: 1\n')
    const { code, stderr } = await cli(['config'], { cwd })
    expect([code, stderr]).toEqual([
      2,
      'datagouv-tops: cannot use datagouv-tops.yml: the file name is datagouv-tops.yaml. Rename it, or add --config datagouv-tops.yml.\n',
    ])
    expect((await cli(['config', '--config', 'datagouv-tops.yml', '--json'], { cwd })).code).toBe(0)
  })

  test('refuses a missing file given by --config', async () => {
    await expect(resolveConfig({}, {}, '/nowhere/x.yaml')).rejects.toThrow(
      'cannot read the configuration file /nowhere/x.yaml: it does not exist. Check --config.',
    )
  })
})
