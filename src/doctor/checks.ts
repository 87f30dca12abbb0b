import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { buffer } from 'node:stream/consumers'
import { findWatches } from '../config/watch.ts'
import type { ExportName } from '../editions/edition.ts'
import { Failure } from '../errors.ts'
import { hasProxy, proxyFor } from '../network/proxy.ts'
import { baselineFor } from '../pipeline/snapshotDraft.ts'
import { freeBytes } from '../stores/disk.ts'
import { silentReport } from '../terminal/report.ts'
import { formatBytes, formatDuration, pluralize } from '../text/format.ts'
import { dependencyVersion, MIN_NODE_VERSION, NODE_END_OF_FIXES, VERSION } from '../version.ts'
import type { DoctorContext } from './doctorContext.ts'
import { checkDocuments, checkSchema } from './documents.ts'
import { type Finding, failed, ok, warning } from './finding.ts'
import { probeName, unreliableStore } from './probe.ts'

/** A check. An error becomes its finding and does not stop the other checks. */
type Check = (context: DoctorContext, fix: boolean) => Promise<Finding>

/** The checks, in the order of the report. */
export const CHECKS: Readonly<Record<string, Check>> = {
  settings: checkSettings,
  proxies: checkProxies,
  portal: checkPortal,
  archive: checkArchive,
  documents: checkDocuments,
  schema: checkSchema,
  'completeness gate': checkBaseline,
  'publication on portals': checkPublication,
  'clock and the portal': async (context) => checkClock('the portal', (await context.portal()).now),
  'clock and the archive': async (context) => checkClock('the archive', (await context.archiveFacts()).now),
  'clock and the documents': async (context) => checkClock('the document store', (await context.documentsFacts()).now),
  'time zone data': checkTimeZone,
  'room for the archive': checkArchiveSpace,
  'room for the documents': async (context) => checkFreeSpace((await context.documentsFacts()).free),
  'room for temporary files': async () => checkFreeSpace(await freeBytes(tmpdir())),
  versions: checkVersions,
}

async function checkSettings({ settings }: DoctorContext): Promise<Finding> {
  const { config, origins } = await settings()
  const changed = Object.entries(origins).filter(([, { origin }]) => origin !== 'default')
  const list = changed.map(([key, { origin }]) => `${key} (${origin})`)
  const watches = config.watches.map(({ name }) => name).join(', ')
  return ok(`watches ${watches}; ${list.length === 0 ? 'all other settings are defaults' : `set: ${list.join(', ')}`}`)
}

async function checkProxies({ settings, archive }: DoctorContext): Promise<Finding> {
  const { config } = await settings()
  if (!hasProxy(config)) return ok('no proxy is set (HTTPS_PROXY, HTTP_PROXY); every server is reached directly')
  const server = await archive().then(
    (store) => store.server,
    () => undefined,
  )
  const targets = [
    ...config.notify.map(({ name, url }) => [name, url] as const),
    ...config.publish
      .filter(({ portal }) => portal.startsWith('https:'))
      .map(({ portal, dataset }) => [`the dataset ${dataset}`, portal] as const),
  ]
  const uses = [
    ['the portal', config.portal],
    ['the archive', server],
    ...targets,
    ['lineage', config.lineage],
  ] as const
  const routes = uses.flatMap(([what, address]) => {
    if (!address?.startsWith('http')) return []
    const proxy = proxyFor(address, config)
    return [`${what} ${proxy === undefined ? 'directly' : `through ${proxy.origin} (${proxy.variable})`}`]
  })
  return ok(routes.join(', '))
}

async function checkPortal({ settings, portal }: DoctorContext): Promise<Finding> {
  const { exports } = await portal()
  const size = (name: ExportName) => (exports[name].bytes === undefined ? '' : ` (${formatBytes(exports[name].bytes)})`)
  const { config } = await settings()
  return ok(`${config.portal} has the exports of datasets${size('datasets')} and organizations${size('organizations')}`)
}

/** Writes, reads and deletes an object. */
async function checkArchive({ archive, archiveWarnings, created, isNew }: DoctorContext): Promise<Finding> {
  const store = await archive()
  const key = `doctor/${probeName()}.txt`
  const content = Buffer.from('written by "datagouv-tops doctor"; safe to delete\n')
  const object = await store.create(key, { contentType: 'text/plain; charset=utf-8' })
  try {
    await object.write(content)
    await object.complete(createHash('sha256').update(content).digest('hex'))
    await object.commit()
    if (!(await buffer(store.read(key))).equals(content)) throw unreliableStore(store)
    await store.remove(key)
    if (await store.stat(key))
      throw new Failure('store', `${store.address} keeps a deleted object. Check its retention rules.`)
  } finally {
    await object.abort()
  }
  const [, finding, remedy] = /^(.*); (.*)$/s.exec(archiveWarnings[0] ?? '') ?? []
  if (finding !== undefined) return warning(finding, remedy!)
  const later = (await isNew.archive()) ? ['the first run creates this folder'] : created.archive
  return ok([`an object was written to ${store.address}, read and removed`, ...later].join('; '))
}

/** Reports the snapshot with which the completeness gate compares the next export, and any that it cannot use. */
async function checkBaseline({ settings, archive }: DoctorContext): Promise<Finding> {
  const problems: string[] = []
  const report = { ...silentReport, warn: (line: string) => void problems.push(line) }
  const { config } = await settings()
  const baseline = await baselineFor('9999-12-31', { archive: await archive(), config, report })
  const found =
    baseline === undefined
      ? 'there is no snapshot of this portal and catalogue to compare with'
      : `the next export is compared with the snapshot of ${baseline.date}: ${pluralize(baseline.datasets.records, 'dataset')}, ${pluralize(baseline.organizations.records, 'organization')}`
  const [problem] = problems
  if (problem === undefined) return ok(found)
  const [, what = problem, remedy = 'restore it from a backup'] = /^(.*)\. (.*)$/s.exec(problem) ?? []
  return warning(`${found}; ${what}`, remedy)
}

