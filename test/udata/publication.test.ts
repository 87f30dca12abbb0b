import { execFile } from 'node:child_process'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { dayFormat } from '../../src/text/dayFormat.ts'
import { checkerPath } from '../helpers/checker.ts'
import { cli } from '../helpers/cli.ts'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'

/** `make test-udata`: publications in datasets of a real uData server, read back with data.gouv.fr's own Python client. */
const isWanted = process.env.TEST_UDATA !== undefined
const KIT = resolve(process.env.UDATA_KIT ?? '../shared/udata')
const HOME = process.env.UDATA_HOME ?? join(process.env.HOME!, '.cache/datagouv-udata')

/** Today and the next two weeks: the portal's exports are of today, and the gate refuses old ones. */
const WEEKS = [0, 7, 14].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)) as [
  string,
  string,
  string,
]
const KINDS = ['list', 'tops', 'tops-json', 'changes']

const execute = promisify(execFile)
const kit = async (...args: readonly string[]) => (await execute(join(KIT, 'portal'), [...args])).stdout

/** Runs Python code with uData's models. */
const inUdata = (code: string) =>
  execute(join(HOME, 'venv/bin/python'), ['-B', '-c', `import kit\nwith kit.application().app_context():\n${code}`], {
    cwd: KIT,
  })

/** Prints what the client sees of a dataset, with the checksums of the files that it downloads. */
const READ = `
import hashlib, json, sys
from datagouv import Client
client = Client(verbose=False)
client.base_url = sys.argv[1]
dataset = client.dataset(sys.argv[2])
def read(resource):
    # The resource of an editor is on another site.
    content = resource.download_buffer().getvalue() if resource.filetype == "file" else b""
    return {"id": resource.id, "title": resource.title, "description": resource.description, "format": resource.format,
            "type": resource.type, "checksum": (resource.checksum or {}).get("value"), "sha1": hashlib.sha1(content).hexdigest(),
            "text": content.decode()}
print(json.dumps({"title": dataset.title, "description": dataset.description, "license": dataset.license,
                  "temporal_coverage": dataset.temporal_coverage, "resources": [read(one) for one in dataset.resources]}))
`

interface ReadDataset {
  readonly title: string
  readonly description: string
  readonly license: string
  readonly temporal_coverage: object
  readonly resources: readonly {
    readonly id: string
    readonly title: string
    readonly description: string
    readonly format: string
    readonly type: string
    readonly checksum: string
    readonly sha1: string
    readonly text: string
  }[]
}

