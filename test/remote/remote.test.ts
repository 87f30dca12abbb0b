import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { changesBetween } from '../../src/editions/changes.ts'
import { csvOf } from '../../src/editions/csv.ts'
import { readEdition } from '../../src/editions/read.ts'
import { renderMetrics } from '../../src/metrics/metrics.ts'
import { publishRemote } from '../../src/remote/publishRemote.ts'
import type { RunRecord } from '../../src/runs/record.ts'
import { cli } from '../helpers/cli.ts'
import { openTestContext, type TestContext } from '../helpers/context.ts'
import { startDaemon } from '../helpers/daemon.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { startForwardProxy } from '../helpers/forwardProxy.ts'
import { startWebhook } from '../helpers/receivers.ts'
import { startReplica } from '../helpers/replica.ts'
import { startTlsFront } from '../helpers/tlsFront.ts'
import { API_KEY, type Fault, type PlayedPortal, startUdataPortal } from '../helpers/udataPortal.ts'
import { publishWeeks, type Week } from '../helpers/weeks.ts'

const WEEKS: readonly Week[] = [
  {
    date: '2026-11-04',
    datasets: [{ id: 'd1', title: 'Mobilité', organization: 'o1', followers: 3 }],
    organizations: [['o1', 'Un', 5]],
  },
  {
    date: '2026-11-11',
    datasets: [
      { id: 'd1', title: 'Mobilité', organization: 'o1', followers: 4 },
      { id: 'd2', title: 'Transport [scolaire]', organization: 'o1' },
    ],
    organizations: [['o1', 'Un', 5]],
  },
  {
    date: '2026-11-18',
    datasets: [{ id: 'd2', title: 'Transport', organization: 'o1' }],
    organizations: [['o1', 'Un', 6]],
  },
]
const [FIRST, SECOND, LAST] = WEEKS.map(({ date }) => date) as [string, string, string]
const ENVIRONMENT = { DATAGOUV_TOPS_PUBLISH_API_KEY: API_KEY }

/** Opens a context that publishes in the portal's dataset. */
function openWith(
  portal: PlayedPortal,
  { target = {}, settings = '', folder, environment = ENVIRONMENT }: Options = {},
): Promise<TestContext> {
  const publish = [{ portal: portal.url, dataset: 'target', ...target }]
  const lines = ['retry_pause: 5ms', 'headers_timeout: 1s', `publish: ${JSON.stringify(publish)}`, settings]
  return openTestContext('2026-11-18T16:00:00Z', lines.join('\n'), folder, environment)
}

interface Options {
  readonly target?: object
  readonly settings?: string
  readonly folder?: string
  readonly environment?: Readonly<Record<string, string>>
}

const publish = (context: TestContext, date: string) =>
  publishRemote({ date, watches: context.config.watches }, { ...context, clock: () => new Date() })

/** Publishes weeks one after the other, as the scheduler would. */
async function publishEach(context: TestContext, weeks = WEEKS) {
  for (const week of weeks) {
    await publishWeeks(context, [week])
    await publish(context, week.date)
  }
}

/** What an editor sees of the dataset: all but ids and addresses. */
const view = ({ dataset, files }: PlayedPortal) => ({
  ...dataset,
  page: '',
  resources: dataset.resources.map(({ id, url, latest, ...rest }) => ({ ...rest, content: `${files.get(url)}` })),
})

const runsOf = ({ documents }: TestContext) => documents.list<RunRecord>('runs', { descending: true })

