import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderMetrics } from '../../src/metrics/metrics.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import { createRunRequest, openTestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder } from '../helpers/exports.ts'

const DATASETS = datasetsCsv([{ id: 'd1', title: 'Mobilité', organization: 'o1', followers: 4 }])
const ORGANIZATIONS = organizationsCsv([['o1', 'Un', 12]])

async function worldWithFile(path: (folder: string) => string) {
  const folder = await temporaryFolder()
  const file = path(folder)
  return { world: await openTestContext(undefined, `metrics_file: ${file}`, folder), file }
}

test('a run writes to the file the same metrics that "serve" returns, and leaves no other file', async () => {
  const { world, file } = await worldWithFile((folder) => join(folder, 'textfiles', 'tops.prom'))
  await mkdir(join(world.folder, 'textfiles'))
  await run(await createRunRequest(world, DATASETS, ORGANIZATIONS), world)
  const text = await readFile(file, 'utf8')
  expect(text).toBe(await renderMetrics(world))
  expect(text).toContain('datagouv_tops_edition_datasets{watch="mobilite-transport"} 1')
  expect(text).toContain('datagouv_tops_last_run_exit_code{command="run"} 0')
  expect(await readdir(join(world.folder, 'textfiles'))).toEqual(['tops.prom'])
})

test('every user can read the file, whatever the umask of the service', async () => {
  const { world, file } = await worldWithFile((folder) => join(folder, 'tops.prom'))
  const umask = process.umask(0o027)
  try {
    await run(await createRunRequest(world, DATASETS, ORGANIZATIONS), world)
  } finally {
    process.umask(umask)
  }
  expect((await stat(file)).mode & 0o777).toBe(0o644)
})

test('a failed run writes its exit code', async () => {
  const { world, file } = await worldWithFile((folder) => join(folder, 'tops.prom'))
  await expect(run(await createRunRequest(world, 'id;title\n1', ORGANIZATIONS), world)).rejects.toThrow('has no column')
  expect(await readFile(file, 'utf8')).toContain('datagouv_tops_last_run_exit_code{command="run"} 4')
})

test('a file that cannot be written causes a warning, and leaves no partial file', async () => {
  const { world, file } = await worldWithFile((folder) => join(folder, 'nowhere', 'tops.prom'))
  expect(await run(await createRunRequest(world, DATASETS, ORGANIZATIONS), world)).toMatchObject({
    status: 'published',
  })
  expect(world.warnings).toEqual([expect.stringContaining(`cannot write the metrics file ${file}: ENOENT`)])
  // With a folder in its place, the partial file is written and removed.
  await mkdir(join(world.folder, 'nowhere'))
  await mkdir(file)
  await run(await createRunRequest(world, DATASETS, ORGANIZATIONS), world)
  expect(world.warnings).toHaveLength(2)
  expect(await readdir(join(world.folder, 'nowhere'))).toEqual(['tops.prom'])
})
