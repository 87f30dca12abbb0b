import { randomUUID } from 'node:crypto'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Failure, quoted } from '../errors.ts'
import type { Report } from '../terminal/report.ts'
import { formatBytes } from '../text/format.ts'

/** Writes a text to a file. Replaces an existing file only once the whole text is written. */
export async function writeOutput(path: string, text: string, report: Report): Promise<void> {
  // A rename would replace a device or a pipe, such as /dev/null, with a file.
  const isSpecial = (await stat(path).catch(() => undefined))?.isFile() === false
  const temporary = isSpecial ? path : join(dirname(path), `.${basename(path)}.${randomUUID()}`)
  try {
    await writeFile(temporary, text)
    if (!isSpecial) await rename(temporary, path)
  } catch (error) {
    if (!isSpecial) await rm(temporary, { force: true })
    throw outputFailure(path, error as NodeJS.ErrnoException)
  }
  report.info(`wrote ${path} (${formatBytes(Buffer.byteLength(text))})`)
}

function outputFailure(path: string, error: NodeJS.ErrnoException): Failure {
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'its folder does not exist. Create the folder first.',
    ENOTDIR: 'its folder is a file. Choose another path.',
    EISDIR: 'it is a folder. Add the name of a file.',
    EACCES: 'you may not write there. Choose another path.',
    EROFS: 'you may not write there. Choose another path.',
  }
  const why = known[error.code ?? '']
  return new Failure(why === undefined ? 'store' : 'usage', `cannot write ${quoted(path)}: ${why ?? error.message}`, {
    cause: error,
  })
}
