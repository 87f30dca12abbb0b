import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { scheduledDates } from '../../src/scheduler/calendar.ts'
import { PLAN, simulate } from './simulation.ts'

const away = () => {
  throw new Failure('portal', 'the portal is away')
}

/** Wall-clock time in Paris: `17:00`. */
const inParis = (instant: string) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris', timeStyle: 'short' }).format(new Date(instant))

describe('the scheduler', () => {
  test('publishes every Wednesday of ten years at 17:00 in Paris, once', async () => {
    const { published, failed, passedOver } = await simulate({
      from: '2026-01-01T00:00:00Z',
      to: '2036-01-01T00:00:00Z',
    })
    const [dates, instants] = [0, 1].map((part) => published.map((line) => line.split(' at ')[part]!))
    expect(dates).toEqual(scheduledDates(PLAN, '2026-01-01', '2035-12-31'))
    expect(dates).toHaveLength(521)
    expect(new Set(instants!.map(inParis))).toEqual(new Set(['17:00']))
    expect([failed, passedOver]).toEqual([[], []])
  })

  test('is on time before and after both changes of the clock', async () => {
    const spring = await simulate({ from: '2027-03-20T00:00:00Z', to: '2027-04-02T00:00:00Z' })
    expect(spring.published).toEqual([
      '2027-03-24 at 2027-03-24T16:00:00.000Z',
      '2027-03-31 at 2027-03-31T15:00:00.000Z',
    ])
    const autumn = await simulate({ from: '2027-10-25T00:00:00Z', to: '2027-11-05T00:00:00Z' })
    expect(autumn.published).toEqual([
      '2027-10-27 at 2027-10-27T15:00:00.000Z',
      '2027-11-03 at 2027-11-03T16:00:00.000Z',
    ])
  })

  test('says which date is next, at the start and after each one', async () => {
    const { waits } = await simulate({ from: '2026-11-16T09:00:00Z', to: '2026-11-20T00:00:00Z' })
    expect(waits).toEqual(['2026-11-18T16:00:00.000Z', '2026-11-25T16:00:00.000Z'])
  })

  test('ends in one line when nothing will be due again', async () => {
    const never = { plan: { schedule: '0 0 30 2 *' }, from: '2026-11-16T00:00:00Z', to: '2026-11-17T00:00:00Z' }
    await expect(simulate(never)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('never comes again'),
    })
  })
})

describe('at its start', () => {
  const missed = async () => ['2026-11-04', '2026-11-11', '2026-11-18']
  const span = { from: '2026-11-20T09:00:00Z', to: '2026-11-20T10:00:00Z', missed }

  test.each([
    [1, ['2026-11-18'], ['2026-11-04', '2026-11-11']],
    [2, ['2026-11-11', '2026-11-18'], ['2026-11-04']],
    [9, ['2026-11-04', '2026-11-11', '2026-11-18'], []],
    [0, [], ['2026-11-04', '2026-11-11', '2026-11-18']],
  ])('catches up the last %d dates that were missed, and names the others', async (catch_up, caughtUp, others) => {
    const { published, passedOver } = await simulate({ ...span, plan: { catch_up } })
    expect(published.map((line) => line.slice(0, 10))).toEqual(caughtUp)
    expect(passedOver).toEqual(others)
  })

  test('waits for stores that are away, then catches up', async () => {
    let asked = 0
    const { published, failed } = await simulate({
      ...span,
      missed: async () => {
        if (++asked < 4) throw new Failure('store', 'the store is away')
        return ['2026-11-18']
      },
    })
    expect(published).toEqual(['2026-11-18 at 2026-11-20T09:07:00.000Z'])
    expect(failed.map(({ date, number }) => [date, number])).toEqual([
      [undefined, 1],
      [undefined, 2],
      [undefined, 3],
    ])
  })
})

