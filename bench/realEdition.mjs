import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'

export const CLI = resolve('dist/cli.js')

/** Returns the paths of the real exports in a folder. */
export const exportsIn = (folder) => ({
  datasets: resolve(folder, 'export-dataset-20260116-055249.csv.gz'),
  organizations: resolve(folder, 'export-organization-2023-08-15.csv.gz'),
})

/**
 * Publishes the real exports into a temporary folder, from which `serve` can be started. `weeks` is 1, or 2: then every hundredth
 * dataset is missing from the week before. The folder is deleted at the end of the process.
 */
export function publishRealEdition(folder, weeks = 1) {
  const { datasets, organizations } = exportsIn(folder)
  const work = mkdtempSync(join(tmpdir(), 'datagouv-tops-bench-edition-'))
  process.on('exit', () => rmSync(work, { recursive: true, force: true }))
  // The exports are old, so switch off the age rule of the gate.
  writeFileSync(join(work, 'datagouv-tops.yaml'), 'gate_max_age: 36500d\n')
  const run = (date, file) => {
    const sources = ['--datasets', file, '--organizations', organizations]
    execFileSync(process.execPath, [CLI, 'run', date, '--quiet', ...sources], { cwd: work })
  }
  if (weeks === 2) {
    const earlier = join(work, 'earlier.csv')
    const records = gunzipSync(readFileSync(datasets))
      .toString('latin1')
      .split(/\r\n(?="[0-9a-f]{24}";)/)
    writeFileSync(earlier, records.filter((_, index) => index % 100 !== 50).join('\r\n'), 'latin1')
    run('2026-01-14', earlier)
  }
  run('2026-01-21', datasets)
  return work
}
