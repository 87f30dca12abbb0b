import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { parseSync, Visitor } from 'rolldown/utils'
import { describe, expect, test } from 'vitest'

/**
 * What each part of src/ uses at run time, from the ground up. A part uses only parts above it in this table. What stands in
 * brackets loads only when it is needed.
 */
const USES: Readonly<Record<string, string>> = {
  text: '',
  errors: 'text',
  version: '',
  timeout: '',
  waitForAll: '',
  demo: '',
  csv: 'errors text',
  matching: '',
  network: 'text version',
  terminal: 'errors text',
  schema: 'errors',
  stores: 'errors network timeout',
  wasm: 'csv matching',
  editions: 'csv errors schema stores',
  config: 'editions errors matching terminal text',
  portal: 'errors network text version',
  scheduler: 'editions errors',
  runs: 'editions errors schema terminal text timeout version',
  metrics: 'editions runs',
  pipeline: '(editions) csv editions errors portal runs stores terminal text waitForAll wasm',
  lineage: 'editions network pipeline text version',
  explain: 'csv editions errors matching pipeline stores text',
  mcp: 'editions text version',
  remote: 'config editions errors explain network portal runs text version',
  verify: '(editions) csv editions errors matching pipeline runs schema terminal',
  openContext: '(lineage) (metrics) (stores) config waitForAll',
  import: 'editions errors openContext pipeline portal runs text',
  explore: 'config csv editions errors explain matching pipeline text wasm',
  notify: 'editions errors explore network pipeline runs terminal text version waitForAll',
  server: '(metrics) config editions errors explain explore matching mcp pipeline runs terminal text version',
  searchWorker: 'server',
  doctor: '(remote) config errors network openContext pipeline portal stores terminal text version',
  index: 'config editions errors openContext pipeline terminal',
  commands:
    '(config) (mcp) (metrics) (remote) (server) (terminal) config demo doctor editions errors explain explore import matching notify openContext pipeline portal remote runs scheduler stores terminal text verify version',
  program: 'commands errors terminal version',
  cli: '(commands) (program) commands',
}

/** Files over 250 lines, and why they stay whole. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'commands/commands.ts': 'one table',
  'csv/referenceScanner.ts': 'one state machine and the buffer that it reads from',
  'config/settings.ts': 'one table',
  'server/pages/translations/french.ts': 'one table',
  'pipeline/stagedSnapshot.ts': 'one class, and what it calls to fetch, judge and commit',
}

/** A longer function is usually two whose names are not found yet. */
const MAX_FUNCTION_LINES = 60

/** A file and one that it imports: at run time, only when needed, or types alone. */
interface Import {
  readonly from: string
  readonly to: string
  readonly kind: 'eager' | 'lazy' | 'type'
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name))
const imports: Import[] = files.flatMap((from) => {
  const code = readFileSync(join('src', from), 'utf8')
  const found = code.matchAll(/^(?:import|export) (type )?[^'()]*? from '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gms)
  return [...found].map(([, type, eager, lazy]) => ({
    from,
    to: normalize(join(dirname(from), (eager ?? lazy)!)),
    kind: lazy !== undefined ? 'lazy' : type !== undefined ? 'type' : 'eager',
  }))
})
const partOf = (file: string) => file.split('/')[0]!.replace(/\.tsx?$/, '')
const folderOf = (file: string) => (file.includes('/') ? partOf(file) : undefined)

/** Returns a path that leads back to its start; undefined if there is none. */
function findCircle(edges: readonly (readonly [from: string, to: string])[]): string[] | undefined {
  const next = new Map<string, Set<string>>()
  for (const [from, to] of edges) if (from !== to) next.set(from, (next.get(from) ?? new Set()).add(to))
  const done = new Set<string>()
  const visit = (node: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node]
    if (done.has(node)) return undefined
    for (const to of next.get(node) ?? []) {
      const circle = visit(to, [...path, node])
      if (circle !== undefined) return circle
    }
    done.add(node)
    return undefined
  }
  for (const node of next.keys()) {
    const circle = visit(node, [])
    if (circle !== undefined) return circle
  }
  return undefined
}