describe('a try that fails', () => {
  const wednesday = { from: '2026-11-18T15:59:00Z', to: '2026-11-26T15:00:00Z' }

  test('is repeated with growing pauses while the portal is away for an hour', async () => {
    const { published, failed } = await simulate({
      ...wednesday,
      publish: (_, at) => (at < '2026-11-18T17:00:00Z' ? away() : 1_000),
    })
    expect(published[0]).toBe('2026-11-18 at 2026-11-18T17:03:00.000Z')
    expect(failed.map(({ again }) => again!.toISOString().slice(11, 16))).toEqual([
      '16:01',
      '16:03',
      '16:07',
      '16:15',
      '16:31',
      '17:03',
    ])
  })

  test('is repeated at least every hour for a day, then given up; the next Wednesday comes all the same', async () => {
    const { published, failed } = await simulate({
      ...wednesday,
      publish: (date) => (date === '2026-11-18' ? away() : 1_000),
    })
    expect(failed).toHaveLength(29)
    expect(failed.at(-1)).toMatchObject({ date: '2026-11-18', number: 29, again: undefined })
    expect(failed.at(-2)!.again!.toISOString()).toBe('2026-11-19T15:03:00.000Z')
    expect(published).toEqual(['2026-11-25 at 2026-11-25T16:00:00.000Z'])
  })

  test('leaves the floor to the next date', async () => {
    const { failed, published } = await simulate({
      from: '2026-11-18T15:59:00Z',
      to: '2026-11-19T16:30:00Z',
      plan: { schedule: '0 17 * * *', give_up_after: 7 * 86_400_000 },
      publish: (date) => (date === '2026-11-18' ? away() : 1_000),
    })
    expect(failed.at(-1)!.again).toBeUndefined()
    expect(published).toEqual(['2026-11-19 at 2026-11-19T16:00:00.000Z'])
  })

  test('of a date with several hours is repeated until the date is over', async () => {
    const { published } = await simulate({
      from: '2026-11-18T15:59:00Z',
      to: '2026-11-18T23:30:00Z',
      plan: { schedule: '0 * * * 3' },
      publish: (_, at) => (at < '2026-11-18T18:30:00Z' ? away() : 1_000),
    })
    expect(published[0]).toBe('2026-11-18 at 2026-11-18T19:03:00.000Z')
  })

  test.each(['portal', 'store', 'held'] as const)('is repeated after "%s"', async (kind) => {
    let tries = 0
    const { published } = await simulate({
      ...wednesday,
      publish: () => {
        if (++tries === 1) throw new Failure(kind, 'no')
        return 1_000
      },
    })
    expect(published[0]).toBe('2026-11-18 at 2026-11-18T16:01:00.000Z')
  })

  test.each([
    ['a broken contract', new Failure('contract', 'no')],
    ['a gate that refused', new Failure('gate', 'no')],
    ['wrong use', new Failure('usage', 'no')],
    ['a bug', new TypeError('no')],
  ])('is not repeated after %s, and the next Wednesday comes all the same', async (_, error) => {
    const { published, failed } = await simulate({
      ...wednesday,
      publish: (date) => {
        if (date === '2026-11-18') throw error
        return 1_000
      },
    })
    expect(failed).toEqual([{ date: '2026-11-18', number: 1, error, again: undefined }])
    expect(published).toEqual(['2026-11-25 at 2026-11-25T16:00:00.000Z'])
  })
})

describe('when the clock does not go steadily', () => {
  test('a laptop that slept over 17:00 publishes within a minute of waking up', async () => {
    const { published, passedOver } = await simulate({
      from: '2026-11-18T12:00:00Z',
      to: '2026-11-19T12:00:00Z',
      jumps: [{ at: '2026-11-18T13:00:30Z', to: '2026-11-18T20:12:10Z' }],
    })
    expect(published).toEqual(['2026-11-18 at 2026-11-18T20:12:10.000Z'])
    expect(passedOver).toEqual([])
  })

  test('a machine that slept for three weeks catches the last Wednesday up, and names the others', async () => {
    const { published, passedOver } = await simulate({
      from: '2026-11-03T12:00:00Z',
      to: '2026-11-27T12:00:00Z',
      jumps: [{ at: '2026-11-03T13:00:00Z', to: '2026-11-20T08:00:00Z' }],
    })
    expect(published).toEqual(['2026-11-18 at 2026-11-20T08:00:00.000Z', '2026-11-25 at 2026-11-25T16:00:00.000Z'])
    expect(passedOver).toEqual(['2026-11-04', '2026-11-11'])
  })

  test('a clock that is set back a little repeats nothing', async () => {
    const { published } = await simulate({
      from: '2026-11-18T15:00:00Z',
      to: '2026-11-18T20:00:00Z',
      jumps: [{ at: '2026-11-18T16:10:00Z', to: '2026-11-18T15:40:00Z' }],
    })
    expect(published).toEqual(['2026-11-18 at 2026-11-18T16:00:00.000Z'])
  })

  test('a clock that was years ahead is believed again once it is right', async () => {
    const { published } = await simulate({
      from: '2026-11-17T00:00:00Z',
      to: '2026-11-26T00:00:00Z',
      jumps: [
        { at: '2026-11-17T01:00:00Z', to: '2031-01-01T00:00:00Z' },
        { at: '2031-01-01T00:05:00Z', to: '2026-11-17T01:05:00Z' },
      ],
    })
    expect(published.slice(-2)).toEqual([
      '2026-11-18 at 2026-11-18T16:00:00.000Z',
      '2026-11-25 at 2026-11-25T16:00:00.000Z',
    ])
  })

  test('a pause does not outlast a clock that is set back by a year', async () => {
    let tries = 0
    const { published } = await simulate({
      from: '2026-11-18T15:59:00Z',
      to: '2026-11-18T16:01:00Z',
      jumps: [{ at: '2026-11-18T16:00:30Z', to: '2025-11-19T16:00:30Z' }],
      publish: () => {
        if (++tries === 1) throw new Failure('portal', 'no')
        return 40_000_000_000
      },
    })
    expect(published).toEqual(['2026-11-18 at 2025-11-19T16:00:30.000Z'])
  })
})
