// Prints the bill of materials of a release, in CycloneDX: npm run --silent sbom > sbom.json
//
// `npm sbom --omit dev` also omits packages that development tools depend on (commander, zod). So this script runs it on a copy
// of the project without development dependencies.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const read = (name) => JSON.parse(readFileSync(name, 'utf8'))
const { devDependencies, ...manifest } = read('package.json')
const lock = read('package-lock.json')
delete lock.packages[''].devDependencies
for (const [path, { dev }] of Object.entries(lock.packages)) if (dev) delete lock.packages[path]

const folder = mkdtempSync(join(tmpdir(), 'datagouv-tops-sbom-'))
try {
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
  const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application']
  const bill = JSON.parse(execFileSync('npm', args, { cwd: folder, encoding: 'utf8' }))
  bill.metadata.component.name = manifest.name
  process.stdout.write(`${JSON.stringify(bill, null, 2)}\n`)
} finally {
  rmSync(folder, { recursive: true })
}
