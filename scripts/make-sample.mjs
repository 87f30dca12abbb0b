// Makes sample/ from real exports: npm run build && node scripts/make-sample.mjs EXPORTS_FOLDER
// The same exports give the same bytes. sample/README.md describes the result.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { decodeField } from '../dist/csv/field.js'
import { createReferenceScanner } from '../dist/csv/referenceScanner.js'
import { fold } from '../dist/matching/fold.js'

const [exportsFolder = '../shared/data'] = process.argv.slice(2)
const WEDNESDAYS = ['2023-07-26', '2023-08-02', '2023-08-09']
/** How many datasets of each kind, and how many organizations, the sample contains. */
const SIZES = { tops: 300, listed: 130, unlisted: 220, created: 40, organizations: 320 }
/** How many datasets of the tops first appear on the second and on the third Wednesday, and how many disappear by then. */
const DELAYED_COUNTS = [6, 4]
const DROPPED_COUNTS = [2, 3]
/** Longer records are left out, because a few long descriptions would make the sample large. */
const MAX_RECORD_BYTES = 12_000

async function read(name, columns) {
  const records = []
  let header
  const scanner = createReferenceScanner({
    name,
    maxRecordBytes: 1 << 26,
    select: (header) => columns.map((column) => header.indexOf(column)),
  })
  const addBatch = ({ bytes, count, records: ranges, fields, width }) => {
    header ??= scanner.header
    for (let i = 0; i < count; i++) {
      const field = (slot) => decodeField(bytes, fields[2 * (i * width + slot)], fields[2 * (i * width + slot) + 1])
      const values = Object.fromEntries(columns.map((column, slot) => [column, field(slot)]))
      records.push({ ...values, bytes: Buffer.from(bytes.subarray(ranges[2 * i], ranges[2 * i + 1])) })
    }
  }
  addBatch(scanner.write(gunzipSync(await readFile(join(exportsFolder, name)))))
  addBatch(scanner.end())
  return { header: Buffer.from(header), records }
}

const organizations = new Map()
for (const date of WEDNESDAYS) {
  organizations.set(date, await read(`export-organization-${date}.csv.gz`, ['id', 'metric.followers']))
}
const byFollowers = (a, b) => b['metric.followers'] - a['metric.followers'] || (a.id < b.id ? -1 : 1)
const topIdsOf = (records) =>
  new Set(
    [...records]
      .sort(byFollowers)
      .slice(0, 30)
      .map(({ id }) => id),
  )
const topIds = topIdsOf(organizations.get(WEDNESDAYS[0]).records)

const datasets = await read('export-dataset-20260116-055249.csv.gz', [
  'id',
  'title',
  'tags',
  'description',
  'organization_id',
  'created_at',
])
const isListed = ({ title, tags, description }) =>
  [title, tags, description].some((text) => /mobilite|transport/.test(fold(text)))
const candidates = datasets.records.filter(
  ({ created_at, bytes }) => created_at < WEDNESDAYS[2] && bytes.length <= MAX_RECORD_BYTES,
)
const isNew = ({ created_at }) => created_at >= WEDNESDAYS[0]
const isInTops = (dataset) => isListed(dataset) && topIds.has(dataset.organization_id)

/** Takes every nth record, so that the sample covers all years. */
function takeEvenly(records, size) {
  const indexes = new Set(Array.from({ length: size }, (_, i) => Math.floor((i * records.length) / size)))
  return records.filter((_, index) => indexes.has(index))
}
const tops = takeEvenly(candidates.filter(isInTops), SIZES.tops)
const sample = new Set([
  ...tops,
  ...takeEvenly(
    candidates.filter((dataset) => isListed(dataset) && !isInTops(dataset) && !isNew(dataset)),
    SIZES.listed,
  ),
  ...takeEvenly(
    candidates.filter((dataset) => !isListed(dataset) && !isNew(dataset)),
    SIZES.unlisted,
  ),
  // Datasets created between the Wednesdays enter on their own day.
  ...takeEvenly(
    candidates.filter((dataset) => isNew(dataset) && isListed(dataset)),
    SIZES.created,
  ),
])
const moving = tops.filter((_, index) => index % 13 === 0)
const delayed = DELAYED_COUNTS.map((count) => moving.splice(0, count))
const dropped = DROPPED_COUNTS.map((count) => moving.splice(0, count))

for (const [week, date] of WEDNESDAYS.entries()) {
  const absent = new Set([...delayed.slice(week).flat(), ...dropped.slice(0, week).flat()])
  const present = datasets.records.filter(
    (dataset) => sample.has(dataset) && !absent.has(dataset) && dataset.created_at < date,
  )
  const { header, records } = organizations.get(date)
  const owners = new Set(present.map(({ organization_id }) => organization_id))
  const mostFollowed = new Set([...records].sort(byFollowers).slice(0, SIZES.organizations))
  const part = records.filter((organization) => mostFollowed.has(organization) || owners.has(organization.id))
  if (String([...topIdsOf(part)]) !== String([...topIdsOf(records)]))
    throw new Error(`${date}: the TOP 30 differs from that of the whole export`)

  const folder = new URL(`../sample/${date}/`, import.meta.url)
  await mkdir(folder, { recursive: true })
  const write = async (name, lines) => {
    const csv = Buffer.concat(lines)
    const compressed = gzipSync(csv, { level: 9 })
    await writeFile(new URL(`${name}.csv.gz`, folder), compressed)
    return `${lines.length - 1} ${name} (${compressed.length} bytes)`
  }
  console.log(
    date,
    await write('datasets', [datasets.header, ...present.map(({ bytes }) => bytes)]),
    await write('organizations', [header, ...part.map(({ bytes }) => bytes)]),
    `${present.filter(isListed).length} listed, ${present.filter(isInTops).length} in the tops`,
  )
}