describe.skipIf(!isWanted)('publications on a real uData server', { timeout: 600_000 }, () => {
  let portal: string
  let catalogue: string
  let key: string
  let organization: string

  beforeAll(async () => {
    const { stdout } = await execute(join(KIT, 'up'), [], { timeout: 900_000 })
    portal = /PORTAL=(\S+)/.exec(stdout)![1]!
    catalogue = /CATALOGUE=(\S+)/.exec(stdout)![1]!
    await kit('flags', '{}')
    await kit('export')
    const printed = await kit('key')
    key = /UDATA_API_KEY=(\S+)/.exec(printed)![1]!
    const target = /UDATA_TARGET=(\S+)/.exec(printed)![1]!
    organization = (await call('GET', `/datasets/${target}/`)).organization.id
    await inUdata("  from udata.models import License; License(id='lov2', title='Licence Ouverte 2.0').save()")
    await execute(resolve('scripts/checkers'), ['datagouv-client'])
  }, 900_000)

  async function call(method: string, path: string, body?: object) {
    const headers = { 'x-api-key': key, 'content-type': 'application/json' }
    const response = await fetch(`${portal}/api/1${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    })
    expect([path, response.status]).toEqual([path, expect.toSatisfy((status) => status < 300)])
    return response.json()
  }

  const newDataset = async (): Promise<string> =>
    (
      await call('POST', '/datasets/', {
        title: 'Mobilité',
        description: 'By an editor',
        organization,
        frequency: 'weekly',
      })
    ).id

  /** Returns a dataset that the owner of the key may not edit. Earlier tests leave hundreds that the owner may. */
  const findForeignDataset = async (): Promise<{ readonly id: string }> => {
    for (let page = 1; ; page++) {
      const { data } = await call('GET', `/datasets/?page_size=100&page=${page}`)
      const found = (data as { id: string; permissions: { edit: boolean } }[]).find(
        ({ permissions }) => !permissions.edit,
      )
      if (found !== undefined) return found
    }
  }

  const read = async (dataset: string): Promise<ReadDataset> => {
    const { stdout } = await execute(checkerPath('datagouv-client'), ['-c', READ, portal, dataset], {
      maxBuffer: 2 ** 28,
    })
    return JSON.parse(stdout)
  }

  async function settings(cwd: string, dataset: string, { at = portal, target = {}, watch = {} } = {}): Promise<void> {
    const publish = [{ portal: at, dataset, ...target }]
    const watches = [{ name: 'mobilite-transport', terms: ['mobilité', 'transport'], ...watch }]
    await writeTestFile(cwd, 'datagouv-tops.yaml', JSON.stringify({ publish, watches, retry_pause: '200ms' }))
  }

  const go = (cwd: string, args: readonly string[], onStart?: Parameters<typeof cli>[1]['onStart']) => {
    const env = {
      DATAGOUV_TOPS_PORTAL: portal,
      DATAGOUV_TOPS_CATALOGUE: catalogue,
      DATAGOUV_TOPS_PUBLISH_API_KEY: key,
    }
    return cli(args, { cwd, env, ...(onStart && { onStart }) })
  }

  test('three weeks, one of them replaced and one killed in the middle, leave the dataset an editor wants', async () => {
    const [cwd, dataset] = [await temporaryFolder(), await newDataset()]
    const byHand = { title: 'Notice', filetype: 'remote', type: 'documentation', url: 'https://example.org/notice' }
    await call('POST', `/datasets/${dataset}/resources/`, byHand)
    await settings(cwd, dataset, { target: { weekly: true } })
    expect((await go(cwd, ['doctor', '--json'])).stdout).toContain('it is possible to upload to http')
    const latest: string[][] = []
    for (const [index, week] of WEEKS.entries()) {
      if (index > 0) await kit('change').then(() => kit('export'))
      // The last week is killed in the middle of its publication.
      const front = index === 2 ? await startFront(portal, 12) : undefined
      await settings(cwd, dataset, { at: front?.url ?? portal, target: { weekly: true } })
      const run = await go(cwd, ['run', week, '--quiet', '--accept-incomplete'], front?.kill)
      expect([run.code, run.stderr]).toEqual(index === 2 ? [null, ''] : [0, ''])
      await settings(cwd, dataset, { target: { weekly: true } })
      const again = await go(cwd, ['publish-remote', week, '--json'])
      expect([again.code, JSON.parse(again.stdout).status]).toEqual([0, index === 2 ? 'published' : 'unchanged'])
      const { resources } = (await call('GET', `/datasets/${dataset}/`)) as {
        resources: { id: string; title: string }[]
      }
      latest.push(resources.filter(({ title }) => title.includes('(dernière édition)')).map(({ id }) => id))
    }
    // The first edition has no changes; after that, the same resources are replaced.
    expect(latest[1]!.slice(0, 3)).toEqual(latest[0])
    expect(latest[2]).toEqual(latest[1])

    // Other terms replace the edition, and its resources.
    const before = await read(dataset)
    await settings(cwd, dataset, { target: { weekly: true }, watch: { terms: ['mobilité'] } })
    expect(await go(cwd, ['run', WEEKS[2], '--quiet', '--accept-incomplete'])).toMatchObject({ code: 0, stderr: '' })
    const after = await read(dataset)
    expect(after.resources.map(({ id }) => id)).toEqual(before.resources.map(({ id }) => id))
    expect(after.resources[0]!.sha1).not.toBe(before.resources[0]!.sha1)
    expect(after.resources[0]!.title).toContain('mentionnant «\u00a0mobilité\u00a0»\u00a0:')

    expect(after).toMatchObject({
      title: 'Mobilité',
      description: 'By an editor',
      license: 'lov2',
      temporal_coverage: { start: WEEKS[0], end: WEEKS[2] },
    })
    const suffixes = after.resources.map(({ title }) => /\((.*)\)$/.exec(title)?.[1] ?? title)
    const inWords = (week: string) => `édition du ${dayFormat('fr-FR', 'long')(week)}`
    const editions = ['dernière édition', inWords(WEEKS[2]), inWords(WEEKS[1]), inWords(WEEKS[0])]
    expect(suffixes).toEqual([...editions.flatMap((edition) => KINDS.map(() => edition)).slice(0, -1), 'Notice'])
    for (const { title, checksum, sha1, description, format } of after.resources.slice(0, -1)) {
      expect([title, checksum, format]).toEqual([title, sha1, title.includes('JSON') ? 'json' : 'csv'])
      expect(description).toMatch(/édition du|Édition du/)
    }
    const [, tops, json] = after.resources
    const { stdout } = await go(cwd, ['show', WEEKS[2], '--csv'])
    expect(tops!.text).toBe(stdout)
    expect(JSON.parse(json!.text)).toEqual(JSON.parse((await go(cwd, ['show', WEEKS[2], '--json'])).stdout))
    const { stdout: runs } = await go(cwd, ['runs', '--json', '--limit', '100'])
    expect(runs).not.toContain(key)
  })

  test('a process killed after each call is completed by the next one, without a doubled resource', async () => {
    const cwd = await temporaryFolder()
    await settings(cwd, 'none-yet')
    await kit('export')
    await go(cwd, ['run', WEEKS[0], '--quiet', '--no-notify', '--accept-incomplete'])
    const target = { files: ['tops', 'tops-json'] }
    let isWhole = false
    let calls = 0
    while (!isWhole) {
      const dataset = await newDataset()
      const front = await startFront(portal, ++calls)
      await settings(cwd, dataset, { at: front.url, target })
      const { code } = await go(cwd, ['publish-remote', WEEKS[0], '--quiet'], front.kill)
      isWhole = code === 0
      await settings(cwd, dataset, { target })
      expect((await go(cwd, ['publish-remote', WEEKS[0], '--quiet'])).code).toBe(0)
      const { resources, license, temporal_coverage } = await read(dataset)
      expect([calls, license, temporal_coverage]).toEqual([calls, 'lov2', { start: WEEKS[0], end: WEEKS[0] }])
      expect(resources.map(({ title }) => title)).toEqual([
        'Jeux de données mentionnant «\u00a0mobilité\u00a0» ou «\u00a0transport\u00a0»\u00a0: ceux des 30 organisations les plus suivies (dernière édition)',
        'Jeux de données mentionnant «\u00a0mobilité\u00a0» ou «\u00a0transport\u00a0»\u00a0: ceux des 30 organisations les plus suivies, en JSON (dernière édition)',
      ])
      expect(resources.map(({ checksum, sha1 }) => checksum === sha1)).toEqual([true, true])
    }
    expect(calls).toBeGreaterThan(12)
  })

  test('a wrong key, a dataset that is not there and one that belongs to others are one line each', async () => {
    const [cwd, dataset] = [await temporaryFolder(), await newDataset()]
    await settings(cwd, 'none-yet')
    await go(cwd, ['run', WEEKS[0], '--quiet', '--accept-incomplete'])
    await settings(cwd, dataset)
    const env = { DATAGOUV_TOPS_PUBLISH_API_KEY: 'wr0ng-key' }
    const wrong = await cli(['publish-remote', WEEKS[0], '--quiet'], { cwd, env })
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(/refuses the API key \(401, "Invalid API token"\)/),
    ])
    const foreign = await findForeignDataset()
    for (const [id, message] of [
      ['no-such-dataset', /the dataset "no-such-dataset" does not exist there \(404/],
      [foreign.id, /belongs to others: the owner of the API key is not allowed to edit it/],
    ] as const) {
      await settings(cwd, id)
      const { code, stderr } = await go(cwd, ['publish-remote', WEEKS[0], '--quiet'])
      expect([code, stderr.trimEnd().split('\n'), message.test(stderr)]).toEqual([2, [expect.any(String)], true])
    }
    expect((await read(dataset)).resources).toEqual([])
  })
})

/** Starts a server in front of the portal that kills a process once the portal has answered the call of this number. */
async function startFront(portal: string, killAfter: number) {
  let calls = 0
  let victim: { kill(signal: 'SIGKILL'): void } | undefined
  const server = createServer((incoming, response) => {
    const forwarded = request(`${portal}${incoming.url}`, {
      method: incoming.method,
      headers: { ...incoming.headers, host: new URL(portal).host },
    })
    incoming.pipe(forwarded)
    forwarded.on('error', () => response.destroy())
    forwarded.on('response', (answer) => {
      if (++calls === killAfter) {
        answer.resume()
        victim?.kill('SIGKILL')
        response.destroy()
        return
      }
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const kill = (child: { kill(signal: 'SIGKILL'): void }) => {
    victim = child
  }
  return { url, kill }
}
