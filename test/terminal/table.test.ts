import stringWidth from 'string-width'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { formatTable } from '../../src/terminal/table.ts'

const COLUMNS = [
  { title: 'rank', align: 'right' },
  { title: 'name', share: 1 },
  { title: 'title', share: 2 },
] as const
const linesOf = (text: string) => text.trimEnd().split('\n')

/** Simulates a terminal of this width. */
function inTerminal(columns: number | undefined) {
  Object.defineProperty(process.stdout, 'columns', { value: columns, configurable: true })
}

beforeEach(() => {
  vi.stubEnv('FORCE_HYPERLINK', '0')
  inTerminal(undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  inTerminal(undefined)
})

describe('a table', () => {
  test('is as wide as its cells in a pipe', () => {
    expect(formatTable(COLUMNS, [['1', 'Un', 'x'.repeat(300)]])).toBe(
      `rank  name  title\n   1  Un    ${'x'.repeat(300)}\n`,
    )
  })

  test('fits the terminal, and gives the spare width of one column to another', () => {
    inTerminal(40)
    const [head, row] = linesOf(formatTable(COLUMNS, [['1', 'Un', 'a title that is too long for this terminal']]))
    expect([head, row]).toEqual(['rank  name  title', '   1  Un    a title that is too long fo…'])
    expect(stringWidth(row!)).toBe(40)
  })

  test('prints a wide column below its row in a narrow terminal', () => {
    const columns = [{ title: 'id' }, { title: 'status' }, { title: 'why', share: 1, below: true }]
    const rows = [
      ['1', 'failed', 'because of a long story'],
      ['2', 'ok', ''],
    ]
    inTerminal(119)
    expect(formatTable(columns, rows)).toBe('id  status\n1   failed\n  because of a long story\n2   ok\n')
    inTerminal(20)
    expect(formatTable(columns, rows)).toBe('id  status\n1   failed\n  because of a long\n  story\n2   ok\n')
    inTerminal(120)
    expect(linesOf(formatTable(columns, rows))[1]).toBe('1   failed  because of a long story')
  })

  test('aligns characters of width two, of width zero, and of several code points', () => {
    const names = ['地図', 'e\u0301te\u0301', '👩‍👩‍👧', 'abcd']
    const lines = linesOf(
      formatTable(
        COLUMNS,
        names.map((name) => ['1', name, '|']),
      ),
    )
    expect(new Set(lines.slice(1).map((line) => stringWidth(line.slice(0, line.indexOf('|')))))).toEqual(new Set([12]))
  })

  test('keeps hostile text on its line', () => {
    const [, row] = linesOf(formatTable(COLUMNS, [['1', 'a\nb\u001b[31m\u202e', '\u009b2J\u2028x']]))
    expect(row).toBe('   1  a b [31m  2J x')
  })

  test('prints links in terminals that support them, and escapes the address', () => {
    const cell = { text: 'Horaires de transport', href: 'https://portal.example/d\u0007\u001b/' }
    expect(formatTable([{ title: 't' }], [[cell]])).toBe('t\nHoraires de transport\n')
    vi.stubEnv('FORCE_HYPERLINK', '1')
    inTerminal(10)
    expect(formatTable([{ title: 't', share: 1 }], [[cell]])).toBe(
      't\n\u001b]8;;https://portal.example/d%07%1B/\u0007Horaires …\u001b]8;;\u0007\n',
    )
  })
})
