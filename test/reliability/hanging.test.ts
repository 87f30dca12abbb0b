import { mkdir, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'libsql'
import { expect, onTestFinished, test } from 'vitest'
import { openMongo } from '../../src/stores/mongo/mongo.ts'
import { cli } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { isInstalled, type OwnServer, startOwnServer, uniqueName } from '../helpers/services.ts'

const DATE = '2026-11-18'
const STOPPED = { code: 143, stdout: '', stderr: 'datagouv-tops: terminated; no partial edition was published\n' }

async function withSources(): Promise<{ folder: string; args: readonly string[] }> {
  const folder = await temporaryFolder()
  const dataset = { title: 'Mobilité', organization: 'o1', description: 'x'.repeat(500) }
  const datasets = Array.from({ length: 60_000 }, (_, i) => ({ ...dataset, id: `d${i}` }))
  const sources = {
    datasets: await writeTestFile(folder, 'd.csv', datasetsCsv(datasets)),
    organizations: await writeTestFile(folder, 'o.csv', organizationsCsv([['o1', 'Un', 1]])),
  }
  const { datasets: d, organizations: o } = sources
  return { folder, args: ['run', '--date', DATE, '--quiet', '--datasets', d, '--organizations', o] }
}

async function until(happened: () => Promise<unknown>): Promise<void> {
  while (!(await happened())) await sleep(5)
}

test('a run that waits for a locked SQLite file stops on a signal', async ({ skip }) => {
  if (process.platform !== 'linux') skip('only Linux shows which files a process has open')
  const { folder, args } = await withSources()
  const path = join(folder, 'data/datagouv.db')
  await mkdir(join(folder, 'data'))
  const database = new Database(path)
  database.exec('BEGIN IMMEDIATE')
  const ended = await cli(args, {
    cwd: folder,
    onStart: async (child) => {
      const files = `/proc/${child.pid}/fd`
      const open = async () =>
        Promise.all((await readdir(files)).map((fd) => readlink(join(files, fd)).catch(() => '')))
      await until(async () => (await open().catch((): string[] => [])).includes(path))
      await sleep(300)
      child.kill('SIGTERM')
    },
  })
  expect(ended).toEqual(STOPPED)
  database.exec('ROLLBACK')
  database.close()
  expect(await cli(args, { cwd: folder })).toMatchObject({ code: 0, stderr: '' })
})

test('a run whose stores hang stops on a signal, and the next run continues', async ({ skip }) => {
  if (!isInstalled('minio') || !isInstalled('mongodb')) skip('needs MinIO and MongoDB: scripts/services install')
  const servers: Record<string, OwnServer> = {
    minio: await startOwnServer('minio'),
    mongodb: await startOwnServer('mongodb'),
  }
  onTestFinished(async () => {
    for (const server of Object.values(servers)) await server.remove()
  })
  const { folder, args } = await withSources()
  const documentsAt = servers.mongodb!.variables.DATAGOUV_TOPS_DOCUMENTS!.replace(/\/[^/]*$/, `/${uniqueName()}`)
  const env = {
    ...servers.minio!.variables,
    DATAGOUV_TOPS_ARCHIVE: `s3://${uniqueName()}`,
    DATAGOUV_TOPS_DOCUMENTS: documentsAt,
  }
  const documents = await openMongo(documentsAt)
  onTestFinished(() => documents.close())
  for (const silent of ['minio', 'mongodb'] as const) {
    const before = (await documents.ids('runs')).length
    const ended = await cli(args, {
      cwd: folder,
      env,
      onStart: async (child) => {
        await until(async () => (await documents.ids('runs')).length > before)
        servers[silent]!.pause()
        await sleep(100)
        child.kill('SIGTERM')
      },
    })
    servers[silent]!.resume()
    expect([silent, ended]).toEqual([silent, STOPPED])
    // The run updates the store that still answers. The next run cleans up the other.
    if (silent === 'minio') {
      const [last] = await documents.list<{ _id: string; status: string }>('runs', { descending: true, limit: 1 })
      expect([last!.status, await documents.ids('leases')]).toEqual(['stopped', []])
    }
  }
  expect(await cli(args, { cwd: folder, env })).toMatchObject({ code: 0, stderr: '' })
  expect(await documents.ids('leases')).toEqual([])
  const records = await documents.list<{ _id: string; status: string }>('runs')
  expect(records.map((record) => record.status)).toEqual(['stopped', 'stopped', 'published'])
})
