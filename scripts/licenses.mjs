// Writes the licenses of all production dependencies to dist/THIRD-PARTY.txt. Run after the build: node scripts/licenses.mjs
// Fails if a license has not been approved.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ALLOWED = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0']

/** The folders of the production packages, from npm. */
const folders = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .slice(1)

const packages = folders.map((folder) => {
  const { name, version, license, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry))
  const text = file
    ? readFileSync(join(folder, file), 'utf8').trim()
    : `(no text in the package; ${repository?.url ?? ''})`
  return { name, version, license, text }
})
const unapproved = packages.filter(({ license }) => !ALLOWED.includes(license))
if (unapproved.length > 0) {
  const list = unapproved.map(({ name, version, license }) => `${name}@${version}: ${license}`)
  throw new Error(
    `these packages have a license that is not approved:\n${list.join('\n')}\nApproved: ${ALLOWED.join(', ')}`,
  )
}

const unique = new Map(packages.map((dependency) => [`${dependency.name}@${dependency.version}`, dependency]))
const sorted = [...unique.values()].sort((a, b) => a.name.localeCompare(b.name))
const table = sorted.map(({ name, version, license }) => `${license.padEnd(13)} ${name}@${version}`)
const texts = sorted.map(({ name, version, text }) => `${'─'.repeat(100)}\n${name}@${version}\n\n${text}\n`)
writeFileSync('dist/THIRD-PARTY.txt', `${table.join('\n')}\n\n${texts.join('\n')}`)
