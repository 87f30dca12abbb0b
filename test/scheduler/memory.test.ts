import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { datasetsCsv, organizationsCsv, temporaryFolder } from '../helpers/exports.ts'
import { startReplica } from '../helpers/replica.ts'

const MANY_RUNS = fileURLToPath(new URL('children/manyRuns.mjs', import.meta.url))

test('years of runs in one process need no more memory than a few runs', async () => {
  const modified = new Date()
  const portal = await startReplica({
    files: {
      datasets: { content: Buffer.from(datasetsCsv([{ id: 'd1', title: 'Mobilité', organization: 'o1' }])), modified },
      organizations: { content: Buffer.from(organizationsCsv([['o1', 'Un', 12]])), modified },
    },
  })
  onTestFinished(() => portal.close())
  const folder = await temporaryFolder()
  const stores = [`file:${join(folder, 'datagouv')}`, `sqlite:${join(folder, 'datagouv.db')}`]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    MANY_RUNS,
    ...stores,
    portal.url,
  ])
  const [, some, many] = JSON.parse(stdout) as [number, number, number]
  expect(many - some).toBeLessThan(2 ** 20)
  // Node warns of listeners that accumulate.
  expect(stderr).toBe('')
})