describe('three weeks', () => {
  test('replace the same resources, with title, description, dates and license, and touch nothing else', async () => {
    const portal = await startUdataPortal()
    const foreign = { ...(await uploadedByHand(portal)) }
    const context = await openWith(portal, { target: { schemas: { tops: 'https://example.org/tops.json' } } })
    await publishEach(context, WEEKS.slice(0, 2))
    const links = portal.dataset.resources.map(({ latest }) => latest)
    // The portal's own checks leave extras beside the program's.
    for (const { extras } of portal.dataset.resources) extras['check:status'] = 200
    await publishEach(context, WEEKS.slice(2))

    const { resources, ...dataset } = portal.dataset
    expect(
      resources
        .map(({ latest }) => latest)
        .slice(0, 4)
        .sort(),
    ).toEqual([...links].sort().filter((one) => one !== foreign.latest))
    expect(resources.map(({ title, type }) => [title, type])).toEqual([
      [
        'Jeux de données mentionnant «\u00a0mobilité\u00a0» ou «\u00a0transport\u00a0»\u00a0: la liste complète (dernière édition)',
        'main',
      ],
      [
        'Jeux de données mentionnant «\u00a0mobilité\u00a0» ou «\u00a0transport\u00a0»\u00a0: ceux des 30 organisations les plus suivies (dernière édition)',
        'main',
      ],
      [
        'Jeux de données mentionnant «\u00a0mobilité\u00a0» ou «\u00a0transport\u00a0»\u00a0: ceux des 30 organisations les plus suivies, en JSON (dernière édition)',
        'main',
      ],
      [
        'Jeux de données mentionnant «\u00a0mobilité\u00a0» ou «\u00a0transport\u00a0»\u00a0: les changements depuis l’édition précédente (dernière édition)',
        'update',
      ],
      ['By hand', 'documentation'],
    ])
    expect(resources.at(-1)).toEqual({ ...foreign, extras: { 'check:status': 200 } })
    expect(resources.every(({ extras }) => extras['check:status'] === 200)).toBe(true)
    expect(resources[1]!.schema).toEqual({ url: 'https://example.org/tops.json' })
    expect(resources[0]!.description).toMatch(
      /^Édition du 18 novembre 2026\. Jeux de données mentionnant «\u00a0mobilité\u00a0» ou «\u00a0transport\u00a0»\u00a0: 1, sur 1 au catalogue/,
    )
    expect(dataset).toMatchObject({
      title: 'Target',
      description: 'Written by an editor',
      frequency: 'weekly',
      license: 'lov2',
      temporal_coverage: { start: SECOND, end: LAST },
    })

    const edition = (await readEdition(context.documents, 'mobilite-transport', LAST))!
    const [list, tops, json, changes] = resources.slice(0, 4).map(({ url }) => portal.files.get(url)!.toString())
    expect(list).toBe((await buffer(context.archive.read(edition.archive.key))).toString())
    expect(tops).toBe(csvOf(edition.datasets))
    expect(JSON.parse(json!)).toEqual(edition)
    expect(changes).toMatch(/^"change";"reason";"id"/)
    expect(changes).toContain('"left";"removed";"d1"')
    const before = (await readEdition(context.documents, 'mobilite-transport', SECOND))!
    expect(changesBetween(before, edition).left).toHaveLength(1)
  })

  test('keep resources of their own with "weekly", below the others, latest week first', async () => {
    const portal = await startUdataPortal()
    const target = { weekly: true, files: ['tops', 'changes'], language: 'en', license: 'odc-odbl' }
    await publishEach(await openWith(portal, { target }))
    const suffixes = portal.dataset.resources.map(({ title, extras }) => [
      String(extras['datagouv-tops:file']).split('/')[1],
      /\(.*\)$/.exec(title)![0],
    ])
    expect(suffixes).toEqual([
      ['tops', '(latest edition)'],
      ['changes', '(latest edition)'],
      ['tops', '(edition of 18 November 2026)'],
      ['changes', '(edition of 18 November 2026)'],
      ['tops', '(edition of 11 November 2026)'],
      ['changes', '(edition of 11 November 2026)'],
      ['tops', '(edition of 4 November 2026)'],
    ])
    expect(portal.dataset).toMatchObject({ license: 'odc-odbl', temporal_coverage: { start: FIRST, end: LAST } })
  })
})

/** Adds a resource that is not the program's. */
async function uploadedByHand({ dataset, url }: PlayedPortal) {
  const facts = { type: 'documentation', filetype: 'remote', url: 'https://example.org/doc', schema: null, extras: {} }
  const resource = { id: 'by-hand', title: 'By hand', description: 'Mine', latest: `${url}/r/by-hand`, ...facts }
  dataset.resources.push({ ...resource, filesize: 0, checksum: null })
  return dataset.resources[0]!
}

