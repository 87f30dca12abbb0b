import { type FileHandle, mkdtemp, open, rmdir, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../errors.ts'
import { SliceWriter } from '../pipeline/slices.ts'
import { readDescriptor } from '../portal/file.ts'

/** What may be shown only when all of it is known, in a file that has no name: whatever happens, nothing of it stays. */
export class Spool {
  private readonly file: FileHandle
  private readonly slices: SliceWriter

  static async open(): Promise<Spool> {
    try {
      const folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-'))
      const path = join(folder, 'kept')
      const file = await open(path, 'wx+', 0o600)
      await unlink(path)
      await rmdir(folder)
      return new Spool(file)
    } catch (error) {
      throw unwritable(error)
    }
  }

  private constructor(file: FileHandle) {
    this.file = file
    this.slices = new SliceWriter((block) => this.append(block))
  }

  get bytes(): number {
    return this.slices.bytes
  }

  add(slice: Uint8Array): void {
    this.slices.add(slice)
  }

  drain(): Promise<void> {
    return this.slices.drain()
  }

  /** All of it, from its start; nothing is added any more. */
  async *read(): AsyncIterable<Uint8Array> {
    await this.slices.end()
    yield* readDescriptor(this.file.fd, 0)
  }

  async close(): Promise<void> {
    await this.slices.settle()
    await this.file.close()
  }

  private async append(block: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < block.length; ) at += (await this.file.write(block, at)).bytesWritten
    } catch (error) {
      throw unwritable(error)
    }
  }
}

function unwritable(error: unknown): Failure {
  const why = (error as Error).message
  return new Failure('store', `the folder for temporary files (${tmpdir()}) cannot be written: ${why}`, {
    cause: error,
  })
}
