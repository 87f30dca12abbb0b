import { type FileHandle, mkdtemp, open, rmdir, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../errors.ts'
import { SliceWriter } from '../pipeline/slices.ts'
import { readDescriptor } from '../portal/file.ts'

/** A temporary file for output that must not be printed before all of it is known. It has no name, so nothing can stay behind. */
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
      throw temporaryFileFailure(error)
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

  /** Reads the whole file. Nothing can be added afterwards. */
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
      throw temporaryFileFailure(error)
    }
  }
}

function temporaryFileFailure(error: unknown): Failure {
  const why = (error as Error).message
  return new Failure('store', `cannot write a temporary file in ${tmpdir()}: ${why}. Free some space, or set TMPDIR.`, {
    cause: error,
  })
}
