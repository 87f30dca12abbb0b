import { execFileSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { run } from '../../src/pipeline/pipeline.ts'
import { createRunRequest, DATE, openTestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder } from '../helpers/exports.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const REFERENCE = join(ROOT, 'docs/reference')
const read = async (name: string) => JSON.parse(await readFile(join(REFERENCE, name), 'utf8'))

test('the reference is up to date: npm run reference', async () => {
  const folder = await temporaryFolder()
  execFileSync(process.execPath, ['scripts/reference.mjs', folder], { cwd: ROOT })
  const names = await readdir(folder)
  // These two are written by hand. Other tests check stored snapshots and sent notifications against them.
  expect([...names, 'snapshot.schema.json', 'notification.schema.json'].sort()).toEqual(
    (await readdir(REFERENCE)).sort(),
  )
  for (const name of names) {
    expect([name, await readFile(join(REFERENCE, name), 'utf8')]).toEqual([
      name,
      await readFile(join(folder, name), 'utf8'),
    ])
  }
})

test('the documents of a run are valid against the schemas of the reference', async () => {
  const ajv = new Ajv2020({
    strictSchema: false,
    formats: { date: /^\d{4}-\d\d-\d\d$/, 'date-time': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ },
  })
  const context = await openTestContext()
  const datasets = datasetsCsv([{ id: 'd1', title: 'Mobilité', organization: 'o1', followers: 4 }])
  const { run_id } = await run(await createRunRequest(context, datasets, organizationsCsv([['o1', 'Un', 12]])), context)
  const stored = {
    snapshot: await json(context.archive.read(`snapshots/${DATE}/snapshot.json`)),
    edition: await context.documents.find('tops', `mobilite-transport/${DATE}`),
    run: await context.documents.find('runs', run_id),
  }
  for (const [name, value] of Object.entries(stored)) {
    const valid = ajv.compile(await read(`${name}.schema.json`))
    valid(value)
    expect([name, valid.errors]).toEqual([name, null])
    expect([name, valid({ ...(value as object), date: 7 })]).toEqual([name, false])
  }
})
