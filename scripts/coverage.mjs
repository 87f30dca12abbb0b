// Which branches, functions and lines of src/ the tests run through: node scripts/coverage.mjs, behind vitest run --coverage
//
// Most of commands/ and of the server runs in processes of their own, from dist/, where vitest does not look. Node writes what
// they ran through (test/helpers/cli.ts asks for it); here it is added to what vitest counted, place by place.
import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mergeProcessCovs } from '@bcoe/v8-coverage'
import { convert } from 'ast-v8-to-istanbul'
import istanbul from 'istanbul-lib-coverage'
import { createContext } from 'istanbul-lib-report'
import reports from 'istanbul-reports'
import { parseAstAsync } from 'vite'

const FOLDER = 'coverage'
/** So many processes are read at a time; all of them together would take gigabytes. */
const BATCH = 20

const counted = JSON.parse(await readFile(`${FOLDER}/coverage-final.json`, 'utf8'))
for (const coverage of await childrenCoverage()) {
  const path = fileURLToPath(coverage.url)
  const [code, map] = await Promise.all(
    [path, `${path}.map`].map((file) => readFile(file, 'utf8').catch(() => undefined)),
  )
  if (code === undefined || map === undefined) continue
  const options = { code, coverage, ast: parseAstAsync(code), sourceMap: JSON.parse(map), wrapperLength: 0 }
  const found = await convert(options)
  for (const file in found) if (file in counted) add(counted[file], found[file])
}
const context = createContext({ dir: FOLDER, coverageMap: istanbul.createCoverageMap(counted) })
for (const name of ['text-summary', 'json-summary']) reports.create(name).execute(context)

/** What all children ran through of dist/, file by file. */
async function childrenCoverage() {
  const names = await readdir(`${FOLDER}/children`).catch(() => [])
  const dist = `file://${resolve('dist')}/`
  let merged = { result: [] }
  for (let at = 0; at < names.length; at += BATCH) {
    const batch = names.slice(at, at + BATCH).map(async (name) => {
      // One that was killed meanwhile leaves half a file.
      const read = readFile(`${FOLDER}/children/${name}`, 'utf8').then(JSON.parse)
      const { result } = await read.catch(() => ({ result: [] }))
      return { result: result.filter(({ url }) => url.startsWith(dist)) }
    })
    merged = mergeProcessCovs([merged, ...(await Promise.all(batch))])
  }
  return merged.result
}

/** Adds counts of a file to others of it. What was generated differs a little, so a place is known by where it begins. */
function add(into, from) {
  const at = ({ line, column }) => `${line}:${column}`
  const statement = (place) => at(place.start)
  const fn = ({ decl }) => at(decl.start)
  const branch = ({ type, loc }) => `${type} ${at(loc.start)}`
  const pairs = (ours, theirs, name) => {
    const keys = new Map(Object.entries(theirs).map(([key, place]) => [name(place), key]))
    return Object.entries(ours).flatMap(([key, place]) => (keys.has(name(place)) ? [[key, keys.get(name(place))]] : []))
  }
  for (const [ours, theirs] of pairs(into.statementMap, from.statementMap, statement)) into.s[ours] += from.s[theirs]
  for (const [ours, theirs] of pairs(into.fnMap, from.fnMap, fn)) into.f[ours] += from.f[theirs]
  for (const [ours, theirs] of pairs(into.branchMap, from.branchMap, branch))
    into.b[ours] = into.b[ours].map((count, arm) => count + (from.b[theirs][arm] ?? 0))
}
