import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { CLI } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/exports.ts'

test('demo --serve publishes three Wednesdays and serves their pages until it is stopped', async () => {
  const folder = await temporaryFolder()
  const demo = spawn(process.execPath, [CLI, 'demo', '--serve', '--into', folder], { cwd: folder })
  onTestFinished(() => void demo.kill('SIGKILL'))
  let output = ''
  for await (const chunk of demo.stdout) {
    output += chunk
    if (/for any words: \S+\n/.test(output)) break
  }
  const [, address] = /^serving (http:\S+)/m.exec(output)!
  const page = await (await fetch(address!)).text()
  expect(page).toContain('mercredi 9 août 2023')
  expect(page).toContain('<strong>295</strong>')
  const [, search] = /for any words: (\S+)/.exec(output)!
  expect(await (await fetch(search!)).text()).toMatch(/<span>vélo<\/span> <strong>139<\/strong>/)
  const ended = once(demo, 'exit')
  demo.kill('SIGTERM')
  expect((await ended)[0]).toBe(0)
})
