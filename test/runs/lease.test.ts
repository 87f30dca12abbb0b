import { spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { holderOf, takeLeases } from '../../src/runs/lease.ts'
import { testWorld } from '../helpers/world.ts'

/** The number of a process that has ended. */
const deadPid = () => spawnSync(process.execPath, ['-e', '0']).pid

test('a second run is refused, and told who holds the date and since when', async () => {
  const { documents } = await testWorld()
  await takeLeases(documents, ['2026-11-18'], { run: 'r1', host: 'elsewhere', pid: 7 })
  await expect(takeLeases(documents, ['2026-11-18'], holderOf('r2'))).rejects.toMatchObject({
    kind: 'held',
    message: expect.stringMatching(
      /^2026-11-18 is held by run "r1" on "elsewhere" \(process 7\) since \S+; .* after \S+Z$/,
    ),
  })
})

test('a holder that died on this host is succeeded at once', async () => {
  const { documents } = await testWorld()
  await takeLeases(documents, ['2026-11-18'], { run: 'r1', host: hostname(), pid: deadPid() })
  const leases = await takeLeases(documents, ['2026-11-18'], holderOf('r2'))
  await leases.check()
  await leases.release()
  expect(await documents.list('leases')).toEqual([])
})

test('all leases are taken or none', async () => {
  const { documents } = await testWorld()
  await takeLeases(documents, ['b'], { run: 'r1', host: 'elsewhere', pid: 7 })
  await expect(takeLeases(documents, ['a', 'b', 'c'], holderOf('r2'))).rejects.toMatchObject({ kind: 'held' })
  expect((await documents.list('leases')).map(({ _id }) => _id)).toEqual(['b'])
})

test('a run whose lease was taken over learns it before it publishes', async () => {
  const { documents } = await testWorld()
  const leases = await takeLeases(documents, ['2026-11-18'], holderOf('r1'))
  await documents.acquire('2026-11-18', holderOf('r2'), 60_000, 'r1')
  await expect(leases.check()).rejects.toMatchObject({ kind: 'held' })
  await leases.release()
  expect((await documents.list<{ _id: string; run: string }>('leases')).map(({ run }) => run)).toEqual(['r2'])
})
