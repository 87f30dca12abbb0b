import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { closeWorld, openWorld, type World } from '../../src/context.ts'
import type { Order } from '../../src/pipeline/order.ts'
import { silent } from '../../src/terminal/report.ts'
import { put, temporaryFolder } from './exports.ts'

/** A Wednesday. */
export const DATE = '2026-11-18'

export interface TestWorld extends World {
  readonly folder: string
  readonly warnings: string[]
}

/** Opens a context on a folder and SQLite, which is closed after the test. */
export async function testWorld(now = '2026-11-18T16:00:00Z', config = '', folder?: string): Promise<TestWorld> {
  const root = folder ?? (await temporaryFolder())
  const warnings: string[] = []
  const configFile = await put(root, 'test.yaml', config)
  const world = await openWorld({
    flags: { archive: `file:${join(root, 'datagouv')}`, documents: `sqlite:${join(root, 'datagouv.db')}` },
    configFile,
    report: { ...silent, warn: (line) => warnings.push(line) },
    signal: new AbortController().signal,
    clock: () => new Date(now),
  })
  onTestFinished(() => closeWorld(world))
  return { ...world, folder: root, warnings }
}

/** Creates a run request for exports given as text. */
export async function orderOf(world: TestWorld, datasets: string | Uint8Array, organizations: string): Promise<Order> {
  const sources = {
    datasets: await put(world.folder, 'source-datasets.csv', datasets),
    organizations: await put(world.folder, 'source-organizations.csv', organizations),
  }
  return { date: DATE, watches: world.config.watches, sources }
}
