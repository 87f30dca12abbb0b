// Compares the filter and whole runs with other tools, on the same files in turns: node bench/pipeline.mjs [FOLDER [RUNS]]
//
// FOLDER contains the real exports (default: ../shared/data). bench/setup.sh installs the other tools once. If AWS_ENDPOINT_URL_S3 and
// DATAGOUV_TOPS_DOCUMENTS are set (scripts/services env), whole runs on these servers are measured too.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { compare } from './measure.mjs'
import { exportsIn } from './realEdition.mjs'
import { markdown, save } from './results.mjs'
import { writeWatches } from './watches.mjs'

const [folder = '../shared/data', runs = '5'] = process.argv.slice(2)
const RUNS = Number(runs)
const { datasets, organizations } = exportsIn(folder)
const peer = (name) => resolve('bench/peers', name)
const python = (name, ...args) => [resolve('bench/.venv/bin/python'), peer(name), ...args]
const tool = (...args) => [process.execPath, resolve('dist/cli.js'), ...args]

const work = mkdtempSync(join(tmpdir(), 'datagouv-tops-bench-files-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))
const plain = join(work, 'datasets.csv')
const content = gunzipSync(readFileSync(datasets))
writeFileSync(plain, content)

/** Writes a file with `times` copies of the export's records, and returns its path. Each copy has its own ids, because an id is listed only once. */
function repeatExport(times) {
  const path = join(work, `datasets-${times}.csv`)
  const file = openSync(path, 'w')
  const records = content.toString('latin1', content.indexOf('\r\n'))
  writeSync(file, content)
  for (let copy = 1; copy < times; copy++) {
    const renamed = records.replace(/\r\n"(?=[0-9a-f]{24}";)/g, `\r\n"${copy}-`).slice(2)
    writeSync(file, Buffer.from(renamed, 'latin1'))
  }
  closeSync(file)
  return path
}

const withCommas = (number) => number.toLocaleString('en')

/** Splits a CSV file into its records, at the line ends outside quotes. */
const recordsOf = (path) => readFileSync(path, 'latin1').match(/(?:[^"\r\n]|"[^"]*")+\r?\n/g) ?? []
const expected = new Set()

function summarizeKept(out, file = 'kept.csv') {
  const records = recordsOf(join(out, file)).slice(1)
  const altered = records.filter((record) => !expected.has(record)).length
  return [records.length, altered].map(withCommas)
}

const filterOf = (path = plain, ...more) => ({
  command: () => tool('filter', '--quiet', ...more, path),
  inspect: (out) => summarizeKept(out, 'stdout'),
})
const settings = (count) => ['--config', writeWatches(work, count)]

const [program, ...args] = tool('filter', '--quiet', plain)
execFileSync(program, args, { stdio: ['ignore', openSync(join(work, 'expected.csv'), 'w'), 'ignore'] })
for (const record of recordsOf(join(work, 'expected.csv'))) expected.add(record)

const FIGURES = ['wall s', 'CPU s', 'MiB']
const figures = ({ wall, cpu, mib }) => [wall.toFixed(2), cpu.toFixed(2), mib.toFixed(0)]
const ratio = (row, base) => (row.wall / base.wall).toFixed(2)

const filter = compare(
  {
    '`wc -l`': { command: () => ['wc', '-l', plain] },
    '`filter`': filterOf(),
    '`filter`, 128 terms (as many as 64 watches have)': {
      command: () => tool('filter', '--quiet', ...settings(1), ...termsOf(128), plain),
    },
    polars: { command: (out) => python('filter_polars.py', plain, join(out, 'kept.csv')), inspect: summarizeKept },
    DuckDB: {
      command: (out) => [process.execPath, peer('filter_duckdb.mjs'), plain, join(out, 'kept.csv')],
      inspect: summarizeKept,
    },
    pandas: { command: (out) => python('filter_pandas.py', plain, join(out, 'kept.csv')), inspect: summarizeKept },
    'csv-parse': {
      command: (out) => [process.execPath, peer('filter_csv_parse.mjs'), plain, join(out, 'kept.csv')],
      inspect: summarizeKept,
    },
  },
  RUNS,
)
const pandas = filter.find(({ name }) => name === 'pandas')
save(
  'filter',
  markdown(
    ['', ...FIGURES, 'relative to pandas', 'kept', 'altered'],
    filter.map((row) => [row.name, ...figures(row), ratio(row, pandas), ...(row.result || ['', ''])]),
  ),
  filter,
)

function termsOf(count) {
  const { terms } = JSON.parse(readFileSync(join(work, 'terms.json'), 'utf8'))
  return terms.slice(0, count).flatMap((term) => ['--term', term])
}

const countArchived = (out) => {
  const { archived } = JSON.parse(readFileSync(join(out, 'stdout'), 'utf8'))
  return withCommas(archived.reduce((sum, { records }) => sum + records, 0))
}
const embedded = (out) => ['--archive', `file:${out}/datagouv`, '--documents', `sqlite:${out}/datagouv.db`]
const run = (...args) => tool('run', '--quiet', '--json', '--date', '2026-01-21', ...args)
const local = ['--datasets', datasets, '--organizations', organizations]
const noServers = { AWS_ENDPOINT_URL_S3: '', DATAGOUV_TOPS_ARCHIVE: '', DATAGOUV_TOPS_DOCUMENTS: '' }
/** The same work in pandas, with and without the snapshot, from files or addresses. */
const inPandas = (...sources) => ({
  'the same in pandas': { command: (out) => python('run_pandas.py', ...sources, out), env: noServers },
  'pandas, no snapshot': { command: (out) => python('run_pandas.py', ...sources, out, 'bare'), env: noServers },
})

const fromFiles = compare(
  {
    '`run`, local `.gz`': { command: (out) => run(...local, ...embedded(out)), env: noServers },
    ...inPandas(datasets, organizations),
  },
  RUNS,
)

const portal = spawn(process.execPath, [resolve('bench/portal.mjs'), datasets, organizations], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
process.on('exit', () => portal.kill())
const [printed] = await once(portal.stdout, 'data')
const url = printed.toString().trim()
// The exports are old, so switch off the age rule of the gate.
const fromPortal = { DATAGOUV_TOPS_GATE_MAX_AGE: '36500d', DATAGOUV_TOPS_PORTAL: url }
const addresses = [`${url}/file/datasets`, `${url}/file/organizations`]
const fromAddresses = compare(
  {
    '`run`, local portal': { command: (out) => run(...embedded(out)), env: { ...noServers, ...fromPortal } },
    ...inPandas(...addresses),
  },
  RUNS,
)

const { AWS_ENDPOINT_URL_S3, DATAGOUV_TOPS_DOCUMENTS } = process.env
const onServers = AWS_ENDPOINT_URL_S3 && DATAGOUV_TOPS_DOCUMENTS ? compareOnServers() : []
portal.kill()

function compareOnServers() {
  let turn = 0
  // Each run gets a new bucket and a new database, so that it starts with empty stores.
  const newStores = () => {
    const name = `bench-${process.pid}-${turn++}`
    const documents = DATAGOUV_TOPS_DOCUMENTS.replace(/\/[^/]*$/, `/${name}`)
    return { DATAGOUV_TOPS_ARCHIVE: `s3://${name}`, DATAGOUV_TOPS_DOCUMENTS: documents }
  }
  const servers = (command) => ({
    command: () => ['env', ...Object.entries(newStores()).map((pair) => pair.join('=')), ...command],
    env: fromPortal,
  })
  return compare(
    {
      '`run`, local portal to MinIO and MongoDB': servers(run()),
      'the same in pandas, boto3, pymongo': servers(python('run_pandas.py', ...addresses, work)),
    },
    RUNS,
  )
}

save(
  'runs',
  markdown(
    ['', ...FIGURES, 'relative to the same in pandas'],
    [fromFiles, fromAddresses, onServers].flatMap((rows) =>
      rows.map((row) => [row.name, ...figures(row), ratio(row, rows[1])]),
    ),
  ),
)

const growth = compare(
  {
    'once, 0.22 GB': filterOf(),
    'ten times, 2.2 GB': { ...filterOf(repeatExport(10)), inspect: undefined },
    'twenty times, 4.5 GB': { ...filterOf(repeatExport(20)), inspect: undefined },
  },
  Math.min(RUNS, 3),
)
save(
  'growth',
  markdown(
    ['file size', ...FIGURES],
    growth.map((row) => [row.name, ...figures(row)]),
  ),
)

const runWith = (count) => ({
  command: (out) => run(...local, ...embedded(out), ...settings(count)),
  inspect: countArchived,
  env: noServers,
})
const watches = compare(
  Object.fromEntries([1, 8, 64, 256].map((count) => [`${count} watches`, runWith(count)])),
  Math.min(RUNS, 3),
)
save(
  'watches',
  markdown(
    ['watches in one pass', ...FIGURES, 'kept in total'],
    watches.map((row) => [row.name.split(' ')[0], ...figures(row), row.result]),
  ),
)
