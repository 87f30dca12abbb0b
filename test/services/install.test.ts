import { spawnSync } from 'node:child_process'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'

const SCRIPT = fileURLToPath(new URL('../../scripts/services', import.meta.url))

test('a long installation prints a line from time to time, and ends with its service', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'scripts/services.d'), { recursive: true })
  await copyFile(SCRIPT, join(folder, 'scripts/services'))
  const service = (fetch: string) =>
    `about=x\nstandard_port=1\nprogress_interval=0.4\ninstalled() { false; }\nfetch() { ${fetch}; }\n`
  await writeTestFile(join(folder, 'scripts/services.d'), 'slow', service('sleep 1'))
  await writeTestFile(join(folder, 'scripts/services.d'), 'broken', service('sleep 1; false'))
  const env = { ...process.env, XDG_CACHE_HOME: folder }
  const install = (name: string) =>
    spawnSync(join(folder, 'scripts/services'), ['install', name], { env, encoding: 'utf8' })
  const slow = install('slow')
  expect([slow.status, slow.stdout]).toEqual([0, 'slow is installed\n'])
  expect(slow.stderr).toMatch(/^(slow: still installing after \d s\n){2}$/)
  const broken = install('broken')
  expect([broken.status, broken.stdout]).toEqual([1, ''])
})
