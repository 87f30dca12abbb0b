import { randomBytes } from 'node:crypto'
import { createReadStream, type Dirent } from 'node:fs'
import { open, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { type Archive, archiveFailure, assertKey, isKey, type PendingObject, type StoredObject } from '../archive.ts'
import { createFolder } from '../createFolder.ts'
import { freeBytes } from '../disk.ts'
import type { StoreFacts } from '../facts.ts'
import { SILENT, type StoreReport } from '../report.ts'
import { reasonOf } from './errors.ts'
import { PendingFile } from './pending.ts'

/** Objects are read in blocks of this size. */
const BLOCK_BYTES = 1 << 18

/** How many times a writer creates its folder when other writers remove it as empty. */
const FOLDER_ATTEMPTS = 10

/**
 * Opens a folder as an archive. An object is written beside its final name, as `.NAME.RANDOM.partial`, and renamed when it
 * is complete and on the disk. So names that begin with a dot are never objects.
 *
 * @param path as configured; the first write creates it
 */
export async function openFolder(path: string, report: StoreReport = SILENT): Promise<Archive> {
  return new Folder(path, report)
}

/** The archive in one folder. Its pending files use it for paths and for errors as failures. */
export class Folder implements Archive {
  readonly address: string
  private readonly root: string

  constructor(
    path: string,
    private readonly report: StoreReport,
  ) {
    this.address = `file:${path}`
    this.root = resolve(path)
  }

  async exists(): Promise<boolean> {
    return this.withArchiveErrors('read', '', async () => {
      try {
        return (await stat(this.root)).isDirectory()
      } catch (error) {
        if (isMissing(error)) return false
        throw error
      }
    })
  }

  async create(key: string): Promise<PendingObject> {
    const path = this.pathOf(key)
    const partial = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.partial`)
    return this.withArchiveErrors('write', key, async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          const created = await createFolder(dirname(path))
          const isNew = created !== undefined && created.length <= this.root.length
          if (isNew) this.report.info(`created the folder ${this.address.slice('file:'.length)}`)
          const top = isNew ? dirname(created) : this.root
          return new PendingFile(this, key, await open(partial, 'wx'), partial, path, top)
        } catch (error) {
          if (!isMissing(error) || attempt === FOLDER_ATTEMPTS) throw error
        }
      }
    })
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    const path = this.pathOf(key)
    return this.withArchiveErrors('read', key, () => objectAt(path, key))
  }

  async *read(key: string, range?: { start: number; end: number }): AsyncIterable<Uint8Array> {
    const stream = createReadStream(this.pathOf(key), { highWaterMark: BLOCK_BYTES, ...range })
    try {
      yield* stream
    } catch (error) {
      throw this.asArchiveFailure('read', key, error)
    }
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    yield* this.objectsBelow('', prefix)
  }

  async remove(key: string): Promise<void> {
    const path = this.pathOf(key)
    await this.withArchiveErrors('remove', key, () => rm(path, { force: true }))
    await this.removeEmptyFolders(dirname(path))
  }

  async sweep(key: string): Promise<void> {
    const path = this.pathOf(key)
    await this.withArchiveErrors('clean', key, async () => {
      for (const { name } of await entriesOf(dirname(path))) {
        if (partialTarget(name) === basename(path)) await rm(join(dirname(path), name), { force: true })
      }
    })
    await this.removeEmptyFolders(dirname(path))
  }

  async *pendingKeys(): AsyncIterable<string> {
    yield* new Set(await this.partialsBelow(''))
  }

  async facts(): Promise<StoreFacts> {
    return { product: 'a folder', free: await this.withArchiveErrors('read', '', () => freeBytes(this.root)) }
  }

  async close(): Promise<void> {}

  /** Removes the folder and its parents while they are empty, up to the archive's own. */
  async removeEmptyFolders(folder: string): Promise<void> {
    for (let at = folder; at !== this.root && at.startsWith(this.root); at = dirname(at)) {
      // An error means that the folder is not empty, or that another writer is about to use it.
      const removed = await rmdir(at).then(
        () => true,
        () => false,
      )
      if (!removed) return
    }
  }

  /** Runs calls to the file system and turns their errors into failures of this archive. */
  async withArchiveErrors<T>(verb: string, key: string, body: () => Promise<T>): Promise<T> {
    try {
      return await body()
    } catch (error) {
      throw this.asArchiveFailure(verb, key, error)
    }
  }

  private asArchiveFailure(verb: string, key: string, error: unknown): unknown {
    const reason = reasonOf(error, verb, this.root)
    return reason === undefined ? error : archiveFailure(verb, key, this.address, reason, error)
  }

  /** The path of an object. @throws Failure `usage` when the key cannot name one */
  pathOf(key: string): string {
    assertKey(key)
    return join(this.root, ...key.split('/'))
  }

  private async partialsBelow(folder: string): Promise<string[]> {
    const keys: string[] = []
    for (const entry of await this.withArchiveErrors('list', folder, () => entriesOf(join(this.root, folder)))) {
      const name = partialTarget(entry.name)
      if (entry.isDirectory()) keys.push(...(await this.partialsBelow(`${folder}${entry.name}/`)))
      else if (name !== undefined) keys.push(folder + name)
    }
    return keys
  }

  /** Lists the objects in a folder and below it. @param folder `''`, or its key and a `/` */
  private async *objectsBelow(folder: string, prefix: string): AsyncIterable<StoredObject> {
    const entries = await this.withArchiveErrors('list', prefix, () => entriesOf(join(this.root, folder)))
    const visible = entries.filter(({ name }) => isKey(name))
    // Sorts a folder where the keys in it belong: `b.csv`, `b/1`, `b0`.
    for (const key of visible.map((entry) => folder + entry.name + (entry.isDirectory() ? '/' : '')).sort()) {
      if (key.endsWith('/')) {
        if (key.startsWith(prefix) || prefix.startsWith(key)) yield* this.objectsBelow(key, prefix)
      } else if (key.startsWith(prefix)) {
        const object = await this.withArchiveErrors('list', key, () => objectAt(join(this.root, key), key))
        if (object !== undefined) yield object
      }
    }
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

/** The name of the object that a partial file would become; undefined for any other file. */
function partialTarget(name: string): string | undefined {
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
