import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Archive, PendingObject, StoredObject } from '../../src/stores/archive.ts'

const CSV = { contentType: 'text/csv; charset=utf-8' }

export async function readAll(archive: Archive, key: string, range?: { start: number; end: number }): Promise<Buffer> {
  return buffer(archive.read(key, range))
}

export async function put(archive: Archive, key: string, content: string | Uint8Array): Promise<void> {
  const bytes = Buffer.from(content as string)
  const object = await archive.create(key, CSV)
  await object.write(bytes)
  await object.complete(sha256Of(bytes))
  await object.commit()
}

async function listed(archive: Archive, prefix: string): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  for await (const object of archive.list(prefix)) objects.push(object)
  return objects
}

async function keysOf(archive: Archive, prefix: string): Promise<string[]> {
  return (await listed(archive, prefix)).map(({ key }) => key)
}

function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Writes every part from one buffer that is used again and again, and returns the sha256. */
async function writeParts(object: PendingObject, lengths: Iterable<number>, most: number): Promise<string> {
  const hash = createHash('sha256')
  const buffer = Buffer.alloc(most)
  let fill = 1
  for (const length of lengths) {
    const part = buffer.fill(fill++ % 251).subarray(0, length)
    hash.update(part)
    await object.write(part)
  }
  return hash.digest('hex')
}

/**
 * What every archive promises.
 *
 * @param open opens an archive that is empty; `leftovers` counts what is not an object (partial files, open uploads)
 */
