import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Edition } from '../../src/editions/edition.ts'
import { readAll } from '../contracts/archive.ts'
import { testBucket } from '../helpers/bucket.ts'
import { cli } from '../helpers/cli.ts'
import { testDatabase } from '../helpers/database.ts'
import { datasetsCsv, organizationsCsv, readFolder, temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { isInstalled, serviceOrSkip, startOwnServer, type Variables } from '../helpers/services.ts'

const DATE = '2026-11-18'
const CSV = `${DATE}/mobilite-transport.csv`
const ID = `mobilite-transport/${DATE}`
const SAMPLE = 'sample/2023-08-09'

const minio = serviceOrSkip('minio', 'runs on MinIO and MongoDB')
const mongodb = serviceOrSkip('mongodb', 'runs on MongoDB and MinIO')

/** The results of a run on the sample, in a folder and SQLite, without run ids and times. */
async function embedded(sources: readonly string[]) {
  const cwd = await temporaryFolder()
  expect((await cli(['run', '--date', DATE, '--quiet', ...sources], { cwd })).code).toBe(0)
  const edition: Edition = JSON.parse((await cli(['show', '--json'], { cwd })).stdout)
  return { csv: (await readFolder(join(cwd, 'data/datagouv'))).get(CSV)!, edition: withoutMaker(edition) }
}

function withoutMaker({ generated_at: _, run_id: __, ...edition }: Edition) {
  return edition
}

async function sampleSources(): Promise<string[]> {
  const folder = await temporaryFolder()
  const copy = async (name: string) => {
    const { gunzipSync } = await import('node:zlib')
    return writeTestFile(folder, `${name}.csv`, gunzipSync(await readFile(`${SAMPLE}/${name}.csv.gz`)))
  }
  return ['--datasets', await copy('datasets'), '--organizations', await copy('organizations')]
}

describe.runIf(minio && mongodb)('on MinIO and MongoDB', () => {
  const places = async () => {
    for (const [name, value] of Object.entries(minio!)) vi.stubEnv(name, value)
    onTestFinished(() => void vi.unstubAllEnvs())
    const bucket = await testBucket()
    const { url, database, close } = await testDatabase(mongodb!.DATAGOUV_TOPS_DOCUMENTS!)
    onTestFinished(async () => {
      await bucket.close()
      await close()
    })
    const stores = ['--archive', bucket.archive.address, '--documents', url]
    const left = async () => ({
      csv: await readAll(bucket.archive, CSV),
      edition: withoutMaker((await database.collection<Edition>('tops').findOne({ _id: ID as never }))!),
      leftovers: await bucket.leftovers(),
      leases: await database.collection('leases').countDocuments(),
    })
    return { stores, left }
  }

  test('a run leaves the same bytes and values as in a folder and SQLite', async () => {
    const sources = await sampleSources()
    const { stores, left } = await places()
    const run = () => cli(['run', '--date', DATE, '--json', ...sources, ...stores], { cwd: '/', env: minio! })
    expect(JSON.parse((await run()).stdout)).toMatchObject({ status: 'published' })
    expect(await left()).toEqual({ ...(await embedded(sources)), leftovers: 0, leases: 0 })
    expect(JSON.parse((await run()).stdout)).toMatchObject({ status: 'unchanged' })
  })

  test('three processes that share only the stores leave the same result', async () => {
    const sources = await sampleSources()
    const { stores, left } = await places()
    for (const [step, given] of [
      ['fetch', sources],
      ['archive', []],
      ['publish', []],
    ] as const) {
      const args = [step, '--date', DATE, '--quiet', ...given, ...stores]
      expect(await cli(args, { cwd: await temporaryFolder(), env: minio! })).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      })
    }
    expect(await left()).toEqual({ ...(await embedded(sources)), leftovers: 0, leases: 0 })
  })
})

describe.runIf(isInstalled('minio') && isInstalled('mongodb'))('stores of its own', () => {
  test('that are killed in the middle of a run are reported in one line, and the next run finishes the work', async () => {
    const folder = await temporaryFolder()
    const many = Array.from({ length: 150_000 }, (_, i) => ({ id: `d${i}`, title: 'Transport', organization: 'o1' }))
    const sources = [
      '--datasets',
      await writeTestFile(folder, 'datasets.csv', datasetsCsv(many)),
      '--organizations',
      await writeTestFile(folder, 'organizations.csv', organizationsCsv([['o2', 'Deux', 5]])),
    ]
    const [archive, documents] = [await startOwnServer('minio'), await startOwnServer('mongodb')]
    for (const server of [archive, documents]) onTestFinished(() => server.remove())
    const address = `${documents.variables.DATAGOUV_TOPS_DOCUMENTS}?serverSelectionTimeoutMS=1000`
    const env: Variables = { ...archive.variables, DATAGOUV_TOPS_DOCUMENTS: address }
    const run = (onStart?: () => void) =>
      cli(['run', '--date', DATE, '--quiet', ...sources], { cwd: folder, env, ...(onStart && { onStart }) })
    for (const [i, server] of [archive, documents, archive, documents].entries()) {
      const ended = run()
      await sleep(350 + 250 * i)
      await server.kill()
      const { code, stdout, stderr } = await ended
      expect(stdout).toBe('')
      // The run may already have finished.
      if (code !== 0) expect([code, stderr.split('\n').length], stderr).toEqual([5, 2])
      await server.start()
    }
    expect(await run()).toEqual({ code: 0, stdout: '', stderr: '' })
    const verified = await cli(['verify', '--json'], { cwd: folder, env })
    expect(verified.code, verified.stderr).toBe(0)
  })
})
