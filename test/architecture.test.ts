import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'

/**
 * What each part of src/ may use at run time, from the ground up; types may come from anywhere. What stands in brackets is
 * loaded only when it is needed.
 */
const MAY_USE: Readonly<Record<string, string>> = {
  csv: 'errors',
  wasm: 'csv matching',
  schema: 'errors',
  editions: 'csv errors schema',
  stores: 'errors patience',
  portal: 'errors terminal version',
  scheduler: 'editions errors',
  post: 'version',
  runs: 'editions errors patience schema terminal version',
  metrics: 'editions runs scheduler',
  notify: 'editions errors post runs terminal version waitForAll',
  pipeline: 'csv (editions) editions errors portal runs scheduler terminal waitForAll wasm',
  lineage: 'editions pipeline post scheduler terminal version',
  config: 'errors matching notify scheduler terminal',
  explain: 'csv editions errors matching pipeline terminal',
  verify: 'csv (editions) editions errors matching pipeline runs terminal',
  context: 'config waitForAll (lineage) (metrics) (stores)',
  import: 'context editions errors pipeline portal runs terminal',
  server: 'config editions errors explain matching runs terminal version (metrics)',
  doctor: 'context errors pipeline portal stores terminal version',
  index: 'config context editions errors pipeline scheduler terminal',
  commands:
    'config context demo doctor editions errors explain import matching notify pipeline portal runs scheduler stores terminal verify (metrics) (server) (terminal)',
  cli: 'commands errors terminal version',
}

interface Import {
  readonly from: string
  readonly to: string
  readonly lazy: boolean
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name))
const imports: Import[] = files.flatMap((from) => {
  const code = readFileSync(join('src', from), 'utf8')
  const found = code.matchAll(/^(?:import|export) (?!type )[^'()]*? from '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gms)
  return [...found].map(([, eager, lazy]) => ({
    from,
    to: normalize(join(dirname(from), (eager ?? lazy)!)),
    lazy: lazy !== undefined,
  }))
})
const partOf = (file: string) => file.split('/')[0]!.replace(/\.tsx?$/, '')

describe('the parts of src', () => {
  test('use each other as the table says, and the table says no more', () => {
    const used: Record<string, Set<string>> = {}
    for (const { from, to, lazy } of imports) {
      const [part, other] = [partOf(from), partOf(to)]
      if (part === other) continue
      used[part] ??= new Set()
      used[part].add(lazy ? `(${other})` : other)
    }
    const sorted = (names: Iterable<string>) => [...names].sort()
    const actual = Object.fromEntries(Object.entries(used).map(([part, names]) => [part, sorted(names)]))
    const allowed = Object.fromEntries(Object.entries(MAY_USE).map(([part, names]) => [part, sorted(names.split(' '))]))
    expect(actual).toEqual(allowed)
  })

  test('build on each other, from the ground up, without a circle', () => {
    const known = new Set(['errors', 'patience', 'terminal', 'version', 'waitForAll', 'demo', 'matching'])
    for (const [part, names] of Object.entries(MAY_USE)) {
      for (const name of names.split(' '))
        if (!name.startsWith('(')) expect([part, known]).toEqual([part, new Set([...known, name])])
      known.add(part)
    }
  })
})

test('no file needs itself, however far around', () => {
  const next = new Map(files.map((file) => [file, imports.filter(({ from, lazy }) => from === file && !lazy)]))
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    expect(path).not.toContain(file)
    if (done.has(file)) return
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
})

test('documents are read in one place each, where they are validated', () => {
  const readers = ['editions/read.ts', 'runs/read.ts', 'runs/lease.ts']
  const found = files.filter(
    (file) =>
      !file.startsWith('stores/') && /documents!?\??\.(find|list)\b/.test(readFileSync(join('src', file), 'utf8')),
  )
  expect(found.sort()).toEqual(readers.sort())
})

test('what is exported says what it is', () => {
  const silent = files.flatMap((file) => {
    const lines = readFileSync(join('src', file), 'utf8').split('\n')
    return lines.flatMap((line, at) => {
      const [, name] = /^export (?:async )?(?:default )?(?:function\*?|class) (\w+)/.exec(line) ?? []
      // Overloads share what stands above the first.
      const isSaid =
        /\*\/$/.test(lines[at - 1]?.trim() ?? '') ||
        lines.slice(0, at).some((one) => one.startsWith(`export function ${name}`))
      return name !== undefined && !isSaid ? [`${file}: ${name}`] : []
    })
  })
  expect(silent).toEqual([])
})
