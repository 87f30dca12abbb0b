import { createHash, randomBytes } from 'node:crypto'
import { hostname, tmpdir } from 'node:os'
import { buffer } from 'node:stream/consumers'
import type { ExportName } from '../editions/edition.ts'
import { Failure } from '../errors.ts'
import { freeBytes } from '../stores/freeBytes.ts'
import { bytes, duration } from '../terminal/format.ts'
import { dependencyVersion, LEAST_NODE, VERSION } from '../version.ts'
import { type Finding, failed, ok, warning } from './finding.ts'
import type { Surroundings } from './surroundings.ts'

/** One thing to look at. What it throws is its finding; it never stops another check. */
type Check = (around: Surroundings, fix: boolean) => Promise<Finding>

/** In the order in which they are told. */
export const CHECKS: Readonly<Record<string, Check>> = {
  settings: checkSettings,
  portal: checkPortal,
  archive: checkArchive,
  documents: checkDocuments,
  schema: checkSchema,
  'clock and the portal': async (around) => checkClock('the portal', (await around.portal()).now),
  'clock and the archive': async (around) => checkClock('the archive', (await around.archiveFacts()).now),
  'clock and the documents': async (around) => checkClock('the document store', (await around.documentsFacts()).now),
  'time zone data': checkTimeZone,
  'room for the archive': async (around) => checkRoom((await around.archiveFacts()).free),
  'room for the documents': async (around) => checkRoom((await around.documentsFacts()).free),
  'room for temporary files': async () => checkRoom(await freeBytes(tmpdir())),
  versions: checkVersions,
}

async function checkSettings({ settings }: Surroundings): Promise<Finding> {
  const { config, origins } = await settings()
  const set = Object.entries(origins).filter(([, { origin }]) => origin !== 'default')
  const from = set.map(([key, { origin }]) => `${key} (${origin})`)
  const watches = config.watches.map(({ name }) => name).join(', ')
  return ok(`watches ${watches}; ${from.length === 0 ? 'all other settings are defaults' : `set: ${from.join(', ')}`}`)
}

async function checkPortal({ settings, portal }: Surroundings): Promise<Finding> {
  const { exports } = await portal()
  const size = (name: ExportName) => (exports[name].bytes === undefined ? '' : ` (${bytes(exports[name].bytes)})`)
  const { config } = await settings()
  return ok(`${config.portal} has the exports of datasets${size('datasets')} and organisations${size('organizations')}`)
}

/** Writes, reads and removes an object. */
async function checkArchive({ archive, archiveWarnings }: Surroundings): Promise<Finding> {
  const store = await archive()
  const key = `doctor/${probeName()}.txt`
  const written = Buffer.from('a probe of "datagouv-tops doctor"; it may be removed\n')
  const object = await store.create(key, { contentType: 'text/plain; charset=utf-8' })
  try {
    await object.write(written)
    await object.complete(createHash('sha256').update(written).digest('hex'))
    await object.commit()
    if (!(await buffer(store.read(key))).equals(written))
      throw new Failure('store', `${store.address} gave back something else than was written; do not use it`)
    await store.remove(key)
    if (await store.stat(key)) throw new Failure('store', `${store.address} keeps what was removed; check its rules`)
  } finally {
    await object.abort()
  }
  const [, finding, remedy] = /^(.*); (.*)$/s.exec(archiveWarnings[0] ?? '') ?? []
  if (finding !== undefined) return warning(finding, remedy!)
  return ok(`an object was written to ${store.address}, read and removed`)
}

/** Takes, renews and gives up a lease: it is a document like any other, and all of a store's promises are in it. */
async function checkDocuments({ documents }: Surroundings): Promise<Finding> {
  const store = await documents()
  const id = `doctor/${probeName()}`
  const { lease } = await store.acquire(id, { run: id, host: hostname(), pid: process.pid }, 60_000)
  try {
    const found = await store.find('leases', id)
    const renewed = await store.renew(id, id, 60_000)
    if (lease.run !== id || found === undefined || !renewed)
      throw new Failure('store', `${store.address} gave back something else than was written; do not use it`)
  } finally {
    await store.release(id, id)
  }
  return ok(`a document was written to ${store.address}, read, changed and removed`)
}

