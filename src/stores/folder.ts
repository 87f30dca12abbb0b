import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Failure, quoted } from '../errors.ts'
import type { Archive, PendingObject, StoredObject } from './archive.ts'

/** Reads come in chunks of this size. */
const CHUNK_BYTES = 1 << 18

/**
 * A folder as an archive. An object is written beside its final name, as `.NAME.RANDOM.partial`, and renamed when it is
 * complete and on the disk.
 *
 * @param path as configured; made on the first write
 */
export async function openFolder(path: string): Promise<Archive> {
  return new Folder(path)
}

class Folder implements Archive {
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
      await mkdir(dirname(path), { recursive: true })
      const file = await open(partial, 'wx')
      return new PendingFile(this, key, file, partial, path)
    })
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    const path = this.pathOf(key)
    return this.guard('read', key, async () => {
      try {
        const facts = await stat(path)
        return facts.isFile() ? { key, bytes: facts.size, modified: facts.mtime.toISOString() } : undefined
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    })
  }

  async *read(key: string, range?: { start: number; end: number }): AsyncIterable<Uint8Array> {
    const stream = createReadStream(this.pathOf(key), { highWaterMark: CHUNK_BYTES, ...range })
    try {
      yield* stream
    } catch (error) {
      if (error instanceof Failure || (error as NodeJS.ErrnoException).syscall === undefined) throw error
      throw this.trouble('read', key, error)
    }
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    const keys = await this.guard('list', prefix, () => this.keysBelow(''))
    for (const key of keys.filter((key) => key.startsWith(prefix)).sort()) {
      const object = await this.stat(key)
      if (object !== undefined) yield object
    }
  }

  async remove(key: string): Promise<void> {
    const path = this.pathOf(key)
    await this.guard('remove', key, () => rm(path, { force: true }))
    await this.removeEmptyFolders(dirname(path))
  }

  async sweep(key: string): Promise<void> {
    const path = this.pathOf(key)
    await this.guard('clean', key, async () => {
      for (const name of await namesIn(dirname(path))) {
        if (name.startsWith(`.${basename(path)}.`) && name.endsWith('.partial')) {
          await rm(join(dirname(path), name), { force: true })
        }
      }
    })
    await this.removeEmptyFolders(dirname(path))
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
      if (error instanceof Failure || (error as NodeJS.ErrnoException).code === undefined) throw error
      throw this.trouble(verb, key, error)
    }
  }

  private trouble(verb: string, key: string, error: unknown): Failure {
    const { code } = error as NodeJS.ErrnoException
    const why = (code && REMEDIES[code]) ?? (error as Error).message
    return new Failure('store', `cannot ${verb} ${quoted(key)} in the archive ${this.address}: ${why}`, {
      cause: error,
    })
  }

  private pathOf(key: string): string {
    const parts = key.split('/')
    if (parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part))) {
      return join(this.root, ...parts)
    }
    throw new Failure('usage', `${quoted(key)} cannot be a name in an archive`)
  }

  private async keysBelow(folder: string): Promise<string[]> {
    const keys: string[] = []
    const entries = await readdir(join(this.root, folder), { withFileTypes: true }).catch((error) => {
      if (isMissing(error)) return []
      throw error
    })
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue
      const key = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) keys.push(...(await this.keysBelow(key)))
      else keys.push(key)
    }
    return keys
  }
}

class PendingFile implements PendingObject {
  private readonly folder: Folder
  private readonly key: string
  private readonly file: FileHandle
  private readonly partial: string
  private readonly path: string
  private ended = false

  constructor(folder: Folder, key: string, file: FileHandle, partial: string, path: string) {
    this.folder = folder
    this.key = key
    this.file = file
    this.partial = partial
    this.path = path
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.folder.guard('write', this.key, async () => {
      for (let at = 0; at < bytes.length; ) {
        const { bytesWritten } = await this.file.write(bytes, at)
        at += bytesWritten
      }
    })
  }

  async commit(): Promise<void> {
    await this.folder.guard('write', this.key, async () => {
      await this.file.sync()
      await this.file.close()
      await rename(this.partial, this.path)
      this.ended = true
      // The new name is durable only once its folder is on the disk as well.
      const folder = await open(dirname(this.path))
      await folder.sync().finally(() => folder.close())
    })
  }

  async abort(): Promise<void> {
    if (this.ended) return
    this.ended = true
    await this.file.close().catch(() => {})
    await rm(this.partial, { force: true }).catch(() => {})
    await this.folder.removeEmptyFolders(dirname(this.path))
  }
}

const REMEDIES: Record<string, string> = {
  EACCES: 'permission denied; give this user the right to it, or name another folder with --archive',
  EPERM: 'not permitted; give this user the right to it, or name another folder with --archive',
  EROFS: 'the file system is read-only; name another folder with --archive',
  ENOSPC: 'the disk is full; make room and run again',
  EDQUOT: 'the disk quota is used up; make room and run again',
  EMFILE: 'too many files are open; raise the limit (ulimit -n) and run again',
  ENFILE: 'too many files are open on this machine; run again later',
  EEXIST: 'a file stands where a folder should be; move it away, or name another folder with --archive',
  ENOTDIR: 'a file stands where a folder should be; move it away, or name another folder with --archive',
  EISDIR: 'a folder stands where a file should be; move it away, or name another folder with --archive',
  ENOENT: 'there is no such file',
  EIO: 'the disk reports an error; check it before the next run',
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error) => {
    if (isMissing(error)) return []
    throw error
  })
}