describe('the same edition again', () => {
  test('changes nothing', async () => {
    const portal = await startUdataPortal()
    const context = await openWith(portal, { target: { weekly: true } })
    await publishEach(context)
    portal.calls.length = 0
    expect(await publish(context, LAST)).toMatchObject({ status: 'unchanged' })
    expect(portal.calls).toEqual(['GET /api/1/datasets/target/', 'POST /api/1/datasets/data/upload/ (check)'])
  })

  test('repairs what others changed in its resources, without uploading a file', async () => {
    const portal = await startUdataPortal()
    const context = await openWith(portal, { target: { files: ['tops'] } })
    await publishEach(context)
    portal.dataset.resources[0]!.title = 'Untitled'
    portal.dataset.temporal_coverage = null
    portal.calls.length = 0
    expect(await publish(context, LAST)).toMatchObject({ status: 'published' })
    const { id } = portal.dataset.resources[0]!
    expect(portal.writes()).toEqual([`PUT /api/1/datasets/data/resources/${id}/`, 'PUT /api/1/datasets/data/'])
  })

  test('is uploaded again where its resource was deleted', async () => {
    const portal = await startUdataPortal()
    const context = await openWith(portal, { target: { files: ['tops', 'changes'] } })
    await publishEach(context)
    const before = view(portal)
    portal.dataset.resources.splice(0, 1)
    await publish(context, LAST)
    expect(view(portal)).toEqual(before)
  })
})

test('an earlier edition leaves the resources of the last one alone', async () => {
  const portal = await startUdataPortal()
  const context = await openWith(portal, { target: { files: ['tops'] } })
  await publishEach(context)
  const before = view(portal)
  expect(await publish(context, FIRST)).toMatchObject({ status: 'unchanged' })
  expect(view(portal)).toEqual(before)
  const weekly = await openWith(portal, { target: { files: ['tops'], weekly: true }, folder: context.folder })
  await publish(weekly, FIRST)
  expect(portal.dataset.resources.map(({ extras }) => extras['datagouv-tops:file'])).toEqual([
    'mobilite-transport/tops',
    `mobilite-transport/tops/${FIRST}`,
  ])
})

test('two watches that end at the same time share a dataset', async () => {
  const portal = await startUdataPortal()
  const settings = `watches:
  - { name: mobilite-transport, terms: [mobilité, transport] }
  - { name: scolaire, terms: [scolaire] }`
  const context = await openWith(portal, { target: { files: ['list', 'tops'] }, settings })
  await publishWeeks(context, WEEKS.slice(0, 2))
  await Promise.all(
    context.config.watches.map((watch) =>
      publishRemote({ date: SECOND, watches: [watch] }, { ...context, clock: () => new Date() }),
    ),
  )
  expect(portal.dataset.resources.map(({ extras }) => extras['datagouv-tops:file'])).toEqual([
    'mobilite-transport/list',
    'mobilite-transport/tops',
    'scolaire/list',
    'scolaire/tops',
  ])
})

