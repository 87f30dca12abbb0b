import { randomBytes } from 'node:crypto'
import { createReadStream, type Dirent } from 'node:fs'
import { open, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { type Archive, archiveFailure, assertKey, isKey, type PendingObject, type StoredObject } from '../archive.ts'
import type { StoreFacts } from '../facts.ts'
import { freeBytes } from '../freeBytes.ts'
import { makeFolder } from '../makeFolder.ts'
import { PendingFile } from './pending.ts'
import { reasonOf } from './reasons.ts'

/** Objects are read in blocks of this size. */
const BLOCK_BYTES = 1 << 18

/** How often a writer makes its folder again when others, as they leave, remove it as empty. */
const FOLDER_TRIES = 10

/**
 * A folder as an archive. An object is written beside its final name, as `.NAME.RANDOM.partial`, and renamed when it is
 * complete and on the disk. Names that begin with a dot are therefore never objects.
 *
 * @param path as configured; made on the first write
 */
export async function openFolder(path: string): Promise<Archive> {
  return new Folder(path)
}

/** What reading and writing share: one folder, and its troubles told as such. */
export class Folder implements Archive {
  readonly address: string
  private readonly root: string

  constructor(path: string) {
    this.address = `file:${path}`
    this.root = resolve(path)
  }

  async create(key: string): Promise<PendingObject> {
    const path = this.pathOf(key)
    const partial = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.partial`)
    return this.guard('write', key, async () => {
      for (let tries = 1; ; tries++) {
        try {
          const made = await makeFolder(dirname(path))
          const top = made !== undefined && made.length <= this.root.length ? dirname(made) : this.root
          return new PendingFile(this, key, await open(partial, 'wx'), partial, path, top)
        } catch (error) {
          if (!isMissing(error) || tries === FOLDER_TRIES) throw error
        }
      }
    })
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    const path = this.pathOf(key)
    return this.guard('read', key, () => objectAt(path, key))
  }

  async *read(key: string, range?: { start: number; end: number }): AsyncIterable<Uint8Array> {
    const stream = createReadStream(this.pathOf(key), { highWaterMark: BLOCK_BYTES, ...range })
    try {
      yield* stream
    } catch (error) {
      throw this.trouble('read', key, error)
    }
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    yield* this.below('', prefix)
  }

  async remove(key: string): Promise<void> {
    const path = this.pathOf(key)
    await this.guard('remove', key, () => rm(path, { force: true }))
    await this.removeEmptyFolders(dirname(path))
  }

  async sweep(key: string): Promise<void> {
    const path = this.pathOf(key)
    await this.guard('clean', key, async () => {
      for (const { name } of await entriesOf(dirname(path))) {
        if (partialOf(name) === basename(path)) await rm(join(dirname(path), name), { force: true })
      }
    })
    await this.removeEmptyFolders(dirname(path))
  }

  async *pending(): AsyncIterable<string> {
    yield* new Set(await this.partialsBelow(''))
  }

  async facts(): Promise<StoreFacts> {
    return { product: 'a folder', free: await this.guard('read', '', () => freeBytes(this.root)) }
  }

  async close(): Promise<void> {}

  /** Removes the folder and those above it while they are empty, up to the archive's own. */
  async removeEmptyFolders(folder: string): Promise<void> {
    for (let at = folder; at !== this.root && at.startsWith(this.root); at = dirname(at)) {
      // Another writer may be about to use it: an error here means that it is not ours to remove.
      const removed = await rmdir(at).then(
        () => true,
        () => false,
      )
      if (!removed) return
    }
  }

  /** Does something with the file system; what goes wrong is told as trouble with this archive. */
  async guard<T>(verb: string, key: string, body: () => Promise<T>): Promise<T> {
    try {
      return await body()
    } catch (error) {
      throw this.trouble(verb, key, error)
    }
  }

  private trouble(verb: string, key: string, error: unknown): unknown {
    const reason = reasonOf(error, verb, this.root)
    return reason === undefined ? error : archiveFailure(verb, key, this.address, reason, error)
  }

  pathOf(key: string): string {
    assertKey(key)
    return join(this.root, ...key.split('/'))
  }

  private async partialsBelow(folder: string): Promise<string[]> {
    const keys: string[] = []
    for (const entry of await this.guard('list', folder, () => entriesOf(join(this.root, folder)))) {
      const name = partialOf(entry.name)
      if (entry.isDirectory()) keys.push(...(await this.partialsBelow(`${folder}${entry.name}/`)))
      else if (name !== undefined) keys.push(folder + name)
    }
    return keys
  }

  /** @param folder `''`, or its key with a `/` behind */
  private async *below(folder: string, prefix: string): AsyncIterable<StoredObject> {
    const entries = await this.guard('list', prefix, () => entriesOf(join(this.root, folder)))
    const visible = entries.filter(({ name }) => isKey(name))
    // A folder stands where the keys in it belong: `b.csv`, `b/1`, `b0`.
    for (const key of visible.map((entry) => folder + entry.name + (entry.isDirectory() ? '/' : '')).sort()) {
      if (key.endsWith('/')) {
        if (key.startsWith(prefix) || prefix.startsWith(key)) yield* this.below(key, prefix)
      } else if (key.startsWith(prefix)) {
        const object = await this.guard('list', key, () => objectAt(join(this.root, key), key))
        if (object !== undefined) yield object
      }
    }
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

/** The object that a partial file would become; undefined for any other file. */
function partialOf(name: string): string | undefined {
  return /^\.(.+)\.[0-9a-f]{12}\.partial$/s.exec(name)?.[1]
}

async function objectAt(path: string, key: string): Promise<StoredObject | undefined> {
  try {
    const facts = await stat(path)
    return facts.isFile() ? { key, bytes: facts.size, modified: facts.mtime.toISOString() } : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error) => {
    if (isMissing(error)) return []
    throw error
  })
}
