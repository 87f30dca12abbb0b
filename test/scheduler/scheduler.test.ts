import { describe, expect, test } from 'vitest'
import { scheduledDates } from '../../src/editions/calendar.ts'
import { Failure } from '../../src/errors.ts'
import { OPTIONS, simulate } from './simulation.ts'

const unreachable = () => {
  throw new Failure('portal', 'the portal cannot be reached')
}

/** Formats the wall-clock time in Paris: `17:00`. */
const inParis = (instant: string) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris', timeStyle: 'short' }).format(new Date(instant))

describe('the scheduler', () => {
  test('publishes once at 17:00 in Paris on every Wednesday of ten years', async () => {
    const { published, failed, skipped } = await simulate({
      from: '2026-01-01T00:00:00Z',
      to: '2036-01-01T00:00:00Z',
    })
    const [dates, instants] = [0, 1].map((part) => published.map((line) => line.split(' at ')[part]!))
    expect(dates).toEqual(scheduledDates(OPTIONS, '2026-01-01', '2035-12-31'))
    expect(dates).toHaveLength(521)
    expect(new Set(instants!.map(inParis))).toEqual(new Set(['17:00']))
    expect([failed, skipped]).toEqual([[], []])
  })

  test('is on time before and after both clock changes of a year', async () => {
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

  test('announces the next date at the start and after each publication', async () => {
    const { announced } = await simulate({ from: '2026-11-16T09:00:00Z', to: '2026-11-20T00:00:00Z' })
    expect(announced).toEqual(['2026-11-18T16:00:00.000Z', '2026-11-25T16:00:00.000Z'])
  })

  test('fails in one line if no date will ever be due again', async () => {
    const never = { options: { schedule: '0 0 30 2 *' }, from: '2026-11-16T00:00:00Z', to: '2026-11-17T00:00:00Z' }
    await expect(simulate(never)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('never fires again'),
    })
  })
})

describe('at its start', () => {
  const findMissed = async () => ['2026-11-04', '2026-11-11', '2026-11-18']
  const span = { from: '2026-11-20T09:00:00Z', to: '2026-11-20T10:00:00Z', findMissed }

  test.each([
    [1, ['2026-11-18'], ['2026-11-04', '2026-11-11']],
    [2, ['2026-11-11', '2026-11-18'], ['2026-11-04']],
    [9, ['2026-11-04', '2026-11-11', '2026-11-18'], []],
    [0, [], ['2026-11-04', '2026-11-11', '2026-11-18']],
  ])('catches up the last %d missed dates and reports the others', async (catch_up, caughtUp, others) => {
    const { published, skipped } = await simulate({ ...span, options: { catch_up } })
    expect(published.map((line) => line.slice(0, 10))).toEqual(caughtUp)
    expect(skipped).toEqual(others)
  })

  test('retries until the stores can be reached, then catches up', async () => {
    let attempts = 0
    const { published, failed } = await simulate({
      ...span,
      findMissed: async () => {
        if (++attempts < 4) throw new Failure('store', 'the store cannot be reached')
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

describe('a failed attempt', () => {
  const wednesday = { from: '2026-11-18T15:59:00Z', to: '2026-11-26T15:00:00Z' }

  test('is retried with growing pauses while the portal is down for an hour', async () => {
    const { published, failed } = await simulate({
      ...wednesday,
      publish: (_, at) => (at < '2026-11-18T17:00:00Z' ? unreachable() : 1_000),
    })
    expect(published[0]).toBe('2026-11-18 at 2026-11-18T17:03:00.000Z')
    expect(failed.map(({ retryAt }) => retryAt!.toISOString().slice(11, 16))).toEqual([
      '16:01',
      '16:03',
      '16:07',
      '16:15',
      '16:31',
      '17:03',
    ])
  })

  test('is retried at least every hour for a day; the next Wednesday is published either way', async () => {
    const { published, failed } = await simulate({
      ...wednesday,
      publish: (date) => (date === '2026-11-18' ? unreachable() : 1_000),
    })
    expect(failed).toHaveLength(29)
    expect(failed.at(-1)).toMatchObject({ date: '2026-11-18', number: 29, retryAt: undefined })
    expect(failed.at(-2)!.retryAt!.toISOString()).toBe('2026-11-19T15:03:00.000Z')
    expect(published).toEqual(['2026-11-25 at 2026-11-25T16:00:00.000Z'])
  })

  test('is not retried once the next date is due', async () => {
    const { failed, published } = await simulate({
      from: '2026-11-18T15:59:00Z',
      to: '2026-11-19T16:30:00Z',
      options: { schedule: '0 17 * * *', give_up_after: 7 * 86_400_000 },
      publish: (date) => (date === '2026-11-18' ? unreachable() : 1_000),
    })
    expect(failed.at(-1)!.retryAt).toBeUndefined()
    expect(published).toEqual(['2026-11-19 at 2026-11-19T16:00:00.000Z'])
  })

  test('is retried until the end of a date on which the schedule fires several times', async () => {
    const { published } = await simulate({
      from: '2026-11-18T15:59:00Z',
      to: '2026-11-18T23:30:00Z',
      options: { schedule: '0 * * * 3' },
      publish: (_, at) => (at < '2026-11-18T18:30:00Z' ? unreachable() : 1_000),
    })
    expect(published[0]).toBe('2026-11-18 at 2026-11-18T19:03:00.000Z')
  })

  test.each(['portal', 'store', 'held'] as const)('is retried after a failure of kind "%s"', async (kind) => {
    let attempts = 0
    const { published } = await simulate({
      ...wednesday,
      publish: () => {
        if (++attempts === 1) throw new Failure(kind, 'no')
        return 1_000
      },
    })
    expect(published[0]).toBe('2026-11-18 at 2026-11-18T16:01:00.000Z')
  })

  test.each([
    ['a broken contract', new Failure('contract', 'no')],
    ['a refusal by the gate', new Failure('gate', 'no')],
    ['wrong use', new Failure('usage', 'no')],
    ['a bug', new TypeError('no')],
  ])('is not retried after %s; the next Wednesday is published either way', async (_, error) => {
    const { published, failed } = await simulate({
      ...wednesday,
      publish: (date) => {
        if (date === '2026-11-18') throw error
        return 1_000
      },
    })
    expect(failed).toEqual([{ date: '2026-11-18', number: 1, error, retryAt: undefined }])
    expect(published).toEqual(['2026-11-25 at 2026-11-25T16:00:00.000Z'])
  })
})

describe('when the clock jumps', () => {
  test('a laptop that slept through 17:00 publishes within a minute of waking up', async () => {
    const { published, skipped } = await simulate({
      from: '2026-11-18T12:00:00Z',
      to: '2026-11-19T12:00:00Z',
      jumps: [{ at: '2026-11-18T13:00:30Z', to: '2026-11-18T20:12:10Z' }],
    })
    expect(published).toEqual(['2026-11-18 at 2026-11-18T20:12:10.000Z'])
    expect(skipped).toEqual([])
  })

  test('a machine that slept for three weeks catches up the last Wednesday and reports the others', async () => {
    const { published, skipped } = await simulate({
      from: '2026-11-03T12:00:00Z',
      to: '2026-11-27T12:00:00Z',
      jumps: [{ at: '2026-11-03T13:00:00Z', to: '2026-11-20T08:00:00Z' }],
    })
    expect(published).toEqual(['2026-11-18 at 2026-11-20T08:00:00.000Z', '2026-11-25 at 2026-11-25T16:00:00.000Z'])
    expect(skipped).toEqual(['2026-11-04', '2026-11-11'])
  })

  test('a clock that is set back a little does not repeat a date', async () => {
    const { published } = await simulate({
      from: '2026-11-18T15:00:00Z',
      to: '2026-11-18T20:00:00Z',
      jumps: [{ at: '2026-11-18T16:10:00Z', to: '2026-11-18T15:40:00Z' }],
    })
    expect(published).toEqual(['2026-11-18 at 2026-11-18T16:00:00.000Z'])
  })

  test('a clock that was years ahead is trusted again once it is corrected', async () => {
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

  test('a pause does not last longer if the clock is set back by a year', async () => {
    let attempts = 0
    const { published } = await simulate({
      from: '2026-11-18T15:59:00Z',
      to: '2026-11-18T16:01:00Z',
      jumps: [{ at: '2026-11-18T16:00:30Z', to: '2025-11-19T16:00:30Z' }],
      publish: () => {
        if (++attempts === 1) throw new Failure('portal', 'no')
        return 40_000_000_000
      },
    })
    expect(published).toEqual(['2026-11-18 at 2025-11-19T16:00:30.000Z'])
  })
})