describe('before anything is uploaded, one line says', () => {
  const key = `cannot publish on URL: it refuses the API key (401, "Invalid API token ***"). Set DATAGOUV_TOPS_PUBLISH_API_KEY to a valid one.`
  const cases: readonly [what: string, message: string, options?: Options, change?: (portal: PlayedPortal) => void][] =
    [
      ['that the key is wrong', key, { environment: { DATAGOUV_TOPS_PUBLISH_API_KEY: 'wr0ng-key' } }],
      [
        'that there is no key',
        'cannot publish on HOST: there is no API key for it. Set DATAGOUV_TOPS_PUBLISH_API_KEY to the key of a user who can edit the dataset.',
        { environment: {} },
      ],
      [
        'that the dataset does not exist',
        'cannot publish on URL: the dataset "nowhere" does not exist there (404, "The requested URL was not found on the server."). Check the setting publish.',
        { target: { dataset: 'nowhere' } },
      ],
      [
        'that the dataset is deleted',
        'cannot publish on URL: the dataset "Target" (data) is deleted. Restore it, or name another one in the setting publish.',
        {},
        ({ dataset }) => {
          dataset.deleted = '2026-11-01T00:00:00Z'
        },
      ],
      [
        'that the dataset belongs to others',
        'cannot publish on URL: the dataset "Target" (data) belongs to others: the owner of the API key is not allowed to edit it. Add the user to its organization.',
        {},
        ({ dataset }) => {
          dataset.permissions.edit_resources = false
        },
      ],
      [
        'that the portal is read-only',
        'cannot publish on URL: it is read-only (423, "Due to security reasons, …"). Run "publish-remote" later.',
        {},
        (portal) => {
          portal.isReadOnly = true
        },
      ],
      [
        'that a file is too large',
        'cannot publish on URL: datagouv-tops-mobilite-transport-list.csv has 115 bytes, more than max_size (100 bytes). Change max_size, files or the watch in the settings.',
        { target: { max_size: '0.1kB' } },
      ],
      [
        'that the portal does not know the license',
        'cannot publish on URL: it has no license "cc-by"; it lists notspecified, lov2, odc-odbl. Change license in the setting publish.',
        { target: { license: 'cc-by' } },
      ],
      [
        'that the address redirects',
        'cannot publish on URL: it redirects to "https://elsewhere.example/", and the API key must not be sent there. Check portal in the setting publish.',
        {},
        (portal) => {
          portal.fault = () => ({ status: 308, headers: { location: 'https://elsewhere.example/' } })
        },
      ],
      [
        'that the address is not that of a portal',
        'cannot publish on URL: it does not answer like a uData portal. Check the setting publish.',
        {},
        (portal) => {
          portal.fault = () => ({ status: 200, body: { hello: 'world' } })
        },
      ],
    ]
  test.each(cases)('%s', async (_, message, options, change) => {
    const portal = await startUdataPortal()
    change?.(portal)
    const context = await openWith(portal, options)
    await publishWeeks(context, WEEKS.slice(0, 1))
    const error = await publish(context, FIRST).catch((thrown) => thrown)
    expect(error.message).toBe(message.replace('URL', portal.url).replace('HOST', new URL(portal.url).host))
    expect(portal.writes()).toEqual([])
    const stored = JSON.stringify(await runsOf(context))
    expect(stored).toContain('"status":"failed"')
    expect(stored + context.warnings.join()).not.toMatch(/wr0ng-key|k3y-of-the-editor/)
  })

  test('that a date has no edition, or that a watch does not exist', async () => {
    const portal = await startUdataPortal()
    const context = await openWith(portal)
    await publishWeeks(context, WEEKS.slice(0, 1))
    await expect(publish(context, LAST)).rejects.toThrow(/^there is no edition of mobilite-transport of 2026-11-18 in /)
    const wrong = await openWith(portal, { target: { watches: ['mobilite'] }, folder: context.folder })
    await expect(publish(wrong, FIRST)).rejects.toThrow('there is no watch "mobilite"')
    expect(portal.calls).toEqual([])
  })
})

test('one key is not sent to two portals', async () => {
  const [portal, other] = [await startUdataPortal(), await startUdataPortal()]
  const targets = [portal, other].map(({ url }) => ({ portal: url, dataset: 'target', files: ['tops'] }))
  const open = (environment: Readonly<Record<string, string>>, folder?: string) =>
    openTestContext('2026-11-18T16:00:00Z', `publish: ${JSON.stringify(targets)}`, folder, environment)
  const context = await open(ENVIRONMENT)
  await publishWeeks(context, WEEKS.slice(0, 1))
  await expect(publish(context, FIRST)).rejects.toThrow('because publish names several portals')
  expect([...portal.calls, ...other.calls]).toEqual([])

  // The second portal refuses its key; the first one is updated all the same.
  const keys = { [new URL(portal.url).host]: API_KEY, [new URL(other.url).host]: 'other' }
  const both = await open({ DATAGOUV_TOPS_PUBLISH_API_KEY: JSON.stringify(keys) }, context.folder)
  await expect(publish(both, FIRST)).rejects.toThrow(`cannot publish on ${other.url}: it refuses the API key`)
  expect(portal.dataset.resources).toHaveLength(1)
  expect([new Set(portal.keys), new Set(other.keys)]).toEqual([new Set([API_KEY]), new Set(['other'])])
})

