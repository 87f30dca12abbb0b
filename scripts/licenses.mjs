// The licences of everything that the package holds or brings along: node scripts/licenses.mjs, behind the build.
// Writes dist/THIRD-PARTY.txt, and fails for a licence that nobody has looked at.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ALLOWED = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0']

/** Where production packages lie, as npm knows it. */
const folders = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .slice(1)

const packages = folders.map((folder) => {
  const { name, version, license, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying)(\.|$)/i.test(one))
  const text = file
    ? readFileSync(join(folder, file), 'utf8').trim()
    : `(no text in the package; ${repository?.url ?? ''})`
  return { name, version, license, text }
})
const unknown = packages.filter(({ license }) => !ALLOWED.includes(license))
if (unknown.length > 0) {
  const list = unknown.map(({ name, version, license }) => `${name}@${version}: ${license}`)
  throw new Error(`these licences are not among ${ALLOWED.join(', ')}:\n${list.join('\n')}`)
}

const unique = new Map(packages.map((one) => [`${one.name}@${one.version}`, one]))
const sorted = [...unique.values()].sort((a, b) => a.name.localeCompare(b.name))
const table = sorted.map(({ name, version, license }) => `${license.padEnd(13)} ${name}@${version}`)
const texts = sorted.map(({ name, version, text }) => `${'─'.repeat(100)}\n${name}@${version}\n\n${text}\n`)
writeFileSync('dist/THIRD-PARTY.txt', `${table.join('\n')}\n\n${texts.join('\n')}`)
