import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isCron,
  lastFiring,
  nextFiring,
  resolveDate,
  type Schedule,
  scheduledDates,
  wrongCronField,
} from '../../src/editions/calendar.ts'

const WEDNESDAYS: Schedule = { schedule: '0 17 * * 3', time_zone: 'Europe/Paris' }
const DAY_MS = 86_400_000

const plusDays = (date: string, days: number) => new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10)
const dates = fc.integer({ min: 0, max: 3653 }).map((days) => plusDays('2024-01-01', days))

/** Formats an instant as wall-clock time: `2026-11-18 17:00:00`. */
function wallClock(timeZone: string, instant: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(instant)
}

describe('the Wednesdays of ten years', () => {
  const all = scheduledDates(WEDNESDAYS, '2024-01-01', '2033-12-31')

  test('are all listed, each once', () => {
    const wednesdays = Array.from({ length: 3653 }, (_, day) => plusDays('2024-01-01', day)).filter(
      (date) => new Date(date).getUTCDay() === 3,
    )
    expect(all).toEqual(wednesdays)
    expect(all).toHaveLength(522)
  })

  test('fire at 17:00 in Paris, one after the other', () => {
    let instant = new Date('2024-01-01T00:00:00Z')
    for (const date of all) {
      instant = nextFiring(WEDNESDAYS, instant)!
      expect(wallClock('Europe/Paris', instant)).toBe(`${date} 17:00:00`)
    }
  })

  test('are found from any moment, in both directions', () => {
    const moments = fc.integer({ min: Date.parse('2024-01-10'), max: Date.parse('2033-12-20') })
    fc.assert(
      fc.property(moments, (ms) => {
        const [last, next] = [lastFiring(WEDNESDAYS, new Date(ms))!, nextFiring(WEDNESDAYS, new Date(ms))!]
        expect(last.getTime()).toBeLessThanOrEqual(ms)
        expect(next.getTime()).toBeGreaterThan(ms)
        const [before, after] = [last, next].map((at) => wallClock('Europe/Paris', at))
        expect(after).toBe(`${plusDays(before!.slice(0, 10), 7)} 17:00:00`)
      }),
    )
  })

  test('can be listed in two parts, split anywhere, without a loss or a duplicate', () => {
    fc.assert(
      fc.property(dates, (middle) => {
        const first = scheduledDates(WEDNESDAYS, '2024-01-01', middle)
        expect([...first, ...scheduledDates(WEDNESDAYS, plusDays(middle, 1), '2033-12-31')]).toEqual(all)
      }),
      { numRuns: 20 },
    )
  })
})

describe('when the clocks change', () => {
  const daily = (schedule: string): Schedule => ({ schedule, time_zone: 'Europe/Paris' })

  test.each([
    ['2027-03-24', '2027-03-24T16:00:00.000Z', '2027-03-31T15:00:00.000Z'],
    ['2027-10-27', '2027-10-27T15:00:00.000Z', '2027-11-03T16:00:00.000Z'],
  ])('17:00 stays 17:00 between the week of %s and the next', (date, first, second) => {
    const one = nextFiring(WEDNESDAYS, new Date(date))!
    expect([one.toISOString(), nextFiring(WEDNESDAYS, one)!.toISOString()]).toEqual([first, second])
  })

  test.each(['30 2 * * *', '0,30 2 * * *'])('%s fires on every date, even if its hour is skipped', (cron) => {
    expect(scheduledDates(daily(cron), '2027-03-27', '2027-03-29')).toEqual(['2027-03-27', '2027-03-28', '2027-03-29'])
  })

  test('a fixed time fires once if its hour is repeated', () => {
    const first = nextFiring(daily('30 2 * * *'), new Date('2027-10-30T22:00:00Z'))!
    expect(first.toISOString()).toBe('2027-10-31T00:30:00.000Z')
    expect(nextFiring(daily('30 2 * * *'), first)!.toISOString()).toBe('2027-11-01T01:30:00.000Z')
  })
})

test('any cron in any zone is due on the dates on which a wall clock shows its time', () => {
  const zones = ['Europe/Paris', 'America/New_York', 'Africa/Cairo', 'Asia/Kathmandu', 'Pacific/Auckland', 'UTC']
  const hours = fc.constantFrom('*', '0', '1', '2', '23', '0,12', '*/6')
  const minutes = fc.constantFrom('*', '0', '30', '59', '*/20')
  const days = fc.constantFrom('*', '3', '0', '1-5', '6')
  // The days around a clock change: Paris, New York and Cairo (at midnight), in both directions.
  const starts = fc.constantFrom('2027-03-27', '2027-10-30', '2027-03-12', '2027-11-05', '2026-04-22', '2026-10-28')
  fc.assert(
    fc.property(fc.constantFrom(...zones), minutes, hours, days, starts, (...drawn) => {
      const [time_zone, minute, hour, day, from] = drawn
      const found = scheduledDates({ schedule: `${minute} ${hour} * * ${day}`, time_zone }, from, plusDays(from, 3))
      expect(found).toEqual(datesByWallClock(time_zone, minute, hour, day, from))
    }),
    { numRuns: 60 },
  )
})

