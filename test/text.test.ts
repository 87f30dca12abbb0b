import { expect, test } from 'vitest'
import { Failure, messageOf } from '../src/errors.ts'
import { createLog } from '../src/terminal/log.ts'
import { createProgress } from '../src/terminal/progress.ts'
import { dayFormat } from '../src/text/dayFormat.ts'
import { joinFirst } from '../src/text/format.ts'

/** An escape sequence, a forged line, a C1 control, a line separator and a direction override. */
const HOSTILE = 'a\u001b[2J\nwarning: b\u0085c\u2028d\u202ee'
const HARMLESS = 'a [2J warning: b c d e'

test('a list names five items and counts the rest', () => {
  expect(joinFirst(['a', 'b'])).toBe('a, b')
  expect(joinFirst(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, d, e')
  expect(joinFirst(Array.from({ length: 270_000 }, (_, i) => String(i)))).toBe('0, 1, 2, 3, 4 and 269,995 more')
})

test('control characters reach neither an error, nor a log, nor a terminal', async () => {
  expect(messageOf(new Failure('portal', HOSTILE))).toBe(HARMLESS)
  expect(messageOf(new Error(HOSTILE)).split('\n').slice(1, 3)).toEqual(['Error: a [2J', 'warning: b c d e'])

  let written = ''
  const output = {
    write: (text: string) => {
      written += text
    },
  }
  const log = createLog(output, { verbose: true })
  const stream = output as unknown as NodeJS.WriteStream
  const terminal = await createProgress({ stream, live: false, verbose: true, color: true })
  for (const report of [log, terminal])
    for (const level of ['info', 'warn', 'error', 'debug'] as const) report[level](HOSTILE)
  const lines = written.trimEnd().split('\n')
  expect(lines).toHaveLength(8)
  expect(lines.slice(0, 4).map((line) => JSON.parse(line).message)).toEqual(Array(4).fill(HARMLESS))
  expect(lines.slice(4)).toEqual([
    HARMLESS,
    `\u001b[33mwarning:\u001b[39m ${HARMLESS}`,
    `\u001b[31merror:\u001b[39m ${HARMLESS}`,
    `\u001b[2m${HARMLESS}\u001b[22m`,
  ])
})

test('the first of a month is an ordinal in French only', () => {
  expect(dayFormat('fr-FR', 'long')('2026-08-01')).toBe('1er août 2026')
  expect(dayFormat('fr-FR', 'full')('2026-08-11')).toBe('mardi 11 août 2026')
  expect(dayFormat('en-GB', 'long')('2026-08-01')).toBe('1 August 2026')
})