export function archiveContract(
  name: string,
  open: () => Promise<{ archive: Archive; leftovers: () => Promise<number>; close: () => Promise<void> }>,
): void {
  describe(`${name}, as an archive,`, () => {
    let place: Awaited<ReturnType<typeof open>>
    beforeEach(async () => {
      place = await open()
    })
    afterEach(async () => {
      await place.archive.close()
      await place.close()
    })

    test('hides an object until it is committed', async () => {
      const { archive, leftovers } = place
      const object = await archive.create('2026-11-18/a.csv', CSV)
      await object.write(Buffer.from('half'))
      expect(await archive.stat('2026-11-18/a.csv')).toBeUndefined()
      expect(await listed(archive, '')).toEqual([])
      await object.complete(sha256Of('half'))
      await object.commit()
      expect((await readAll(archive, '2026-11-18/a.csv')).toString()).toBe('half')
      expect(await archive.stat('2026-11-18/a.csv')).toMatchObject({ key: '2026-11-18/a.csv', bytes: 4 })
      expect(await leftovers()).toBe(0)
    })

    test('replaces an object atomically at the commit', async () => {
      const { archive } = place
      await put(archive, 'a', 'old')
      const object = await archive.create('a', CSV)
      await object.write(Buffer.from('new one'))
      expect((await readAll(archive, 'a')).toString()).toBe('old')
      await object.complete(sha256Of('new one'))
      await object.commit()
      expect((await readAll(archive, 'a')).toString()).toBe('new one')
      expect(await archive.stat('a')).toMatchObject({ bytes: 7 })
    })

    test('a reader of a replaced object gets the whole old one or an error, never a mixture', async () => {
      const { archive } = place
      const old = Buffer.alloc(12 << 20, 'old, ')
      await put(archive, 'a', old)
      const reading = archive.read('a')[Symbol.asyncIterator]()
      const parts = [(await reading.next()).value as Uint8Array]
      const object = await archive.create('a', CSV)
      const sha256 = await writeParts(object, Array(13).fill(1 << 20), 1 << 20)
      // A store may hold the new object back until nobody reads the old one, so the reader does not wait for it to the end.
      await object.complete(sha256)
      const committed = object.commit()
      await Promise.race([committed, sleep(500)])
      const failure = await (async () => {
        for (let next = await reading.next(); !next.done; next = await reading.next()) parts.push(next.value)
      })().catch((error) => error)
      await committed
      if (failure === undefined) expect(sha256Of(Buffer.concat(parts))).toBe(sha256Of(old))
      else expect(failure).toMatchObject({ kind: 'store' })
      expect(sha256Of(await readAll(archive, 'a'))).toBe(sha256)
    })

    test('removes an aborted object and changes nothing else', async () => {
      const { archive, leftovers } = place
      await put(archive, 'x/a', 'old')
      for (const key of ['x/a', 'y/b']) {
        const object = await archive.create(key, CSV)
        await object.write(Buffer.alloc(12 << 20))
        await object.abort()
        await object.abort()
      }
      expect(await keysOf(archive, '')).toEqual(['x/a'])
      expect((await readAll(archive, 'x/a')).toString()).toBe('old')
      expect(await leftovers()).toBe(0)
    })

    test('ignores an abort after the commit', async () => {
      const { archive } = place
      const object = await archive.create('a', CSV)
      await object.write(Buffer.from('whole'))
      await object.complete(sha256Of('whole'))
      await object.commit()
      await object.abort()
      expect((await readAll(archive, 'a')).toString()).toBe('whole')
    })

    test('commits an object under another key, and leaves its own key alone', async () => {
      const { archive, leftovers } = place
      await put(archive, 'x/a', 'old')
      for (const [elsewhere, length] of [
        ['refused/small', 3],
        ['refused/large', 12 << 20],
      ] as const) {
        const object = await archive.create('x/a', CSV)
        const sha256 = await writeParts(object, [length], length)
        await object.complete(sha256)
        await object.commit(elsewhere)
        await object.abort()
        expect(sha256Of(await readAll(archive, elsewhere))).toBe(sha256)
      }
      expect((await readAll(archive, 'x/a')).toString()).toBe('old')
      expect(await keysOf(archive, '')).toEqual(['refused/large', 'refused/small', 'x/a'])
      expect(await leftovers()).toBe(0)
    })

    test('keeps an empty object, written or not', async () => {
      const { archive } = place
      await put(archive, 'written', '')
      const object = await archive.create('not', CSV)
      await object.complete(sha256Of(''))
      await object.commit()
      expect(await listed(archive, '')).toMatchObject([
        { key: 'not', bytes: 0 },
        { key: 'written', bytes: 0 },
      ])
      expect((await readAll(archive, 'written')).length).toBe(0)
      expect((await readAll(archive, 'not')).length).toBe(0)
    })

    test.each([
      ['20 MiB in large, odd writes', Array.from({ length: 20 }, (_, i) => 1_048_583 - i * 1_001)],
      ['many small, odd writes', Array.from({ length: 20_000 }, (_, i) => (i * 7) % 61)],
      ['writes around the usual sizes of blocks', [0, 1, 262_143, 262_144, 1, 262_145, 524_288, 5, 65_536, 6_000_000]],
    ])('keeps every byte of %s from a buffer that is used again', async (_, lengths) => {
      const { archive } = place
      const object = await archive.create('large', CSV)
      const sha256 = await writeParts(object, lengths, Math.max(...lengths))
      await object.complete(sha256)
      await object.commit()
      expect(await archive.stat('large')).toMatchObject({ bytes: lengths.reduce((sum, length) => sum + length) })
      expect(sha256Of(await readAll(archive, 'large'))).toBe(sha256)
    })

    test('reads an inclusive range, up to the end of the object', async () => {
      const { archive } = place
      await put(archive, 'a', '0123456789')
      const range = async (start: number, end: number) => (await readAll(archive, 'a', { start, end })).toString()
      expect(await range(2, 4)).toBe('234')
      expect(await range(0, 0)).toBe('0')
      expect(await range(9, 9)).toBe('9')
      expect(await range(8, 100)).toBe('89')
    })

    test('lets a reader stop early', async () => {
      const { archive } = place
      await put(archive, 'a', Buffer.alloc(3 << 20))
      for await (const part of archive.read('a')) {
        expect(part.length).toBeGreaterThan(0)
        break
      }
      expect((await readAll(archive, 'a')).length).toBe(3 << 20)
    })

    test('lists by prefix, in the order of the keys', async () => {
      const { archive } = place
      for (const key of ['b/2', 'b0', 'a', 'b/10', 'b.csv', 'B', 'c/d/e', 'b-/1', 'é']) await put(archive, key, key)
      expect(await keysOf(archive, '')).toEqual(['B', 'a', 'b-/1', 'b.csv', 'b/10', 'b/2', 'b0', 'c/d/e', 'é'])
      expect(await keysOf(archive, 'b')).toEqual(['b-/1', 'b.csv', 'b/10', 'b/2', 'b0'])
      expect(await keysOf(archive, 'b/')).toEqual(['b/10', 'b/2'])
      expect(await keysOf(archive, 'b/1')).toEqual(['b/10'])
      expect(await keysOf(archive, 'c/d')).toEqual(['c/d/e'])
      expect(await keysOf(archive, 'c/d/e/f')).toEqual([])
      expect(await keysOf(archive, 'none')).toEqual([])
    })

    test('exists once something was written', async () => {
      const { archive } = place
      await put(archive, 'x', 'bytes')
      expect(await archive.exists()).toBe(true)
    })

    test('gives the same size and time for an object alone and in a list', async () => {
      const { archive } = place
      await put(archive, 'x/a', 'twelve bytes')
      const alone = await archive.stat('x/a')
      expect(alone).toEqual({ key: 'x/a', bytes: 12, modified: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) })
      expect(await listed(archive, '')).toEqual([alone])
      expect(await archive.stat('x')).toBeUndefined()
      expect(await archive.stat('x/b')).toBeUndefined()
    })

    test.each([
      'é à.csv',
      '100%.csv',
      'a%2Fb%20c.csv',
      'a+b&c=d.csv',
      "it's (one).csv",
      '<a>"b".csv',
      'a b/#?.csv',
      'a:b;c@d!$*,~.csv',
      '🚋',
    ])('takes %s as a key', async (key) => {
      const { archive } = place
      await put(archive, key, 'x')
      expect((await readAll(archive, key)).toString()).toBe('x')
      expect(await archive.stat(key)).toMatchObject({ key, bytes: 1 })
      expect(await keysOf(archive, '')).toEqual([key])
      expect(await keysOf(archive, key)).toEqual([key])
      await archive.sweep(key)
      await archive.remove(key)
      expect(await archive.stat(key)).toBeUndefined()
    })

    test.each([
      '../a',
      'a/../../b',
      '/a',
      'a/',
      'a//b',
      '',
      'a\\b',
      'a\0b',
      '.',
      'a/.',
      '.x',
      'a/.x',
      '.partial/a',
      'a\ud800',
    ])('refuses %j as a key', async (key) => {
      const { archive } = place
      const usage = expect.objectContaining({ kind: 'usage' })
      await expect(archive.create(key, CSV)).rejects.toEqual(usage)
      await expect(archive.stat(key)).rejects.toEqual(usage)
      await expect(readAll(archive, key)).rejects.toEqual(usage)
      await expect(archive.remove(key)).rejects.toEqual(usage)
      await expect(archive.sweep(key)).rejects.toEqual(usage)
    })

    test('fails to read a missing object with one line that names it', async () => {
      const { archive } = place
      const failure = await readAll(archive, 'none.csv').catch((error) => error)
      expect(failure).toMatchObject({ kind: 'store', message: expect.stringMatching(/none\.csv/) })
      expect(failure.message).not.toContain('\n')
    })

    test('removes only the given object', async () => {
      const { archive } = place
      for (const key of ['x/a', 'x/ab', 'x/a.csv']) await put(archive, key, key)
      await archive.remove('x/a')
      await archive.remove('x/a')
      await archive.remove('none/at/all')
      expect(await keysOf(archive, '')).toEqual(['x/a.csv', 'x/ab'])
    })

    test('stores one whole object when several writers use the same key', async () => {
      const { archive, leftovers } = place
      const contents = Array.from({ length: 6 }, (_, i) => String(i).repeat(i % 2 === 0 ? 300_000 : 6_000_000))
      await Promise.all(contents.map((content) => put(archive, 'x/a', content)))
      expect(contents.map(sha256Of)).toContain(sha256Of(await readAll(archive, 'x/a')))
      expect(await keysOf(archive, '')).toEqual(['x/a'])
      expect(await leftovers()).toBe(0)
    })

    test('lets writers use a folder that others remove as empty', async () => {
      const { archive, leftovers } = place
      const keys = Array.from({ length: 20 }, (_, i) => `x/y/${i}`)
      await Promise.all(
        keys.map(async (key, i) => {
          for (let turn = 0; turn < 5; turn++) {
            const object = await archive.create(key, CSV)
            await object.abort()
            await archive.sweep(key)
          }
          if (i % 2 === 0) await put(archive, key, key)
        }),
      )
      expect(await keysOf(archive, '')).toEqual(keys.filter((_, i) => i % 2 === 0).sort())
      expect(await leftovers()).toBe(0)
    })

    test('sweeps the pending object of a writer that never ended, and keeps the object', async () => {
      const { archive, leftovers } = place
      await put(archive, 'x/a', 'kept')
      const object = await archive.create('x/a', CSV)
      await object.write(Buffer.alloc(12 << 20))
      await archive.sweep('x/a')
      expect(await leftovers()).toBe(0)
      expect((await readAll(archive, 'x/a')).toString()).toBe('kept')
      await expect(object.complete('0'.repeat(64)).then(() => object.commit())).rejects.toMatchObject({ kind: 'store' })
      expect((await readAll(archive, 'x/a')).toString()).toBe('kept')
      await object.abort()
      await archive.sweep('none/at/all')
    })

    test.each([0, 3, 6 << 20])('never commits an object of %i bytes that was complete and then swept', async (size) => {
      const { archive, leftovers } = place
      await put(archive, 'x/a', 'old')
      const object = await archive.create('x/a', CSV)
      const bytes = Buffer.alloc(size)
      await object.write(bytes)
      await object.complete(sha256Of(bytes))
      await archive.sweep('x/a')
      await put(archive, 'x/a', 'new')
      await expect(object.commit()).rejects.toMatchObject({ kind: 'store' })
      await object.abort()
      expect((await readAll(archive, 'x/a')).toString()).toBe('new')
      expect(await leftovers()).toBe(0)
    })

    test('lists the keys with a pending object of any writer, and no others', async () => {
      const { archive } = place
      const pending = async () => {
        const keys: string[] = []
        for await (const key of archive.pendingKeys()) keys.push(key)
        return keys.sort()
      }
      expect(await pending()).toEqual([])
      const keys = ['x/a.csv', 'x/a', 'x/y/ü & b', 'top']
      const objects = await Promise.all(keys.map((key) => archive.create(key, CSV)))
      await put(archive, 'x/whole', 'whole')
      for (const [i, object] of objects.entries()) {
        await object.write(Buffer.alloc(i % 2 ? 6 << 20 : 10))
        await object.complete('')
      }
      expect(await pending()).toEqual([...keys].sort())
      await archive.sweep('x/a')
      await objects[0]!.commit()
      await objects[3]!.abort()
      expect(await pending()).toEqual(['x/y/ü & b'])
    })

    test('sweeps one key, but not keys that it is a prefix of', async () => {
      const { archive } = place
      const others = ['x/a.csv', 'x/ab', 'x/a/b', 'a']
      const pending = await Promise.all(others.map((key) => archive.create(key, CSV)))
      const sha256s = await Promise.all(pending.map((object) => writeParts(object, [6 << 20], 6 << 20)))
      await archive.sweep('x/a')
      for (const [i, object] of pending.entries()) {
        await object.complete(sha256s[i]!)
        await object.commit()
      }
      expect(await keysOf(archive, '')).toEqual([...others].sort())
    })
  })
}
