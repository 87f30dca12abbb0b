import { expect, test } from 'vitest'
import type * as Errors from '../../src/errors.ts'
import type { Editions } from '../../src/server/editions.ts'
import { createExplorer } from '../../src/server/explore/explorer.ts'
import type * as Pages from '../../src/server/pages/pages.tsx'
import { silentReport } from '../../src/terminal/report.ts'
import { openTestContext } from '../helpers/context.ts'

// From the build, because pages load its script and style.
const { Failure } = (await import('../../dist/errors.js' as string)) as typeof Errors
const { createPages } = (await import('../../dist/server/pages/pages.js' as string)) as typeof Pages

test.each([
  ['an unreachable store', new Failure('store', 'cannot reach mongodb://secret'), 503, 'Momentanément indisponible'],
  ['a bug', new Error('secret stack'), 500, 'Une erreur s’est produite'],
])('%s shows a page that says what to do, and keeps the reason in the log', async (_, error, status, title) => {
  const fail = () => Promise.reject(error)
  const editions = { dates: fail, find: fail } as unknown as Editions
  const warnings: string[] = []
  const context = {
    ...(await openTestContext()),
    report: { ...silentReport, warn: (line: string) => warnings.push(line) },
  }
  const response = await (
    await createPages(context, editions, createExplorer(context, undefined), { paths: {}, components: { schemas: {} } })
  ).request('/')
  const page = await response.text()
  expect([response.status, response.headers.get('cache-control')]).toEqual([status, 'no-store'])
  expect(page).toContain(`<h1>${title}</h1>`)
  expect(page).not.toContain('secret')
  expect(warnings).toEqual([
    expect.stringContaining(`/: ${status === 503 ? 'cannot reach mongodb://secret' : 'Error: secret'}`),
  ])
})
