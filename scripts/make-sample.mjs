// Makes sample/ from real exports: `npm run build && node scripts/make-sample.mjs FOLDER-OF-THE-EXPORTS`.
// sample/README.md says what it is; the same exports give the same bytes.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { decodeField } from '../dist/csv/field.js'
import { createPlainScanner } from '../dist/csv/plain.js'
import { fold } from '../dist/matching/fold.js'

const [exportsFolder = '../shared/data'] = process.argv.slice(2)
const WEDNESDAYS = ['2023-07-26', '2023-08-02', '2023-08-09']
/** How many datasets of each sort, and how many organisations, the sample keeps. */
const KEPT = { tops: 300, listed: 130, unlisted: 220, organizations: 320 }
/** How many datasets of the tops are held back until the second and until the third Wednesday, and dropped by then. */
const HELD_BACK = [6, 4]
const DROPPED = [2, 3]
/** A few descriptions are long; the sample stays small by leaving out records beyond this size. */
const MOST_BYTES = 12_000

function read(name, columns) {
  const records = []
  let header
  const scanner = createPlainScanner({
    name,
    maxRecordBytes: 1 << 26,
    select: (found) => columns.map((column) => found.indexOf(column)),
  })
  const take = ({ bytes, count, records: ranges, fields, width }) => {
    header ??= scanner.header
    for (let i = 0; i < count; i++) {
      const field = (slot) => decodeField(bytes, fields[2 * (i * width + slot)], fields[2 * (i * width + slot) + 1])
      const values = Object.fromEntries(columns.map((column, slot) => [column, field(slot)]))
      records.push({ ...values, bytes: Buffer.from(bytes.subarray(ranges[2 * i], ranges[2 * i + 1])) })
    }
  }
  return readFile(join(exportsFolder, name)).then((file) => {
    take(scanner.write(gunzipSync(file)))
    take(scanner.end())
    return { header: Buffer.from(header), records }
  })
}

const organizations = new Map()
for (const date of WEDNESDAYS) {
  organizations.set(date, await read(`export-organization-${date}.csv.gz`, ['id', 'metric.followers']))
}
const byFollowers = (a, b) => b['metric.followers'] - a['metric.followers'] || (a.id < b.id ? -1 : 1)
const topOf = (records) =>
  new Set(
    [...records]
      .sort(byFollowers)
      .slice(0, 30)
      .map(({ id }) => id),
  )
const top = topOf(organizations.get(WEDNESDAYS[0]).records)

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
const old = datasets.records.filter(({ created_at, bytes }) => created_at < WEDNESDAYS[2] && bytes.length <= MOST_BYTES)
const isYoung = ({ created_at }) => created_at >= WEDNESDAYS[0]

/** Every n-th of them, so that the choice is spread over the years. */
function spread(records, size) {
  const chosen = new Set(Array.from({ length: size }, (_, i) => Math.floor((i * records.length) / size)))
  return records.filter((_, index) => chosen.has(index))
}
const tops = spread(
  old.filter((one) => isListed(one) && top.has(one.organization_id)),
  KEPT.tops,
)
const chosen = new Set([
  ...tops,
  ...spread(
    old.filter((one) => isListed(one) && !top.has(one.organization_id) && !isYoung(one)),
    KEPT.listed,
  ),
  ...spread(
    old.filter((one) => !isListed(one) && !isYoung(one)),
    KEPT.unlisted,
  ),
  // What was created between the Wednesdays enters on its own day.
  ...spread(
    old.filter((one) => isYoung(one) && isListed(one)),
    40,
  ),
])
const everyOther = tops.filter((_, index) => index % 13 === 0)
const heldBack = [everyOther.splice(0, HELD_BACK[0]), everyOther.splice(0, HELD_BACK[1])]
const dropped = [everyOther.splice(0, DROPPED[0]), everyOther.splice(0, DROPPED[1])]

for (const [week, date] of WEDNESDAYS.entries()) {
  const absent = new Set([...heldBack.slice(week).flat(), ...dropped.slice(0, week).flat()])
  const present = datasets.records.filter((one) => chosen.has(one) && !absent.has(one) && one.created_at < date)
  const { header, records } = organizations.get(date)
  const owners = new Set(present.map(({ organization_id }) => organization_id))
  const kept = new Set([...records].sort(byFollowers).slice(0, KEPT.organizations))
  const part = records.filter((one) => kept.has(one) || owners.has(one.id))
  if (String([...topOf(part)]) !== String([...topOf(records)])) throw new Error(`${date}: the TOP 30 is another`)

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
    `${present.filter(isListed).length} listed, ${present.filter((one) => isListed(one) && top.has(one.organization_id)).length} in the tops`,
  )
}