/** Computes the same dates by reading the wall clock every minute. */
function datesByWallClock(zone: string, minute: string, hour: string, day: string, from: string): string[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
  const all = [0, 1, 2, 3].map((days) => plusDays(from, days))
  const onDay = (date: string) => matchesField(day, new Date(date).getUTCDay())
  // A fixed time fires on each of its dates, whatever the clocks do.
  if (!/[*]/.test(minute + hour)) return all.filter(onDay)
  const found = new Set<string>()
  for (let ms = Date.parse(from) - DAY_MS; ms < Date.parse(from) + 5 * DAY_MS; ms += 60_000) {
    const [date, time] = format.format(ms).split(' ') as [string, string]
    const [h, m] = time.split(':').map(Number) as [number, number]
    if (all.includes(date) && onDay(date) && matchesField(hour, h) && matchesField(minute, m)) found.add(date)
  }
  return [...found]
}

function matchesField(field: string, value: number): boolean {
  const [, step] = /^\*\/(\d+)$/.exec(field) ?? []
  if (step !== undefined) return value % Number(step) === 0
  const [, min, max] = /^(\d)-(\d)$/.exec(field) ?? []
  if (min !== undefined) return value >= Number(min) && value <= Number(max)
  return field === '*' || field.split(',').map(Number).includes(value)
}

test('a cron that fires every second lists each date once', () => {
  const found = scheduledDates({ schedule: '* * * * * *', time_zone: 'Africa/Cairo' }, '2026-01-01', '2026-12-31')
  expect(found).toHaveLength(365)
  expect(new Set(found).size).toBe(365)
})

test('the last second of a day and a range of one day count', () => {
  const schedule = { schedule: '59 59 23 * * *', time_zone: 'Europe/Paris' }
  expect(scheduledDates(schedule, '2026-11-18', '2026-11-18')).toEqual(['2026-11-18'])
  expect(scheduledDates(WEDNESDAYS, '2026-11-19', '2026-11-24')).toEqual([])
  expect(scheduledDates(WEDNESDAYS, '2026-11-19', '2026-11-18')).toEqual([])
})

describe('a date argument', () => {
  test.each([
    ['2026-11-18T15:59:59Z', '2026-11-11', 'a second before 17:00 in Paris'],
    ['2026-11-18T16:00:00Z', '2026-11-18', 'at 17:00'],
    ['2026-11-18T23:05:00Z', '2026-11-18', 'after midnight in Paris'],
    ['2026-11-19T12:00:00Z', '2026-11-18', 'a day later'],
    ['2026-11-25T15:59:00Z', '2026-11-18', 'just before the next'],
  ])('due at %s is %s: %s', (now, date) => {
    expect(resolveDate('due', WEDNESDAYS, new Date(now))).toBe(date)
  })

  test('is today if it is absent, and otherwise a date or "due"', () => {
    const afterMidnight = new Date('2026-11-18T23:05:00Z')
    expect(resolveDate(undefined, WEDNESDAYS, afterMidnight)).toBe('2026-11-19')
    expect(resolveDate('2026-01-21', WEDNESDAYS, afterMidnight)).toBe('2026-01-21')
    expect(() => resolveDate('Due', WEDNESDAYS, afterMidnight)).toThrow('"Due" is not a date')
    const never = { schedule: '0 0 30 2 *', time_zone: 'UTC' }
    expect(() => resolveDate('due', never, afterMidnight)).toThrow(/has never fired/)
  })
})

test('a cron that never fires is due on no date', () => {
  const never = { schedule: '0 0 30 2 *', time_zone: 'UTC' }
  expect([
    nextFiring(never, new Date()),
    lastFiring(never, new Date()),
    scheduledDates(never, '2026-01-01', '2026-12-31'),
  ]).toEqual([undefined, undefined, []])
})

test.each([
  ['0 17 * * 3', true],
  ['*/5 * * * * *', true],
  ['@weekly', true],
  ['0 17 * * 3 2026 1', false],
  ['0 17 * *', false],
  ['0 17 * * 9', false],
  ['2026-11-18T17:00:00', false],
  ['', false],
])('%j is a cron expression: %s', (text, expected) => {
  expect(isCron(text)).toBe(expected)
})

test.each([
  ['60 17 * * 3', 'has a wrong minute, "60"; write 0 to 59'],
  ['0 25 * * 3', 'has a wrong hour, "25"; write 0 to 23'],
  ['0 17 32 * *', 'has a wrong day of the month, "32"; write 1 to 31'],
  ['0 17 * FOO *', 'has a wrong month, "FOO"; write 1 to 12, or JAN to DEC'],
  ['0 17 * * MER', 'has a wrong day of the week, "MER"; write 0 to 7, or SUN to SAT'],
  ['60 0 17 * * 3', 'has a wrong second, "60"; write 0 to 59'],
  ['0 0 24 * * 3', 'has a wrong hour, "24"; write 0 to 23'],
  ['0 17 * *', undefined],
  ['@wekly', undefined],
])('the wrong field of %j is named', (text, expected) => {
  expect(wrongCronField(text)).toBe(expected)
})