describe('a portal that', () => {
  const FILES = { target: { files: ['tops'] } }

  /** Publishes two weeks in a portal, from stores that have them already. @returns the warnings */
  async function publishTwo(portal: PlayedPortal, folders: readonly string[]): Promise<string[]> {
    const contexts = [
      await openWith(portal, { ...FILES, folder: folders[0]! }),
      await openWith(portal, { ...FILES, folder: folders[1]! }),
    ]
    await publish(contexts[0]!, FIRST)
    await publish(contexts[1]!, SECOND)
    return contexts.flatMap(({ warnings }) => warnings)
  }

  /** Creates the stores after the first and the second week. Returns also the view of a portal without faults, and its calls. */
  async function undisturbed() {
    const portal = await startUdataPortal()
    const [one, two] = [await openWith(portal, FILES), await openWith(portal, FILES)]
    await publishWeeks(one, WEEKS.slice(0, 1))
    await publishWeeks(two, WEEKS.slice(0, 2))
    const folders = [one.folder, two.folder]
    await publishTwo(portal, folders)
    // The runs that made the editions differ from test to test, but not here.
    return { folders, whole: view(portal), calls: portal.calls.length }
  }

  const faults: readonly (readonly [string, Fault])[] = [
    ['answers 500', { status: 500 }],
    ['answers 503 and asks to wait', { status: 503, headers: { 'retry-after': '0' } }],
    ['answers 429', { status: 429 }],
    ['breaks the connection', 'break before'],
    ['breaks the connection after it has done what was asked', 'break after'],
  ]
  test.each(faults)(
    '%s, once at each call: the dataset ends the same, without a duplicate resource',
    async (_, fault) => {
      const { folders, whole, calls } = await undisturbed()
      for (let at = 1; at <= calls; at++) {
        const portal = await startUdataPortal()
        portal.fault = (call) => (call === at ? fault : undefined)
        const warnings = await publishTwo(portal, folders)
        expect([at, view(portal)]).toEqual([at, whole])
        // A second upload would have been removed again.
        expect(portal.writes().filter((name) => name.startsWith('DELETE'))).toEqual([])
        expect(warnings.filter((line) => line.includes('; retrying in'))).toHaveLength(1)
      }
    },
  )

  test('stays silent fails after the retries of the policy', async () => {
    const portal = await startUdataPortal()
    portal.fault = (_, name) => (name.endsWith('/licenses/') ? 'silence' : undefined)
    const context = await openWith(portal, { settings: 'retries: 1' })
    await publishWeeks(context, WEEKS.slice(0, 1))
    const what = `cannot publish on ${portal.url}: no answer within 1.0 s (2 attempts). Run "publish-remote" later.`
    await expect(publish(context, FIRST)).rejects.toThrow(what)
    expect(portal.writes()).toEqual([])
  })

  test('has a size limit refuses a file by its length, before the upload', async () => {
    const portal = await startUdataPortal()
    portal.maxBytes = 2 ** 20
    const context = await openWith(portal, { target: { files: ['list'] } })
    const large = { id: 'd1', title: 'Transport', description: 'x'.repeat(2 ** 21), organization: 'o1' }
    await publishWeeks(context, [{ date: FIRST, datasets: [large], organizations: [['o1', 'Un', 5]] }])
    await expect(publish(context, FIRST)).rejects.toThrow('the file is larger than the portal accepts (413).')
    expect(portal.calls.at(-1)).toBe('refused by its length')
    expect(portal.dataset.resources).toEqual([])
    portal.maxBytes = Number.POSITIVE_INFINITY
    await publish(context, FIRST)
    expect(portal.files.values().next().value!.length).toBeGreaterThan(2 ** 21)
  })

  test('responds too late keeps no upload that appears after the time limit', async () => {
    const portal = await startUdataPortal()
    const context = await openWith(portal, { target: { files: ['tops'] } })
    await publishWeeks(context, WEEKS.slice(0, 1))
    await publish(context, FIRST)
    const [made] = portal.dataset.resources
    const title = 'datagouv-tops-mobilite-transport-tops.csv'
    portal.dataset.resources.unshift({ ...made!, id: 'late', title, description: null, extras: {} })
    // One of an earlier week, whose run was killed and never repeated.
    const weekly = title.replace('.csv', '-2026-10-28.csv')
    const url = `${portal.url}/resources/target/9/${weekly}`
    portal.dataset.resources.push({ ...made!, id: 'old', title: weekly, url, description: null, extras: {} })
    portal.dataset.resources.push({ ...made!, id: 'mine', title: 'Mine', description: null, extras: {} })
    expect(await publish(context, FIRST)).toMatchObject({ status: 'published' })
    expect(portal.dataset.resources.map(({ id }) => id)).toEqual([made!.id, 'mine'])
    expect(context.warnings.slice(1)).toEqual([
      `removed the resource late (${title}): it was left by an interrupted upload`,
      `removed the resource old (${weekly}): it was left by an interrupted upload`,
    ])
  })
})

test('a proxy never sees the key of a portal on this machine', async () => {
  const portal = await startUdataPortal()
  const proxy = await startForwardProxy()
  const environment = { ...ENVIRONMENT, HTTP_PROXY: proxy.url }
  const context = await openWith(portal, { environment })
  await publishWeeks(context, WEEKS.slice(0, 1))
  await publish(context, FIRST)
  expect([proxy.requests, portal.dataset.resources.length]).toEqual([[], 3])
})

