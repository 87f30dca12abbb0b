// The whole mission on local files, beside the usual pandas solution, in one run: `npm run bench [-- FOLDER [RUNS]]`.
//
// FOLDER holds the real exports (default: ../shared/data). The two take turns; medians of whole processes are printed, as
// the operating system accounts for them (GNU time). PYTHON names a Python with pandas (default: python3).
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const [folder = '../shared/data', runs = '5'] = process.argv.slice(2)
const datasets = resolve(folder, 'export-dataset-20260116-055249.csv.gz')
const organizations = resolve(folder, 'export-organization-2023-08-15.csv.gz')
const python = process.env.PYTHON ?? 'python3'

/** What is compared: the command for a working folder, and the result it claims. */
const CONTESTANTS = {
  'datagouv-tops run': {
    command: (out) => [
      process.execPath,
      resolve('dist/cli.js'),
      ...['run', '--quiet', '--json', '--date', '2026-01-21'],
      ...['--datasets', datasets, '--organizations', organizations],
      ...['--archive', `file:${out}/datagouv`, '--documents', `sqlite:${out}/datagouv.db`],
    ],
    result: (stdout) => {
      const { archived, published } = JSON.parse(stdout)
      return `${archived[0].records} kept, ${published[0].datasets} in the tops`
    },
  },
  pandas: {
    command: (out) => [python, resolve('bench/peers/pandas_run.py'), datasets, organizations, out],
    result: (stdout) => stdout.trim().replace(/^(\d+) (\d+)$/, '$1 kept, $2 in the tops'),
  },
}

function measure({ command, result }) {
  const out = mkdtempSync(join(tmpdir(), 'datagouv-tops-bench-'))
  try {
    const figures = join(out, 'figures')
    const args = ['-f', '%e %U %S %M', '-o', figures, ...command(out)]
    const { status, stdout, stderr } = spawnSync('/usr/bin/time', args, { cwd: out, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${command(out).slice(0, 3).join(' ')} failed:\n${stderr}`)
    const [wall, user, system, kib] = readFileSync(figures, 'utf8').trim().split(' ').map(Number)
    return { wall, cpu: user + system, mib: kib / 1024, result: result(stdout) }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
const measured = Object.fromEntries(Object.keys(CONTESTANTS).map((name) => [name, []]))
for (const contestant of Object.values(CONTESTANTS)) measure(contestant)
for (let run = 0; run < Number(runs); run++) {
  for (const [name, contestant] of Object.entries(CONTESTANTS)) measured[name].push(measure(contestant))
}

const version = execFileSync(python, ['-c', 'import pandas; print(pandas.__version__)'], { encoding: 'utf8' }).trim()
console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, pandas ${version}; medians of ${runs} runs\n`,
)
console.log('                     wall s   cpu s     MiB  of pandas  result')
const of = (name, figure) => median(measured[name].map((one) => one[figure]))
for (const name of Object.keys(CONTESTANTS)) {
  const cells = [
    of(name, 'wall').toFixed(2).padStart(6),
    of(name, 'cpu').toFixed(2).padStart(6),
    of(name, 'mib').toFixed(0).padStart(6),
    (of(name, 'wall') / of('pandas', 'wall')).toFixed(2).padStart(9),
  ]
  console.log(`${name.padEnd(19)}  ${cells.join('  ')}  ${measured[name][0].result}`)
}
