import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BASE_ENVIRONMENT } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/exports.ts'

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
