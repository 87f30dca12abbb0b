import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { cli } from '../helpers/cli.ts'
import { temporaryFolder } from '../helpers/exports.ts'

/** `make test-udata`: the program with a real uData server. The kit starts one on loopback, with data. */
const isWanted = process.env.TEST_UDATA !== undefined
const KIT = resolve(process.env.UDATA_KIT ?? '../shared/udata')

/** Today and the next two weeks: the portal's exports are of today, and the gate refuses old ones. */
const WEEKS = [0, 7, 14].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10))

const execute = promisify(execFile)
const kit = async (...args: readonly string[]) => (await execute(join(KIT, 'portal'), [...args])).stdout

describe.skipIf(!isWanted)('with a real uData server', { timeout: 300_000 }, () => {
  let portal: string
  let catalogue: string

  beforeAll(async () => {
    const { stdout } = await execute(join(KIT, 'up'), [], { timeout: 900_000 })
    portal = /PORTAL=(\S+)/.exec(stdout)![1]!
    catalogue = /CATALOGUE=(\S+)/.exec(stdout)![1]!
    await kit('flags', '{}')
    await kit('export')
  }, 900_000)

  const go = (cwd: string, args: readonly string[], settings: Readonly<Record<string, string>> = {}) => {
    const env = {
      DATAGOUV_TOPS_PORTAL: portal,
      DATAGOUV_TOPS_CATALOGUE: catalogue,
      DATAGOUV_TOPS_RETRY_PAUSE: '50ms',
      ...settings,
    }
    return cli(args, { cwd, env })
  }
  const snapshotOf = async (cwd: string, date: string) => {
    return JSON.parse(await readFile(join(cwd, `data/datagouv/snapshots/${date}/snapshot.json`), 'utf8'))
  }

  test('the whole program works, by the catalogue and without it, with the same exports', async () => {
    const checksums = []
    for (const one of [catalogue, 'none']) {
      const cwd = await temporaryFolder()
      const settings = { DATAGOUV_TOPS_CATALOGUE: one }
      expect(await go(cwd, ['run', '--date', WEEKS[0]!, '--quiet'], settings)).toMatchObject({ code: 0 })
      expect(await go(cwd, ['verify', '--quiet'], settings)).toMatchObject({ code: 0 })
      const { stdout } = await go(cwd, ['show', '--json'], settings)
      expect(JSON.parse(stdout).datasets.length).toBeGreaterThan(100)
      const [dataset] = JSON.parse(stdout).datasets
      expect(await go(cwd, ['explain', dataset.dataset_id], settings)).toMatchObject({ code: 0 })
      expect((await go(cwd, ['doctor', '--json'], settings)).code).toBe(0)
      const { datasets, organizations } = await snapshotOf(cwd, WEEKS[0]!)
      checksums.push([datasets.sha256, organizations.sha256])
    }
    expect(checksums[0]).toEqual(checksums[1])
  })

  test('a live stream is held against the count of the API', async () => {
    const front = await startFront(portal)
    const cwd = await temporaryFolder()
    const settings = { DATAGOUV_TOPS_PORTAL: front.url, DATAGOUV_TOPS_CATALOGUE: 'none' }
    expect(await go(cwd, ['run', '--date', WEEKS[0]!, '--quiet'], settings)).toMatchObject({ code: 0 })
    const { datasets } = await snapshotOf(cwd, WEEKS[0]!)
    expect([datasets.url, datasets.records > 300]).toEqual([`${front.url}/api/1/site/datasets.csv?live=1`, true])
    front.endEarly()
    const { code, stderr } = await go(cwd, ['run', '--date', WEEKS[1]!, '--quiet'], settings)
    expect([code, stderr]).toEqual([
      6,
      expect.stringMatching(/datasets in the live stream where the portal counts \d+: /),
    ])
  })

  test('rows in another order publish the same tops; a week later the changes are explained', async () => {
    const cwd = await temporaryFolder()
    const topsOf = async (date: string) => JSON.parse((await go(cwd, ['show', date, '--json'])).stdout).datasets
    expect((await go(cwd, ['run', '--date', WEEKS[0]!, '--quiet'])).code).toBe(0)
    await kit('shuffle')
    expect((await go(cwd, ['run', '--date', WEEKS[1]!, '--quiet'])).code).toBe(0)
    expect(await topsOf(WEEKS[1]!)).toEqual(await topsOf(WEEKS[0]!))
    await kit('change')
    await kit('export')
    expect((await go(cwd, ['run', '--date', WEEKS[2]!, '--quiet', '--accept-incomplete'])).code).toBe(0)
    const { stdout } = await go(cwd, ['changes', WEEKS[1]!, WEEKS[2]!, '--json'])
    const { entered, left } = JSON.parse(stdout)
    expect([...entered, ...left].every(({ reason }) => reason !== null)).toBe(true)
    expect(entered.length + left.length).toBeGreaterThan(0)
    expect((await go(cwd, ['verify', '--quiet'])).code).toBe(0)
  })

  test('a getter that fails is refused by the gate', async () => {
    const cwd = await temporaryFolder()
    await kit('export')
    expect((await go(cwd, ['run', '--date', WEEKS[0]!, '--quiet'])).code).toBe(0)
    for (const [model, column, share] of [
      ['dataset', 'tags', '0.5'],
      ['organization', 'name', 'all'],
    ] as const) {
      await kit('break', model, column, share)
      await kit('export')
      const { code, stderr } = await go(cwd, ['run', '--date', WEEKS[1]!, '--quiet'])
      expect([code, stderr]).toEqual([6, expect.stringContaining(column)])
    }
    await kit('export')
    expect((await go(cwd, ['run', '--date', WEEKS[1]!, '--quiet'])).code).toBe(0)
  })

  test('a download that breaks off is resumed, and an export replaced under way is fetched again', async () => {
    onTestFinished(() => void kit('flags', '{}'))
    const cwd = await temporaryFolder()
    await kit('flags', '{"rules": [{"match": "export-dataset", "break_at": 1000000, "times": 1}]}')
    expect((await go(cwd, ['run', '--date', WEEKS[0]!])).code).toBe(0)
    // Slow enough for the job to replace and delete the file during the download.
    await kit(
      'flags',
      '{"rules": [{"match": "export-dataset", "piece": 20000, "delay": 0.1, "break_at": 2500000, "times": 1}]}',
    )
    const running = go(cwd, ['run', '--date', WEEKS[1]!, '--refetch'])
    const replacing = kit('change').then(() => kit('export'))
    const { code, stderr } = await running
    await replacing
    // 3 is right as well: try again later. In both cases nothing half is published.
    expect([0, 3, 6], stderr).toContain(code)
    expect((await go(cwd, ['run', '--date', WEEKS[1]!, '--quiet', '--accept-incomplete'])).code).toBe(0)
    expect((await go(cwd, ['verify', '--quiet'])).code).toBe(0)
  })
})

/** Starts a server in front of the portal that hides its exports, and that can end the live stream early and cleanly. */
async function startFront(portal: string) {
  let isCut = false
  const server = createServer((incoming, response) => {
    if (/^\/api\/1\/site\/\w+\.csv$/.test(incoming.url!)) return void response.writeHead(404).end()
    const forwarded = request(`${portal}${incoming.url}`, (answer) => {
      response.writeHead(answer.statusCode!, { 'content-type': answer.headers['content-type'] ?? '' })
      if (!(isCut && incoming.url!.startsWith('/api/1/site/datasets.csv'))) return void answer.pipe(response)
      const parts: Buffer[] = []
      answer.on('data', (part) => parts.push(part))
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString('latin1')
        response.end(text.slice(0, text.indexOf('\r\n"', text.length / 2) + 2), 'latin1')
      })
    })
    forwarded.end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const endEarly = () => {
    isCut = true
  }
  return { url, endEarly }
}
