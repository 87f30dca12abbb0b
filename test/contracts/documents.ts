import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Document, Documents, Lease } from '../../src/stores/documents.ts'

interface Note extends Document {
  readonly [field: string]: unknown
}

const holder = (run: string) => ({ run, host: 'here', pid: 1 })

/** What every document store promises. `another` opens the same store a second time, as another process would. */
export function documentsContract(
  name: string,
  open: () => Promise<{ documents: Documents; another: () => Promise<Documents>; close: () => Promise<void> }>,
): void {
  describe(`${name}, as a document store,`, () => {
    let place: Awaited<ReturnType<typeof open>>
    beforeEach(async () => {
      place = await open()
    })
    afterEach(async () => {
      await place.documents.close()
      await place.close()
    })

    test('returns exactly what was stored, and keeps one document for one id', async () => {
      const { documents } = place
      const note: Note = {
        _id: 'a/é 🚋/$x.y',
        text: 'a"b\u0000\u2028\u{1f68b} e\u0301 \r\n',
        numbers: [0, -1, 1.5, 1e-7, 2 ** 31 - 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, 2 ** 53 - 1, 1e300],
        times: ['2026-11-18T16:00:09.123Z', '2026-11-18'],
        nothing: null,
        yes: true,
        nested: { empty: {}, list: [{ 'metric.followers': 1, '100%': 2, '%2E': 3 }] },
      }
      await documents.replace('tops', { ...note, text: 'before' } as Note)
      await documents.replace('tops', note)
      expect(await documents.find('tops', note._id)).toEqual(note)
      expect(Object.keys((await documents.find<Note>('tops', note._id))!)).toEqual(Object.keys(note))
      expect(await documents.list('tops')).toEqual([note])
      expect(await documents.list('runs')).toEqual([])
    })

    test('stores a document of several megabytes, also in place of a small one', async () => {
      const { documents } = place
      const note: Note = {
        _id: 'large',
        items: Array.from({ length: 20_000 }, (_, i) => ({ i, text: 'é'.repeat(100) })),
      }
      await documents.replace('tops', { _id: 'large' })
      await documents.replace('tops', note)
      expect(await documents.find('tops', 'large')).toEqual(note)
      expect(await documents.list('tops')).toEqual([note])
      await documents.replace('tops', { _id: 'large' })
      expect(await documents.find('tops', 'large')).toEqual({ _id: 'large' })
    })

    test('keeps one whole document when several processes replace it at once', async () => {
      const others = await Promise.all(Array.from({ length: 4 }, () => place.another()))
      const notes: Note[] = Array.from({ length: 16 }, (_, i) => ({ _id: 'a', i, text: String(i).repeat(10_000) }))
      await Promise.all(notes.map((note, i) => others[i % 4]!.replace('tops', note)))
      const [found, ...more] = await place.documents.list<Note>('tops')
      expect(found).toEqual(notes[found!.i as number])
      expect(more).toEqual([])
      await Promise.all(others.map((other) => other.close()))
    })

    test('lists by prefix, in the order of the ids, up or down, up to a limit', async () => {
      const { documents } = place
      for (const _id of ['b/2', 'a', 'b/1', 'b0', 'B/1', 'b/%', 'b/_', 'b/é']) await documents.replace('tops', { _id })
      const ids = async (query: object) => {
        const listed = (await documents.list('tops', query)).map(({ _id }) => _id)
        expect(await documents.ids('tops', query)).toEqual(listed)
        return listed
      }
      expect(await ids({ prefix: 'b/' })).toEqual(['b/%', 'b/1', 'b/2', 'b/_', 'b/é'])
      expect(await ids({ prefix: 'b/', descending: true, limit: 2 })).toEqual(['b/é', 'b/_'])
      expect(await ids({ prefix: 'b/_' })).toEqual(['b/_'])
      expect(await ids({ limit: 1 })).toEqual(['B/1'])
      expect(await ids({ limit: 0 })).toEqual([])
      expect(await ids({ limit: 100, descending: true })).toHaveLength(8)
      expect(await ids({ prefix: 'none' })).toEqual([])
    })

    test('treats every character of a prefix literally', async () => {
      const { documents } = place
      const prefixes = ['%', '_', '.', '*', '[a]', '(', '^', '$', '\\', '"', "'", '?', '\u{10ffff}', 'É', '🚋']
      for (const prefix of prefixes) await documents.replace('tops', { _id: `${prefix}/1` })
      await documents.replace('tops', { _id: 'xx/1' })
      for (const prefix of prefixes) {
        expect(await documents.list('tops', { prefix })).toEqual([{ _id: `${prefix}/1` }])
        expect(await documents.list('tops', { prefix: `${prefix}/1` })).toEqual([{ _id: `${prefix}/1` }])
      }
    })

    test('swaps a document only if it is unchanged since it was read', async () => {
      const { documents } = place
      const [a, b, c] = ['r1', 'r2', 'r3'].map((run_id) => ({ _id: 'x', run_id, list: [run_id] }))
      expect(await documents.compareAndSwap('tops', 'x', undefined, undefined)).toBe(true)
      expect(await documents.compareAndSwap('tops', 'x', a, b)).toBe(false)
      expect(await documents.compareAndSwap('tops', 'x', a, undefined)).toBe(false)
      expect(await documents.find('tops', 'x')).toBeUndefined()
      expect(await documents.compareAndSwap('tops', 'x', undefined, a)).toBe(true)
      expect(await documents.compareAndSwap('tops', 'x', undefined, b)).toBe(false)
      expect(await documents.compareAndSwap('tops', 'x', undefined, undefined)).toBe(false)
      expect(await documents.compareAndSwap('tops', 'x', b, c)).toBe(false)
      expect(await documents.find('tops', 'x')).toEqual(a)
      expect(await documents.compareAndSwap('tops', 'x', a, b)).toBe(true)
      expect(await documents.find('tops', 'x')).toEqual(b)
      expect(await documents.compareAndSwap('tops', 'x', b, undefined)).toBe(true)
      expect(await documents.find('tops', 'x')).toBeUndefined()
    })

    test('lets exactly one of sixteen swap a document that all have read', async () => {
      const was = { _id: 'x', run_id: 'r' }
      await place.documents.replace('tops', was)
      const others = await Promise.all(Array.from({ length: 4 }, () => place.another()))
      const swaps = Array.from({ length: 16 }, (_, i) =>
        others[i % 4]!.compareAndSwap('tops', 'x', was, { ...was, run_id: `r${i}` } as Note),
      )
      const done = await Promise.all(swaps)
      expect(done.filter(Boolean)).toHaveLength(1)
      expect(await place.documents.find('tops', 'x')).toEqual({ _id: 'x', run_id: `r${done.indexOf(true)}` })
      await Promise.all(others.map((other) => other.close()))
    })

    test('finds no missing or removed document', async () => {
      const { documents } = place
      expect(await documents.find('tops', 'a')).toBeUndefined()
      await documents.replace('tops', { _id: 'a' })
      await documents.remove('tops', 'a')
      await documents.remove('tops', 'a')
      expect(await documents.find('tops', 'a')).toBeUndefined()
    })

    test('one connection sees what another has stored', async () => {
      const other = await place.another()
      await place.documents.replace('tops', { _id: 'a' })
      expect(await other.find('tops', 'a')).toEqual({ _id: 'a' })
      await other.close()
    })

    test('grants a lease to one caller and names the holder to the others', async () => {
      const { documents } = place
      const first = await documents.acquire('2026-11-18', holder('r1'), 60_000)
      expect(first).toMatchObject({ granted: true, lease: { _id: '2026-11-18', run: 'r1', host: 'here', pid: 1 } })
      expect(Date.parse(first.lease.expires) - Date.parse(first.lease.since)).toBe(60_000)
      expect(await documents.acquire('2026-11-18', holder('r2'), 60_000)).toEqual({
        granted: false,
        lease: first.lease,
      })
      expect((await documents.acquire('2026-11-25', holder('r2'), 60_000)).granted).toBe(true)
    })

    test('grants a released or expired lease again, as a new one', async () => {
      const { documents } = place
      const first = await documents.acquire('a', holder('r1'), 60_000)
      await documents.release('a', 'r1')
      expect(await documents.list('leases')).toEqual([])
      const second = await documents.acquire('a', holder('r2'), 1)
      expect(second).toMatchObject({ granted: true, lease: { run: 'r2' } })
      await sleep(20)
      const third = await documents.acquire('a', holder('r3'), 60_000)
      expect(third).toMatchObject({ granted: true, lease: { run: 'r3' } })
      expect(await documents.list('leases')).toEqual([third.lease])
      expect(first.lease.since <= second.lease.since && second.lease.since < third.lease.since).toBe(true)
    })

    test('grants a held lease only to a caller that names its holder as dead', async () => {
      const { documents } = place
      const { lease } = await documents.acquire('a', holder('r1'), 60_000)
      expect(await documents.acquire('a', holder('r2'), 60_000, 'r0')).toEqual({ granted: false, lease })
      expect(await documents.acquire('a', holder('r2'), 60_000, 'r1')).toMatchObject({
        granted: true,
        lease: { run: 'r2' },
      })
      expect(await documents.acquire('a', holder('r3'), 60_000, 'r1')).toMatchObject({
        granted: false,
        lease: { run: 'r2' },
      })
      expect(await documents.renew('a', 'r1', 60_000)).toBe(false)
      await documents.release('a', 'r1')
      expect(await documents.find('leases', 'a')).toMatchObject({ run: 'r2' })
      expect((await documents.acquire('b', holder('r3'), 60_000, 'r0')).granted).toBe(true)
    })

    test('lets only the holder renew or release a lease', async () => {
      const { documents } = place
      const { lease } = await documents.acquire('a', holder('r1'), 1_000)
      expect(await documents.renew('a', 'r2', 60_000)).toBe(false)
      await documents.release('a', 'r2')
      expect(await documents.renew('a', 'r1', 60_000)).toBe(true)
      const [renewed] = await documents.list<Lease>('leases')
      expect(renewed).toMatchObject({ run: 'r1', since: lease.since })
      expect(renewed!.expires > lease.expires).toBe(true)
      expect(await documents.renew('none', 'r1', 60_000)).toBe(false)
    })

    test.each([
      ['is free', undefined, 0],
      ['has run out', 'old', 1],
      ['is held by a dead run', 'old', 60_000],
    ])('grants a lease that %s to exactly one of sixteen that ask at once', async (_, run, ttl) => {
      if (run) await place.documents.acquire('a', holder(run), ttl)
      await sleep(20)
      const others = await Promise.all(Array.from({ length: 4 }, () => place.another()))
      const asked = Array.from({ length: 16 }, (_, i) => others[i % 4]!.acquire('a', holder(`r${i}`), 60_000, run))
      const answers = await Promise.all(asked)
      const granted = answers.filter(({ granted }) => granted)
      expect(granted).toHaveLength(1)
      for (const { lease } of answers) expect(lease).toEqual(granted[0]!.lease)
      await Promise.all(others.map((other) => other.close()))
    })
  })
}
