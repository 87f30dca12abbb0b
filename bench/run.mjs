// Compares the tool with others, on the same files in the same session: npm run bench [-- RUNS [FOLDER]]
//
// FOLDER contains the real exports (default: ../shared/data). bench/setup.sh installs the other tools once. The script prints tables,
// and writes the figures to bench/results.json, from which bench/plot.mjs draws the plot in docs/performance.md. If
// AWS_ENDPOINT_URL_S3 and DATAGOUV_TOPS_DOCUMENTS are set (scripts/services env), it also measures whole runs on real servers.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { compare, table } from './measure.mjs'
import { writeWatches } from './watches.mjs'

const [runs = '5', folder = '../shared/data'] = process.argv.slice(2)
const RUNS = Number(runs)
const datasets = resolve(folder, 'export-dataset-20260116-055249.csv.gz')
const organizations = resolve(folder, 'export-organization-2023-08-15.csv.gz')
const peer = (name) => resolve('bench/peers', name)
const python = (name, ...args) => [resolve('bench/.venv/bin/python'), peer(name), ...args]
const tool = (...args) => [process.execPath, resolve('dist/cli.js'), ...args]

// Some machines select an OpenBLAS kernel that slows down current numpy.
for (const name of ['OPENBLAS_CORETYPE', 'OPENBLAS_L2_SIZE']) delete process.env[name]

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