test('"doctor" checks the key, the dataset and the rights, and uploads nothing', async () => {
  const portal = await startUdataPortal()
  const context = await openWith(portal)
  const doctor = async (key: string) => {
    const env = { DATAGOUV_TOPS_PUBLISH_API_KEY: key, DATAGOUV_TOPS_PORTAL: 'http://127.0.0.1:1' }
    const { stdout } = await cli(['doctor', '--json', '--config', 'test.yaml'], { cwd: context.folder, env })
    return JSON.parse(stdout).checks.find(({ check }: { check: string }) => check === 'publication on portals')
  }
  expect(await doctor('wr0ng-key')).toMatchObject({
    status: 'failed',
    exit_code: 2,
    remedy: expect.stringMatching(/^set /),
  })
  expect(await doctor(API_KEY)).toMatchObject({
    status: 'ok',
    finding: `it is possible to upload to ${portal.dataset.page}`,
  })
  expect(portal.writes()).toEqual([])
})

test('lineage names the dataset of the portal as what was written, from the list and the tops', async () => {
  const portal = await startUdataPortal()
  const { folder } = await openTestContext()
  const context = await openWith(portal, { folder, settings: `lineage: ${JSON.stringify(`file:${folder}/events`)}` })
  await publishWeeks(context, WEEKS.slice(0, 1))
  await publish(context, FIRST)
  const events = (await readFile(`${folder}/events`, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(events.at(-1)).toMatchObject({
    eventType: 'COMPLETE',
    job: { name: 'publish-remote.mobilite-transport' },
    inputs: [{ name: expect.stringMatching(/2026-11-04\/mobilite-transport\.csv$/) }, { name: 'tops' }],
    outputs: [{ namespace: portal.url, name: 'data' }],
  })
  expect(JSON.stringify(events)).not.toContain(API_KEY)
})

test('an https portal is reached through a tunnel; an unknown certificate is reported in one line', async () => {
  const [portal, proxy] = [await startUdataPortal(), await startForwardProxy()]
  const front = await startTlsFront(portal.url)
  const context = await openTestContext()
  await publishWeeks(context, WEEKS.slice(0, 1))
  const target = { portal: front.url, dataset: 'target', files: ['list', 'tops'] }
  const env = { ...ENVIRONMENT, HTTPS_PROXY: proxy.url, DATAGOUV_TOPS_PUBLISH: JSON.stringify([target]) }
  const flags = ['--quiet', '--archive', 'file:datagouv', '--documents', 'sqlite:datagouv.db']
  const go = (more: Readonly<Record<string, string>>) =>
    cli(['publish-remote', FIRST, ...flags], { cwd: context.folder, env: { ...env, ...more } })
  const unknown = await go({})
  expect([unknown.code, unknown.stderr.split('\n')]).toEqual([
    3,
    [expect.stringMatching(/its certificate is from an authority that this machine does not know/), ''],
  ])
  expect(await go({ NODE_EXTRA_CA_CERTS: front.authority })).toMatchObject({ code: 0, stderr: '' })
  expect(portal.dataset.resources).toHaveLength(2)
  expect(new Set(proxy.requests)).toEqual(new Set([`CONNECT ${new URL(front.url).host}`]))
})

test('"demo" publishes on no portal', async () => {
  const portal = await startUdataPortal()
  const cwd = await temporaryFolder()
  const publish = [{ portal: portal.url, dataset: 'target' }]
  await writeTestFile(cwd, 'datagouv-tops.yaml', `publish: ${JSON.stringify(publish)}`)
  const env = { ...ENVIRONMENT, DATAGOUV_TOPS_PUBLISH: JSON.stringify(publish) }
  expect((await cli(['demo', '--into', 'demo', '--no-serve', '--quiet'], { cwd, env })).code).toBe(0)
  expect(portal.calls).toEqual([])
})

test('"schedule" publishes on the portal too, and goes on after a failure there', async () => {
  const portal = await startUdataPortal()
  portal.isReadOnly = true
  const exports = {
    datasets: datasetsCsv([{ id: 'd1', title: 'Mobilité', organization: 'o1', followers: 4 }]),
    organizations: organizationsCsv([['o1', 'Un', 12]]),
  }
  const file = (text: string) => ({ content: Buffer.from(text), modified: new Date() })
  const files = { datasets: file(exports.datasets), organizations: file(exports.organizations) }
  const replica = await startReplica({ files })
  onTestFinished(() => replica.close())
  const env = {
    ...ENVIRONMENT,
    DATAGOUV_TOPS_PORTAL: replica.url,
    DATAGOUV_TOPS_SCHEDULE: '*/3 * * * * *',
    DATAGOUV_TOPS_PUBLISH: JSON.stringify([{ portal: portal.url, dataset: 'target', files: ['tops'] }]),
  }
  const daemon = startDaemon(['schedule'], { cwd: await temporaryFolder(), env })
  await daemon.until('a failure', () => daemon.stderr.includes('is published, but not on the portal: '))
  portal.isReadOnly = false
  await daemon.until('the resource', () => portal.dataset.resources[0]?.title.includes('dernière édition'))
  expect(await daemon.stop()).toBe(0)
})

describe('"run"', () => {
  test('publishes on the portal too; a failure there is a warning, a record, a metric and one notification', async () => {
    const [portal, hook] = [await startUdataPortal(), await startWebhook()]
    const settings = `language: en\nnotify: ${JSON.stringify([{ kind: 'webhook', url: hook.url }])}`
    const context = await openWith(portal, { target: { files: ['tops'] }, settings })
    await publishWeeks(context, WEEKS.slice(0, 1))
    const run = (env: Readonly<Record<string, string>>, command = 'run', date = FIRST) =>
      cli(
        [
          command,
          date,
          '--json',
          '--config',
          'test.yaml',
          '--archive',
          'file:datagouv',
          '--documents',
          'sqlite:datagouv.db',
        ],
        {
          cwd: context.folder,
          env: { ...env },
        },
      )
    const failed = await run({ DATAGOUV_TOPS_PUBLISH_API_KEY: 'wr0ng-key' })
    expect([failed.code, JSON.parse(failed.stdout).status]).toEqual([0, 'unchanged'])
    expect(failed.stderr).toMatch(
      /the edition of 2026-11-04 is published, but not on the portal: .* refuses the API key/,
    )
    expect((await run({ DATAGOUV_TOPS_PUBLISH_API_KEY: 'wr0ng-key' }, 'notify')).code).toBe(0)
    const news = hook.received.map(({ body }) => body).filter(({ event }) => event === 'remote_failed')
    expect(news).toMatchObject([
      {
        date: FIRST,
        kind: 'usage',
        exit_code: 2,
        subject: 'the edition of 4 November 2026 is published, but not on the portal',
      },
    ])
    expect(news[0].text).toContain('"datagouv-tops publish-remote 2026-11-04" publishes it there.')
    expect((await runsOf(context))[0]).toMatchObject({ command: 'publish-remote', status: 'failed' })
    expect(await renderMetrics(context)).toContain('last_run_exit_code{command="publish-remote"} 2')
    expect(JSON.stringify([await runsOf(context), hook.received, failed])).not.toContain('wr0ng-key')
    expect(portal.dataset.resources).toEqual([])

    const caughtUp = await run(ENVIRONMENT, 'publish-remote')
    expect([caughtUp.code, JSON.parse(caughtUp.stdout)]).toMatchObject([0, { status: 'published', date: FIRST }])
    expect(portal.dataset.resources).toHaveLength(1)
    expect(await renderMetrics(context)).toContain('last_run_exit_code{command="publish-remote"} 0')
    expect(JSON.parse((await run(ENVIRONMENT)).stdout).status).toBe('unchanged')
    const latest = await run(ENVIRONMENT, 'publish-remote', 'latest')
    expect(JSON.parse(latest.stdout)).toMatchObject({ status: 'unchanged', date: FIRST })
    expect(portal.dataset.resources).toHaveLength(1)
  })

  test('stops cleanly while it publishes on the portal', async () => {
    const portal = await startUdataPortal()
    const stopped = new AbortController()
    portal.fault = (_, name) => {
      if (name !== 'POST /api/1/datasets/data/upload/') return undefined
      stopped.abort(new Error('stop'))
      return 'silence'
    }
    const context = await openWith(portal)
    await publishWeeks(context, WEEKS.slice(0, 1))
    onTestFinished(() => stopped.abort())
    await expect(publish({ ...context, signal: stopped.signal }, FIRST)).rejects.toThrow('stop')
    expect(await context.documents.ids('leases')).toEqual([])
    portal.fault = () => undefined
    await publish(context, FIRST)
    expect(portal.dataset.resources).toHaveLength(3)
  })
})
