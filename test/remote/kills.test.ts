import type { ChildProcess } from 'node:child_process'
import { cp } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { RunRecord } from '../../src/runs/record.ts'
import { cli } from '../helpers/cli.ts'
import { openTestContext } from '../helpers/context.ts'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { API_KEY, type PlayedPortal, startUdataPortal } from '../helpers/udataPortal.ts'
import { publishWeeks } from '../helpers/weeks.ts'

const [FIRST, SECOND] = ['2026-11-04', '2026-11-11'] as const
const ONE = { id: 'd1', title: 'Mobilité', organization: 'o1', followers: 3 }
const TWO = { id: 'd2', title: 'Transport', organization: 'o1' }
const ORGANIZATIONS = [['o1', 'Un', 5]] as const

const FLAGS = ['--quiet', '--config', 'test.yaml', '--archive', 'file:datagouv', '--documents', 'sqlite:datagouv.db']

const settings = ({ url }: PlayedPortal) =>
  `retry_pause: 5ms\npublish: ${JSON.stringify([{ portal: url, dataset: 'target', files: ['tops', 'changes'], weekly: true }])}`

/** What an editor sees of the dataset: all but ids and addresses. */
const view = ({ dataset, files }: PlayedPortal) => ({
  ...dataset,
  page: '',
  resources: dataset.resources.map(({ id, url, latest, ...rest }) => ({ ...rest, content: `${files.get(url)}` })),
})

test('a process killed after each call leaves a dataset that the next one completes, without a duplicate resource', {
  timeout: 300_000,
}, async () => {
  const portal = await startUdataPortal()
  const stores = await openTestContext()
  await publishWeeks(stores, [{ date: FIRST, datasets: [ONE], organizations: ORGANIZATIONS }])
  expect(await publish(stores.folder, FIRST)).toMatchObject({ code: 0, stderr: '' })
  const afterFirst = structuredClone(portal.dataset)
  await publishWeeks(stores, [{ date: SECOND, datasets: [ONE, TWO], organizations: ORGANIZATIONS }])

  async function publish(folder: string, date: string, onStart?: (child: ChildProcess) => void) {
    await writeTestFile(folder, 'test.yaml', settings(portal))
    const options = { cwd: folder, env: { DATAGOUV_TOPS_PUBLISH_API_KEY: API_KEY } }
    return cli(['publish-remote', date, ...FLAGS], { ...options, ...(onStart && { onStart }) })
  }

  /** Publishes the second week in a portal that has the first one. @returns the stores, and how many calls it took */
  async function publishSecond(killAfter?: number) {
    const folder = await temporaryFolder()
    await cp(stores.folder, folder, { recursive: true })
    Object.assign(portal.dataset, structuredClone(afterFirst))
    if (killAfter !== undefined) {
      const before = portal.calls.length
      portal.fault = (call) => (call - before === killAfter ? 'break after' : undefined)
      const killed = await publish(folder, SECOND, (child) => {
        portal.after = (call) => call - before === killAfter && child.kill('SIGKILL')
      })
      expect(killed.code).toBe(null)
    }
    const calls = portal.calls.length
    const { code, stderr } = await publish(folder, SECOND)
    expect([code, stderr]).toEqual([0, ''])
    return { folder, calls: portal.calls.length - calls }
  }

  const { calls } = await publishSecond()
  const whole = view(portal)
  expect(whole.resources).toHaveLength(5)
  expect(calls).toBeGreaterThan(15)
  for (let killAfter = 1; killAfter <= calls; killAfter++) {
    const { folder } = await publishSecond(killAfter)
    expect([killAfter, view(portal)]).toEqual([killAfter, whole])
    const { documents } = await openTestContext(undefined, '', folder)
    expect(await documents.ids('leases')).toEqual([])
    const runs = await documents.list<RunRecord>('runs', { descending: true, limit: 2 })
    expect(runs.map(({ status }) => status)).toEqual([killAfter === calls ? 'unchanged' : 'published', 'stopped'])
  }
})
