import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Archive, StoredObject } from '../../src/stores/archive.ts'

const CSV = { contentType: 'text/csv; charset=utf-8' }

export async function readAll(archive: Archive, key: string, range?: { start: number; end: number }): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of archive.read(key, range)) parts.push(part)
  return Buffer.concat(parts)
}

async function listed(archive: Archive, prefix: string): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  for await (const object of archive.list(prefix)) objects.push(object)
  return objects
}

export async function put(archive: Archive, key: string, content: string | Uint8Array): Promise<void> {
  const bytes = Buffer.from(content as string)
  const object = await archive.create(key, CSV)
  await object.write(bytes)
  await object.commit(createHash('sha256').update(bytes).digest('hex'))
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

    test('keeps an object out of sight until it is committed', async () => {
      const { archive, leftovers } = place
      const object = await archive.create('2026-11-18/a.csv', CSV)
      await object.write(Buffer.from('half'))
      expect(await archive.stat('2026-11-18/a.csv')).toBeUndefined()
      expect(await listed(archive, '')).toEqual([])
      await object.commit(createHash('sha256').update('half').digest('hex'))
      expect((await readAll(archive, '2026-11-18/a.csv')).toString()).toBe('half')
      expect(await archive.stat('2026-11-18/a.csv')).toMatchObject({ key: '2026-11-18/a.csv', bytes: 4 })
      expect(await leftovers()).toBe(0)
    })

    test('replaces an object in one step, and not before', async () => {
      const { archive } = place
      await put(archive, 'a', 'old')
      const object = await archive.create('a', CSV)
      await object.write(Buffer.from('new one'))
      expect((await readAll(archive, 'a')).toString()).toBe('old')
      await object.commit(createHash('sha256').update('new one').digest('hex'))
      expect((await readAll(archive, 'a')).toString()).toBe('new one')
    })

    test('leaves nothing of an object that was given up, and nothing else changes', async () => {
      const { archive, leftovers } = place
      await put(archive, 'x/a', 'old')
      const object = await archive.create('x/a', CSV)
      await object.write(Buffer.alloc(1 << 20))
      await object.abort()
      await object.abort()
      expect((await readAll(archive, 'x/a')).toString()).toBe('old')
      expect(await leftovers()).toBe(0)
    })

    test('takes giving up after the commit as nothing', async () => {
      const { archive } = place
      const object = await archive.create('a', CSV)
      await object.write(Buffer.from('whole'))
      await object.commit(createHash('sha256').update('whole').digest('hex'))
      await object.abort()
      expect((await readAll(archive, 'a')).toString()).toBe('whole')
    })

    test('keeps every byte of objects from nothing to 20 MiB, in writes of any size from a buffer that is reused', async () => {
      const { archive } = place
      await put(archive, 'empty', '')
      expect((await readAll(archive, 'empty')).length).toBe(0)
      const hash = createHash('sha256')
      const object = await archive.create('large', CSV)
      const buffer = Buffer.alloc(1_048_583)
      for (let i = 0; i < 20; i++) {
        const part = buffer.fill(i + 1).subarray(0, buffer.length - i * 1_001)
        hash.update(part)
        await object.write(part)
      }
      const sha256 = hash.digest('hex')
      await object.commit(sha256)
      expect(
        createHash('sha256')
          .update(await readAll(archive, 'large'))
          .digest('hex'),
      ).toBe(sha256)
    })

    test('reads a range, both ends included', async () => {
      const { archive } = place
      await put(archive, 'a', '0123456789')
      expect((await readAll(archive, 'a', { start: 2, end: 4 })).toString()).toBe('234')
    })

    test('lists by prefix, in the order of the keys', async () => {
      const { archive } = place
      for (const key of ['b/2', 'a', 'b/10', 'b.csv', 'c/d/e']) await put(archive, key, key)
      const keys = async (prefix: string) => (await listed(archive, prefix)).map(({ key }) => key)
      expect(await keys('')).toEqual(['a', 'b.csv', 'b/10', 'b/2', 'c/d/e'])
      expect(await keys('b/')).toEqual(['b/10', 'b/2'])
      expect(await keys('c/d')).toEqual(['c/d/e'])
      expect(await keys('none')).toEqual([])
    })

    test.each(['é à.csv', '100%.csv', 'a+b&c=d.csv', "it's (one).csv", 'a b/#?.csv', '🚋'])(
      'takes %s as a key',
      async (key) => {
        const { archive } = place
        await put(archive, key, 'x')
        expect((await readAll(archive, key)).toString()).toBe('x')
        expect((await listed(archive, '')).map((object) => object.key)).toEqual([key])
        await archive.remove(key)
        expect(await archive.stat(key)).toBeUndefined()
      },
    )

    test('refuses to read what is not there, in one line that names it', async () => {
      const { archive } = place
      const failure = await readAll(archive, 'none.csv').catch((error) => error)
      expect(failure).toMatchObject({ kind: 'store', message: expect.stringMatching(/none\.csv/) })
      expect(failure.message).not.toContain('\n')
      await archive.remove('none.csv')
    })

    test('gives one whole object to a key that several write at once', async () => {
      const { archive, leftovers } = place
      const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(300_000))
      await Promise.all(contents.map((content) => put(archive, 'x/a', content)))
      expect(contents).toContain((await readAll(archive, 'x/a')).toString())
      expect(await leftovers()).toBe(0)
    })

    test('sweeps what a writer left behind that never ended, and nothing else', async () => {
      const { archive, leftovers } = place
      await put(archive, 'x/a', 'kept')
      await put(archive, 'x/ab', 'kept')
      const object = await archive.create('x/a', CSV)
      await object.write(Buffer.alloc(12 << 20))
      await archive.sweep('x/a')
      expect(await leftovers()).toBe(0)
      expect((await readAll(archive, 'x/a')).toString()).toBe('kept')
      await expect(object.commit('0'.repeat(64))).rejects.toMatchObject({ kind: 'store' })
      expect((await readAll(archive, 'x/a')).toString()).toBe('kept')
    })
  })
}