/** Checks the key, the rights and the license for each dataset of the setting `publish`. Uploads nothing. */
async function checkPublication({ settings, signal }: DoctorContext): Promise<Finding> {
  const { config } = await settings()
  if (config.publish.length === 0) return ok('the setting publish names no dataset')
  const { openDataset } = await import('../remote/prepare.ts')
  const context = { config: { ...config, retries: 0 }, signal, report: silentReport }
  const pages: string[] = []
  for (const target of config.publish) {
    findWatches(target.watches, config)
    const { dataset } = await openDataset(target, context)
    pages.push(dataset.page ?? `${target.portal}/datasets/${dataset.id}`)
  }
  return ok(`it is possible to upload to ${pages.join(', ')}`)
}

/** S3 refuses requests if the clocks differ by 15 minutes. */
const CLOCK_FAILURE_MS = 5 * 60_000
const CLOCK_WARNING_MS = 30_000

function checkClock(server: string, now: Date | undefined): Finding {
  if (now === undefined) return ok(`${server} is on this machine, or does not report its time`)
  const offset = Date.now() - now.getTime()
  // The time in an HTTP header is in whole seconds.
  if (Math.abs(offset) < 2_000) return ok(`this machine and ${server} agree`)
  const finding = `this machine is ${formatDuration(Math.abs(offset))} ${offset > 0 ? 'ahead of' : 'behind'} ${server}`
  const remedy = 'synchronize the clocks (NTP)'
  if (Math.abs(offset) < CLOCK_WARNING_MS) return ok(finding)
  return Math.abs(offset) < CLOCK_FAILURE_MS ? warning(finding, remedy) : failed('usage', finding, remedy)
}

/** A schedule of 17:00 in Paris depends on the rules for summer time. */
async function checkTimeZone({ settings }: DoctorContext): Promise<Finding> {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Paris', timeStyle: 'short' })
  const noons = ['2026-01-14T12:00:00Z', '2026-07-15T12:00:00Z'].map((noon) => format.format(new Date(noon)))
  const version = process.versions.tz ?? 'unknown'
  if (noons.join() !== '13:00,14:00')
    return failed(
      'usage',
      `the time zone data ${version} are wrong for Europe/Paris`,
      'install Node with full ICU data',
    )
  const { config } = await settings()
  return ok(`${config.time_zone}, time zone data ${version}`)
}

/** On data.gouv.fr, a snapshot takes 37 MB, the CSV of an edition 24 MB. */
const FREE_SPACE_FAILURE = 200e6
const FREE_SPACE_WARNING = 1e9

function checkFreeSpace(free: number | undefined): Finding {
  if (free === undefined) return ok('on another machine')
  if (free >= FREE_SPACE_WARNING) return ok(`${formatBytes(free)} free`)
  const finding = `${formatBytes(free)} free; an edition with its snapshot takes about 61 MB`
  return free >= FREE_SPACE_FAILURE ? warning(finding, 'free some space') : failed('store', finding, 'free some space')
}

/** Adds how much the snapshots take, which the setting `retention` limits. */
async function checkArchiveSpace({ archive, archiveFacts }: DoctorContext): Promise<Finding> {
  const space = checkFreeSpace((await archiveFacts()).free)
  let bytes = 0
  const dates = new Set<string>()
  for await (const object of (await archive()).list('snapshots/')) {
    bytes += object.bytes
    dates.add(object.key.split('/')[1]!)
  }
  if (dates.size === 0) return space
  const each = dates.size === 1 ? '' : `, ${formatBytes(Math.round(bytes / dates.size))} each`
  const verb = dates.size === 1 ? 'takes' : 'take'
  return {
    ...space,
    finding: `${space.finding}; ${pluralize(dates.size, 'snapshot')} ${verb} ${formatBytes(bytes)}${each}`,
  }
}

async function checkVersions({ archiveFacts, documentsFacts }: DoctorContext): Promise<Finding> {
  const stores = await Promise.allSettled([archiveFacts(), documentsFacts()])
  const storeVersions = stores.flatMap((store) => {
    if (store.status === 'rejected') return []
    const { product, driver } = store.value
    return [product, ...(driver ? [`${driver} ${dependencyVersion(driver)}`] : [])]
  })
  const all = [`datagouv-tops ${VERSION}`, `Node ${process.versions.node}`, ...storeVersions].join(', ')
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [minMajor, minMinor] = MIN_NODE_VERSION.split('.').map(Number)
  if (major! < minMajor! || (major === minMajor && minor! < minMinor!))
    return failed('usage', all, `install Node ${MIN_NODE_VERSION} or later`)
  return checkNodeFixes(major!, new Date(), all)
}

/** Warns of a line of Node whose security fixes have ended. */
export function checkNodeFixes(major: number, now: Date, all: string): Finding {
  const end = NODE_END_OF_FIXES[major]
  if (end === undefined || now.toISOString().slice(0, 10) <= end) return ok(all)
  const supported = Object.entries(NODE_END_OF_FIXES).findLast(([line]) => Number(line) % 2 === 0)![0]
  return warning(`${all}; Node ${major} has had no security fixes since ${end}`, `install Node ${supported}`)
}
