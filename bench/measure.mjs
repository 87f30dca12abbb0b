import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Runs a command once, as the operating system accounts for it (GNU time): seconds, and MiB at the peak. What it prints
 * is in the file `stdout` of its folder, and `look` may look at that folder before it is gone.
 */
function once({ command, look = () => '', env = {} }) {
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
    return { wall, cpu: user + system, mib: kib / 1024, result: look(out) }
  } finally {
    closeSync(stdout)
    rmSync(out, { recursive: true, force: true })
  }
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]

/** Lets the contestants take turns, so that what else the machine does strikes all alike; medians of `runs` turns. */
export function compare(contestants, runs) {
  const measured = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]))
  // Caches warm, code compiled by the operating system's side: not counted.
  for (const contestant of Object.values(contestants)) once(contestant)
  for (let run = 0; run < runs; run++) {
    for (const [name, contestant] of Object.entries(contestants)) measured[name].push(once(contestant))
  }
  return Object.entries(measured).map(([name, all]) => ({
    name,
    wall: median(all.map(({ wall }) => wall)),
    cpu: median(all.map(({ cpu }) => cpu)),
    mib: median(all.map(({ mib }) => mib)),
    result: all[0].result,
  }))
}

/** The rows as a table in Markdown, each with its time as a part of the row named. */
export function table(rows, of) {
  const base = rows.find(({ name }) => name === of)
  const lines = rows.map(({ name, wall, cpu, mib, result }) => {
    const part = base === undefined ? [] : [(wall / base.wall).toFixed(2)]
    return `| ${[name, wall.toFixed(2), cpu.toFixed(2), mib.toFixed(0), ...part, result].join(' | ')} |`
  })
  const part = base === undefined ? ['', ''] : [` of ${of} |`, '---:|']
  return [`| | wall s | CPU s | MiB |${part[0]} result |`, `|---|---:|---:|---:|${part[1]}---|`, ...lines].join('\n')
}
