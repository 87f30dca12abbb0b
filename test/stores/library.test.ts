import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openTops } from '../../src/index.ts'
import { BASE_ENVIRONMENT } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/exports.ts'
import { failureOf } from '../helpers/failure.ts'

test('the library leaves the environment of its process as it is', async () => {
  const script = `
    const before = JSON.stringify(process.env)
    const { openTops } = await import(${JSON.stringify(new URL('../../dist/index.js', import.meta.url))})
    const tops = await openTops({ archive: 's3://datagouv', documents: 'sqlite:a.db' })
    await tops.dates()
    await tops.close()
    console.log(JSON.stringify(process.env) === before)`
  const stdout = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: await temporaryFolder(),
    env: BASE_ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  })
  expect(stdout).toBe('true\n')
})

test('only the command line changes flags of V8 or the environment', () => {
  const changing = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      /\.tsx?$/.test(name) &&
      /setFlagsFromString|process\.env(\.\w+|\[.*?\]) (\?\?|\|\|)?= /.test(readFileSync(join('src', name), 'utf8')),
  )
  expect(changing.filter((name) => name !== 'cli.ts' && !name.startsWith('commands/'))).toEqual([])
  expect(changing).toContain('commands/io.ts')
})

async function openSample() {
  const folder = await temporaryFolder()
  return openTops({ archive: `file:${folder}/archive`, documents: `sqlite:${folder}/a.db` })
}

const DATE = '2023-08-09'
const [datasets, organizations] = ['datasets', 'organizations'].map((name) => `sample/${DATE}/${name}.csv.gz`)

test('the library refuses calls after close, instead of ending the process', async () => {
  const tops = await openSample()
  await tops.run({ date: DATE, datasets, organizations })
  expect(await tops.dates()).toEqual([DATE])
  await tops.close()
  const message = 'cannot use tops: it is closed. Open it again with openTops().'
  for (const work of [tops.edition(), tops.dates(), tops.run({ date: DATE })])
    expect(await failureOf(work)).toMatchObject({ kind: 'usage', message })
  await tops.close()
})

test('the library accepts the dates that the commands accept, and refuses others', async () => {
  await using tops = await openSample()
  await tops.run({ date: DATE, datasets, organizations })
  expect(await tops.edition('latest', 'mobilite-transport')).toMatchObject({ date: DATE })
  expect(await failureOf(tops.edition('2020-13-45'))).toMatchObject({
    kind: 'usage',
    message: '"2020-13-45" is not a date of the calendar; a year has the months 01 to 12',
  })
  expect(await failureOf(tops.edition('09/08/2023'))).toMatchObject({ message: expect.stringContaining(DATE) })
  expect(await failureOf(tops.edition('yesterday'))).toMatchObject({
    kind: 'usage',
    message: expect.stringContaining(`the nearest is that of ${DATE}`),
  })
})