/** With `fix`, has the server check editions. */
async function checkSchema({ documentsFacts }: Surroundings, fix: boolean): Promise<Finding> {
  const { schema } = await documentsFacts()
  if (schema === undefined) return ok('this document store checks no documents; the program does')
  if (fix && schema.state !== 'installed') {
    if (await schema.install()) return ok('the server checks every edition from now on; tops has its indexes')
    return warning(
      'tops has its indexes, but this server cannot check documents',
      'nothing, unless it is to be MongoDB',
    )
  }
  if (schema.state === 'installed') return ok('the server checks every edition; tops has its indexes')
  if (schema.state === 'later') return ok('the first publication makes tops with schema and indexes')
  return warning(
    'tops lacks the schema or the indexes of this version (not every server that speaks MongoDB’s protocol can have a schema)',
    'run "doctor --fix"',
  )
}

/** Requests to S3 are refused from 15 minutes on. */
const CLOCK_FAILS_MS = 5 * 60_000
const CLOCK_WARNS_MS = 30_000

function checkClock(whose: string, now: Date | undefined): Finding {
  if (now === undefined) return ok(`${whose} is on this machine, or does not tell the time`)
  const off = Date.now() - now.getTime()
  // The time that a server tells over HTTP has no fractions of a second.
  if (Math.abs(off) < 2_000) return ok(`this machine and ${whose} agree`)
  const said = `this machine is ${duration(Math.abs(off))} ${off > 0 ? 'ahead of' : 'behind'} ${whose}`
  const remedy = 'set the clocks right (NTP)'
  if (Math.abs(off) < CLOCK_WARNS_MS) return ok(said)
  return Math.abs(off) < CLOCK_FAILS_MS ? warning(said, remedy) : failed('usage', said, remedy)
}

/** Wednesdays at 17:00 need the rules for summer time. */
async function checkTimeZone({ settings }: Surroundings): Promise<Finding> {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Paris', timeStyle: 'short' })
  const noons = ['2026-01-14T12:00:00Z', '2026-07-15T12:00:00Z'].map((noon) => format.format(new Date(noon)))
  const version = process.versions.tz ?? 'unknown'
  if (noons.join() !== '13:00,14:00')
    return failed('usage', `time zone data ${version} are wrong about Europe/Paris`, 'install Node with full ICU data')
  const { config } = await settings()
  return ok(`${config.time_zone}, time zone data ${version}`)
}

/** A snapshot takes some 45 MB, an edition some 25 MB. */
const ROOM_FAILS = 200e6
const ROOM_WARNS = 1e9

function checkRoom(free: number | undefined): Finding {
  if (free === undefined) return ok('on another machine')
  if (free >= ROOM_WARNS) return ok(`${bytes(free)} free`)
  const said = `${bytes(free)} free; an edition with its snapshot takes some 70 MB`
  return free >= ROOM_FAILS ? warning(said, 'make room') : failed('store', said, 'make room')
}

async function checkVersions({ archiveFacts, documentsFacts }: Surroundings): Promise<Finding> {
  const stores = await Promise.allSettled([archiveFacts(), documentsFacts()])
  const told = stores.flatMap((store) => {
    if (store.status === 'rejected') return []
    const { product, driver } = store.value
    return [product, ...(driver ? [`${driver} ${dependencyVersion(driver)}`] : [])]
  })
  const all = [`datagouv-tops ${VERSION}`, `Node ${process.versions.node}`, ...told].join(', ')
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [leastMajor, leastMinor] = LEAST_NODE.split('.').map(Number)
  if (major! > leastMajor! || (major === leastMajor && minor! >= leastMinor!)) return ok(all)
  return failed('usage', all, `install Node ${LEAST_NODE} or later`)
}

const probeName = () => `${hostname().replace(/[^\w-]/g, '-')}-${process.pid}-${randomBytes(4).toString('hex')}`
