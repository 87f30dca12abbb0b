import { type FileHandle, mkdtemp, open, rmdir, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../errors.ts'
import { readDescriptorChunks } from '../portal/fileChunks.ts'
import type { PendingObject } from '../stores/archive.ts'

/**
 * Buffers output in a temporary file, so that nothing is printed until the whole output is ready. The file is unlinked as
 * soon as it has been opened, so a crash leaves nothing behind. `commit` and `abort` do nothing.
 */
export class TemporaryFile implements PendingObject {
  static async open(): Promise<TemporaryFile> {
    try {
      const folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-'))
      const path = join(folder, 'kept')
      const file = await open(path, 'wx+', 0o600)
      await unlink(path)
      await rmdir(folder)
      return new TemporaryFile(file)
    } catch (error) {
      throw temporaryFileFailure(error)
    }
  }

  private constructor(private readonly file: FileHandle) {}

  async write(block: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < block.length; ) at += (await this.file.write(block, at)).bytesWritten
    } catch (error) {
      throw temporaryFileFailure(error)
    }
  }

  async complete(): Promise<void> {}

  async commit(): Promise<void> {}

  async abort(): Promise<void> {}

  read(): AsyncIterable<Uint8Array> {
    return readDescriptorChunks(this.file.fd, 0)
  }

  async close(): Promise<void> {
    await this.file.close()
  }
}

function temporaryFileFailure(error: unknown): Failure {
  const why = (error as Error).message
  return new Failure('store', `cannot write a temporary file in ${tmpdir()}: ${why}. Free some space, or set TMPDIR.`, {
    cause: error,
  })
}