describe('the parts of src', () => {
  test('use what the table says, and nothing else', () => {
    const used: Record<string, Set<string>> = Object.fromEntries(files.map((file) => [partOf(file), new Set()]))
    for (const { from, to, kind } of imports) {
      const [part, other] = [partOf(from), partOf(to)]
      if (part !== other && kind !== 'type') used[part]!.add(kind === 'lazy' ? `(${other})` : other)
    }
    // A file of types alone uses nothing at run time.
    delete used.context
    const actual = Object.fromEntries(Object.entries(used).map(([part, names]) => [part, [...names].sort().join(' ')]))
    expect(actual).toEqual(USES)
  })

  test('use only parts above them in the table', () => {
    const known = new Set<string>()
    for (const [part, names] of Object.entries(USES)) {
      const eager = names.split(' ').filter((name) => name !== '' && !name.startsWith('('))
      expect(
        eager.filter((name) => !known.has(name)),
        part,
      ).toEqual([])
      known.add(part)
    }
  })

  test('have no circle between folders, types included', () => {
    const edges = imports.flatMap(({ from, to }) => {
      const [folder, other] = [folderOf(from), folderOf(to)]
      return folder !== undefined && other !== undefined ? [[folder, other] as const] : []
    })
    expect(findCircle(edges)).toBe(undefined)
  })
})

describe('the files of src', () => {
  test('have no circle of imports at run time', () => {
    const edges = imports.filter(({ kind }) => kind !== 'type').map(({ from, to }) => [from, to] as const)
    expect(findCircle(edges)).toBe(undefined)
  })

  test('fit one reading: 250 lines, or a reason why not; pipeline.ts under 100', () => {
    const linesOf = (file: string) => readFileSync(join('src', file), 'utf8').trimEnd().split('\n').length
    const isGenerated = (file: string) => ['wasm/code.ts', 'wasm/wordsCode.ts'].includes(file)
    const long = files.filter((file) => linesOf(file) > 250 && !isGenerated(file))
    expect(long.sort()).toEqual(Object.keys(LONG_FILES).sort())
    expect(linesOf('pipeline/pipeline.ts')).toBeLessThan(100)
  })
})

/** Returns the length of each function of a file, with the line where it starts. Functions include those within them. */
function measureFunctions(path: string, code: string): { line: number; length: number }[] {
  const { program, errors } = parseSync(path, code)
  if (errors.length > 0) throw new Error(`cannot parse ${path}: ${errors[0]!.message}`)
  const lineAt = (offset: number) => code.slice(0, offset).split('\n').length
  const measured: { line: number; length: number }[] = []
  const measure = ({ start, end }: { start: number; end: number }) => {
    const line = lineAt(start)
    measured.push({ line, length: lineAt(end) - line + 1 })
  }
  new Visitor({
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  }).visit(program)
  return measured
}

describe('the functions of src, web and assembly', () => {
  test('are measured with those within them, also methods and arrow functions', () => {
    const code =
      'class A {\n  b() {\n    return () => {\n    }\n  }\n}\nfunction c() {}\nconst d = async () =>\n  <p>é</p>'
    expect(measureFunctions('a.tsx', code)).toEqual([
      { line: 2, length: 4 },
      { line: 3, length: 2 },
      { line: 7, length: 1 },
      { line: 8, length: 2 },
    ])
  })

  test(`have at most ${MAX_FUNCTION_LINES} lines`, () => {
    const paths = ['src', 'web', 'assembly'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    const long = paths
      .filter((path) => /\.tsx?$/.test(path))
      .flatMap((path) =>
        measureFunctions(path, readFileSync(path, 'utf8'))
          .filter(({ length }) => length > MAX_FUNCTION_LINES)
          .map(({ line, length }) => `${path}:${line} has ${length} lines`),
      )
    expect(long).toEqual([])
  })
})

test('every exported function and class has a docstring', () => {
  const undocumented = files.flatMap((file) => {
    const lines = readFileSync(join('src', file), 'utf8').split('\n')
    return lines.flatMap((line, at) => {
      const [, name] = /^export (?:async )?(?:default )?(?:function\*?|class) (\w+)/.exec(line) ?? []
      // Overloads share the docstring of the first.
      const isDocumented =
        /\*\/$/.test(lines[at - 1]?.trim() ?? '') ||
        lines.slice(0, at).some((one) => one.startsWith(`export function ${name}`))
      return name !== undefined && !isDocumented ? [`${file}: ${name}`] : []
    })
  })
  expect(undocumented).toEqual([])
})
