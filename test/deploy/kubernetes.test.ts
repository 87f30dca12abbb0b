import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { resolveConfig } from '../../src/config/config.ts'
import { SETTINGS } from '../../src/config/settings.ts'
import { Failure, type FailureKind } from '../../src/errors.ts'
import { runChecker } from '../helpers/checker.ts'

const FOLDER = new URL('../../deploy/kubernetes/', import.meta.url)
const text = (name: string) => readFile(new URL(name, FOLDER), 'utf8')
const { resources, configMapGenerator } = parse(await text('kustomization.yaml'))
const cronJob = parse(await text('cronjob.yaml'))

test.for(resources as string[])('%s is a valid manifest', (name, context) => {
  const args = ['--strict', '-k', '1.31', new URL(name, FOLDER).pathname]
  expect(runChecker('kubernetes-validate', args, context.skip)).toMatchObject({ code: 0 })
})

test('the settings are valid, and the secrets are variables of the tool', async () => {
  const [file] = configMapGenerator[0].files
  const secret = parse(await text('secret.yaml')).stringData as Record<string, string>
  const { config } = await resolveConfig({}, secret, new URL(file, FOLDER).pathname)
  expect(config).toMatchObject({ archive: 's3://datagouv', documents: secret.DATAGOUV_TOPS_DOCUMENTS })
})

test('it runs at the time and in the time zone of the settings', () => {
  expect(cronJob.spec).toMatchObject({ schedule: SETTINGS.schedule.default, timeZone: SETTINGS.time_zone.default })
})

test('a pod that starts after midnight still makes Wednesday’s edition', () => {
  expect(cronJob.spec.jobTemplate.spec.template.spec.containers[0].args.slice(0, 3)).toEqual(['run', '--date', 'due'])
})

test('a job stops exactly on the exit codes that a retry cannot fix', () => {
  const [{ action, onExitCodes }] = cronJob.spec.jobTemplate.spec.podFailurePolicy.rules
  expect([action, onExitCodes.operator]).toEqual(['FailJob', 'In'])
  const kinds: FailureKind[] = ['bug', 'usage', 'portal', 'contract', 'store', 'gate', 'held']
  for (const kind of kinds) {
    const { exitCode, retryable } = new Failure(kind, '')
    expect([kind, onExitCodes.values.includes(exitCode)]).toEqual([kind, !retryable])
  }
})
