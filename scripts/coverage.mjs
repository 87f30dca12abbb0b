// Reports which branches, functions and lines of src/ the tests cover. Run after vitest run --coverage: node scripts/coverage.mjs
//
// Tests run most of commands/ and of the server in child processes, from dist/, which vitest does not measure. Node writes the
// coverage of these processes (test/helpers/cli.ts enables this). This script adds it to vitest's counts.
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
/** How many processes are read at a time. All at once would take gigabytes. */
const BATCH = 20

const coverageByFile = JSON.parse(await readFile(`${FOLDER}/coverage-final.json`, 'utf8'))
for (const coverage of await readChildCoverage()) {
  const path = fileURLToPath(coverage.url)
  const [code, map] = await Promise.all(
    [path, `${path}.map`].map((file) => readFile(file, 'utf8').catch(() => undefined)),
  )
  if (code === undefined || map === undefined) continue
  const options = { code, coverage, ast: parseAstAsync(code), sourceMap: JSON.parse(map), wrapperLength: 0 }
  const converted = await convert(options)
  for (const file in converted) if (file in coverageByFile) addCounts(coverageByFile[file], converted[file])
}
const context = createContext({ dir: FOLDER, coverageMap: istanbul.createCoverageMap(coverageByFile) })
for (const name of ['text-summary', 'json-summary']) reports.create(name).execute(context)

/** Reads and merges the coverage of dist/ from all child processes. */
async function readChildCoverage() {
  const names = await readdir(`${FOLDER}/children`).catch(() => [])
  const dist = `file://${resolve('dist')}/`
  let merged = { result: [] }
  for (let at = 0; at < names.length; at += BATCH) {
    const batch = names.slice(at, at + BATCH).map(async (name) => {
      // A child that was killed while writing leaves half a file.
      const read = readFile(`${FOLDER}/children/${name}`, 'utf8').then(JSON.parse)
      const { result } = await read.catch(() => ({ result: [] }))
      return { result: result.filter(({ url }) => url.startsWith(dist)) }
    })
    merged = mergeProcessCovs([merged, ...(await Promise.all(batch))])
  }
  return merged.result
}

/**
 * Adds the counts of a file to those of vitest. The end positions of the two differ a little, so statements, functions and branches
 * are matched by where they start.
 */
function addCounts(target, source) {
  const position = ({ line, column }) => `${line}:${column}`
  const statementKey = ({ start }) => position(start)
  const functionKey = ({ decl }) => position(decl.start)
  const branchKey = ({ type, loc }) => `${type} ${position(loc.start)}`
  const matchIds = (targetMap, sourceMap, keyOf) => {
    const sourceIds = new Map(Object.entries(sourceMap).map(([id, range]) => [keyOf(range), id]))
    return Object.entries(targetMap).flatMap(([id, range]) =>
      sourceIds.has(keyOf(range)) ? [[id, sourceIds.get(keyOf(range))]] : [],
    )
  }
  for (const [to, from] of matchIds(target.statementMap, source.statementMap, statementKey))
    target.s[to] += source.s[from]
  for (const [to, from] of matchIds(target.fnMap, source.fnMap, functionKey)) target.f[to] += source.f[from]
  for (const [to, from] of matchIds(target.branchMap, source.branchMap, branchKey))
    target.b[to] = target.b[to].map((count, arm) => count + (source.b[from][arm] ?? 0))
}