/** Splits a CSV file into its records, at the line ends outside quotes. */
const recordsOf = (path) => readFileSync(path, 'latin1').match(/(?:[^"\r\n]|"[^"]*")+\r?\n/g) ?? []
const expected = new Set()

function summarizeKept(out, file = 'kept.csv') {
  const records = recordsOf(join(out, file)).slice(1)
  const altered = records.filter((record) => !expected.has(record)).length
  return `${records.length.toLocaleString('en')} kept, ${altered.toLocaleString('en')} of them altered`
}

const filterOf = (path = plain, ...more) => ({
  command: () => tool('filter', '--quiet', ...more, path),
  inspect: (out) => summarizeKept(out, 'stdout'),
})
const settings = (count) => ['--config', writeWatches(work, count)]

const [program, ...args] = tool('filter', '--quiet', plain)
execFileSync(program, args, { stdio: ['ignore', openSync(join(work, 'expected.csv'), 'w'), 'ignore'] })
for (const record of recordsOf(join(work, 'expected.csv'))) expected.add(record)

const results = {
  machine: `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}`,
  runs: RUNS,
  filter: compare(
    {
      'wc -l': { command: () => ['wc', '-l', plain] },
      'datagouv-tops': filterOf(),
      'datagouv-tops, 128 terms': {
        command: () => tool('filter', '--quiet', ...settings(1), ...termsOf(128), plain),
      },
      DuckDB: {
        command: (out) => [process.execPath, peer('filter_duckdb.mjs'), plain, join(out, 'kept.csv')],
        inspect: summarizeKept,
      },
      polars: { command: (out) => python('filter_polars.py', plain, join(out, 'kept.csv')), inspect: summarizeKept },
      pandas: { command: (out) => python('filter_pandas.py', plain, join(out, 'kept.csv')), inspect: summarizeKept },
      'csv-parse': {
        command: (out) => [process.execPath, peer('filter_csv_parse.mjs'), plain, join(out, 'kept.csv')],
        inspect: summarizeKept,
      },
    },
    RUNS,
  ),
}
console.log(`${results.machine}; medians of ${RUNS} runs\n\nThe filter, 224 MB\n\n${table(results.filter, 'pandas')}\n`)

function termsOf(count) {
  const { terms } = JSON.parse(readFileSync(join(work, 'terms.json'), 'utf8'))
  return terms.slice(0, count).flatMap((term) => ['--term', term])
}

const summarizeRun = (out) => {
  const { archived, published } = JSON.parse(readFileSync(join(out, 'stdout'), 'utf8'))
  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0).toLocaleString('en')
  return `${sum(archived.map(({ records }) => records))} kept, ${sum(published.map(({ datasets }) => datasets))} in the tops`
}
const summarizePandas = (out) =>
  readFileSync(join(out, 'stdout'), 'utf8')
    .trim()
    .replace(/^(\d+) (\d+)$/, '$1 kept, $2 in the tops')
const embedded = (out) => ['--archive', `file:${out}/datagouv`, '--documents', `sqlite:${out}/datagouv.db`]
const run = (...args) => tool('run', '--quiet', '--json', '--date', '2026-01-21', ...args)
const local = ['--datasets', datasets, '--organizations', organizations]
const noServers = { AWS_ENDPOINT_URL_S3: '', DATAGOUV_TOPS_ARCHIVE: '', DATAGOUV_TOPS_DOCUMENTS: '' }

results.run = compare(
  {
    'run, local .gz': { command: (out) => run(...local, ...embedded(out)), inspect: summarizeRun, env: noServers },
    'run, local .gz, 64 watches': {
      command: (out) => run(...local, ...embedded(out), ...settings(64)),
      inspect: summarizeRun,
      env: noServers,
    },
    pandas: {
      command: (out) => python('run_pandas.py', datasets, organizations, out),
      inspect: summarizePandas,
      env: noServers,
    },
    'pandas, no snapshot': {
      command: (out) => python('run_pandas.py', datasets, organizations, out, 'bare'),
      inspect: summarizePandas,
      env: noServers,
    },
  },
  RUNS,
)
console.log(`The whole run, local files to local stores\n\n${table(results.run, 'pandas')}\n`)

const portal = spawn(process.execPath, [resolve('bench/portal.mjs'), datasets, organizations], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
process.on('exit', () => portal.kill())
const [printed] = await once(portal.stdout, 'data')
const url = printed.toString().trim()
// The exports are old, so switch off the age rule of the gate.
const fromPortal = { DATAGOUV_TOPS_GATE_MAX_AGE: '36500d', DATAGOUV_TOPS_PORTAL: url }
const exportUrl = (name) => `${url}/file/${name}`
results.portal = compare(
  {
    'run, local portal': {
      command: (out) => run(...embedded(out)),
      inspect: summarizeRun,
      env: { ...noServers, ...fromPortal },
    },
    pandas: {
      command: (out) => python('run_pandas.py', exportUrl('datasets'), exportUrl('organizations'), out),
      inspect: summarizePandas,
      env: noServers,
    },
    'pandas, no snapshot': {
      command: (out) => python('run_pandas.py', exportUrl('datasets'), exportUrl('organizations'), out, 'bare'),
      inspect: summarizePandas,
      env: noServers,
    },
  },
  RUNS,
)
console.log(`The whole run, local portal to local stores\n\n${table(results.portal, 'pandas')}\n`)

const { AWS_ENDPOINT_URL_S3, DATAGOUV_TOPS_DOCUMENTS } = process.env
if (AWS_ENDPOINT_URL_S3 && DATAGOUV_TOPS_DOCUMENTS) {
  let turn = 0
  // Each run gets a new bucket and a new database, so that it starts with empty stores.
  const newStores = () => {
    const name = `bench-${process.pid}-${turn++}`
    const documents = DATAGOUV_TOPS_DOCUMENTS.replace(/\/[^/]*$/, `/${name}`)
    return { DATAGOUV_TOPS_ARCHIVE: `s3://${name}`, DATAGOUV_TOPS_DOCUMENTS: documents }
  }
  const servers = (command, inspect) => ({
    command: () => ['env', ...Object.entries(newStores()).map((pair) => pair.join('=')), ...command],
    inspect,
    env: fromPortal,
  })
  results.servers = compare(
    {
      'run, local portal to MinIO and MongoDB': servers(run(), summarizeRun),
      'pandas, boto3, pymongo': servers(
        python('run_pandas.py', exportUrl('datasets'), exportUrl('organizations'), work),
        summarizePandas,
      ),
    },
    RUNS,
  )
  console.log(`The whole run on servers\n\n${table(results.servers, 'pandas, boto3, pymongo')}\n`)
}
portal.kill()

results.growth = compare(
  {
    '1 x, 0.22 GB': filterOf(),
    '10 x, 2.2 GB': { ...filterOf(repeatExport(10)), inspect: undefined },
    '20 x, 4.5 GB': { ...filterOf(repeatExport(20)), inspect: undefined },
  },
  Math.min(RUNS, 3),
)
console.log(`The filter on larger files\n\n${table(results.growth)}\n`)

const runWith = (count) => ({
  command: (out) => run(...local, ...embedded(out), ...settings(count)),
  inspect: summarizeRun,
  env: noServers,
})
results.watches = compare(
  Object.fromEntries([1, 8, 64, 256].map((count) => [`${count} watch${count === 1 ? '' : 'es'}`, runWith(count)])),
  Math.min(RUNS, 3),
)
console.log(`The whole run with more watches\n\n${table(results.watches)}`)
writeFileSync(resolve('bench/results.json'), `${JSON.stringify(results, null, 2)}\n`)
