import { randomUUID } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Context } from '../../src/context.ts'
import { closeContext, openContext } from '../../src/openContext.ts'
import type { RunRequest } from '../../src/pipeline/request.ts'
import { silentReport } from '../../src/terminal/report.ts'
import { temporaryFolder, writeTestFile } from './exports.ts'

/** A Wednesday. */
export const DATE = '2026-11-18'

export interface TestContext extends Context {
  readonly folder: string
  readonly warnings: string[]
}

/** Opens a context on a folder and SQLite, which is closed after the test. */
export async function openTestContext(
  now = '2026-11-18T16:00:00Z',
  config = '',
  folder?: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<TestContext> {
  const root = folder ?? (await temporaryFolder())
  const warnings: string[] = []
  // Several contexts may be opened on a folder at once: none may find the file half written.
  const draft = await writeTestFile(root, `${randomUUID()}.yaml`, config)
  const configFile = join(root, 'test.yaml')
  await rename(draft, configFile)
  const context = await openContext({
    flags: { archive: `file:${join(root, 'datagouv')}`, documents: `sqlite:${join(root, 'datagouv.db')}` },
    configFile,
    environment,
    report: { ...silentReport, warn: (line) => warnings.push(line) },
    signal: new AbortController().signal,
    clock: () => new Date(now),
  })
  onTestFinished(() => closeContext(context))
  return { ...context, folder: root, warnings }
}

/** Creates a run request for exports given as text. */
export async function createRunRequest(
  context: TestContext,
  datasets: string | Uint8Array,
  organizations: string,
): Promise<RunRequest> {
  const sources = {
    datasets: await writeTestFile(context.folder, 'source-datasets.csv', datasets),
    organizations: await writeTestFile(context.folder, 'source-organizations.csv', organizations),
  }
  return { date: DATE, watches: context.config.watches, sources }
}
