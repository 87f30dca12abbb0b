import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Runs a command once and returns its time and peak memory as the operating system counts them (GNU time). Its output goes to
 * the file `stdout` of a temporary folder; `inspect` reads the results from that folder before it is deleted.
 */
function runOnce({ command, inspect = () => '', env = {} }) {
  const out = mkdtempSync(join(tmpdir(), 'datagouv-tops-bench-'))
  const stdout = openSync(join(out, 'stdout'), 'w')
  try {
    const figures = join(out, 'figures')
    const args = ['-f', '%e %U %S %M', '-o', figures, ...command(out)]
    const { status, stderr } = spawnSync('/usr/bin/time', args, {
      cwd: out,
      env: { ...process.env, ...env },
      stdio: ['ignore', stdout, 'pipe'],
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`${command(out).join(' ')} failed:\n${stderr}`)
    const [wall, user, system, kib] = readFileSync(figures, 'utf8').trim().split(' ').map(Number)
    return { wall, cpu: user + system, mib: kib / 1024, result: inspect(out) }
  } finally {
    closeSync(stdout)
    rmSync(out, { recursive: true, force: true })
  }
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]

/** Runs the candidates in turns, so that other load on the machine affects all alike. Returns the medians of `runs` rounds. */
export function compare(candidates, runs) {
  const measured = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]))
  // An unmeasured round warms the caches.
  for (const candidate of Object.values(candidates)) runOnce(candidate)
  for (let run = 0; run < runs; run++) {
    for (const [name, candidate] of Object.entries(candidates)) measured[name].push(runOnce(candidate))
  }
  return Object.entries(measured).map(([name, all]) => ({
    name,
    wall: median(all.map(({ wall }) => wall)),
    cpu: median(all.map(({ cpu }) => cpu)),
    mib: median(all.map(({ mib }) => mib)),
    result: all[0].result,
  }))
}
