import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { PendingObject } from '../archive.ts'
import { createFolder } from '../createFolder.ts'
import type { Folder } from './folder.ts'

/**
 * An object on its way into a folder: a partial file beside the final name. Only `commit` gives it that name.
 */
export class PendingFile implements PendingObject {
  private ended = false

  /** @param top the uppermost folder with a new entry on the way to the object */
  constructor(
    private readonly folder: Folder,
    private readonly key: string,
    private readonly file: FileHandle,
    private readonly partial: string,
    private readonly path: string,
    private readonly top: string,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    await this.folder.withArchiveErrors('write', this.key, async () => {
      for (let at = 0; at < bytes.length; ) at += (await this.file.write(bytes, at)).bytesWritten
    })
  }

  async complete(): Promise<void> {
    await this.folder.withArchiveErrors('finish', this.key, async () => {
      await this.file.sync()
      await this.file.close()
    })
  }

  async commit(otherKey?: string): Promise<void> {
    const path = otherKey === undefined ? this.path : this.folder.pathOf(otherKey)
    await this.folder.withArchiveErrors('finish', otherKey ?? this.key, async () => {
      if (otherKey !== undefined) await createFolder(dirname(path))
      await rename(this.partial, path)
      this.ended = true
      // A new name is durable only once the folders that lead to it are on the disk as well.
      for (let at = dirname(path); ; at = dirname(at)) {
        await syncFolder(at)
        if (at === this.top) break
      }
    })
    if (otherKey !== undefined) await this.folder.removeEmptyFolders(dirname(this.path))
  }

  async abort(): Promise<void> {
    if (this.ended) return
    this.ended = true
    await this.file.close().catch(() => {})
    await rm(this.partial, { force: true }).catch(() => {})
    await this.folder.removeEmptyFolders(dirname(this.path))
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } catch (error) {
    // Some network file systems (SMB among them) cannot sync a folder; there, the server decides when it is durable.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error
  } finally {
    await folder.close()
  }
}
