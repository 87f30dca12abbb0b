import { randomUUID } from 'node:crypto'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { quoted } from '../errors.ts'
import { showInPager } from '../terminal/pager.ts'
import type { Report } from '../terminal/report.ts'
import { titleWidth } from '../terminal/table.ts'
import { writeFailure } from '../terminal/writeFailure.ts'
import { formatBytes } from '../text/format.ts'
import { type Options, print } from './io.ts'

/** The name of stdout, as in other programs. */
const STDOUT = '-'

/** Writes text to a file, or to stdout for `-`. Replaces an existing file only when all of the text is written. */
export async function writeOutput(path: string, text: string, report: Report): Promise<void> {
  if (path === STDOUT) return print(text)
  // A rename would replace a device or a pipe, such as /dev/null, with a file.
  const isSpecial = (await stat(path).catch(() => undefined))?.isFile() === false
  const temporary = isSpecial ? path : join(dirname(path), `.${basename(path)}.${randomUUID()}`)
  try {
    await writeFile(temporary, text)
    if (!isSpecial) await rename(temporary, path)
  } catch (error) {
    if (!isSpecial) await rm(temporary, { force: true })
    throw writeFailure(quoted(path), error as NodeJS.ErrnoException)
  }
  report.info(`wrote ${path} (${formatBytes(Buffer.byteLength(text))})`)
}

/** Writes the result of a command: to the file of --output, to stdout if it is data for a program, or through the pager. */
export async function writeResult(
  text: string,
  { output, json, csv, markdown, ids, pager }: Options,
  report: Report,
): Promise<void> {
  if (output !== undefined) return writeOutput(output, text, report)
  report.close()
  if (json || csv || markdown || ids) await print(text)
  else await showInPager(text, pager)
}

/** The width of the tables in a result. */
export const tableWidth = ({ wide, output }: Options): number =>
  wide || output !== undefined ? Number.POSITIVE_INFINITY : titleWidth()

/** Writes text to a new file, or to stdout for `-`. Refuses to replace a file. Returns whether it wrote a file. */
export async function writeNewFile(path: string, text: string): Promise<boolean> {
  if (path === STDOUT) {
    await print(text)
    return false
  }
  try {
    // Without this, a folder would be reported as a file that exists.
    const isFolder = (await stat(path).catch(() => undefined))?.isDirectory()
    await writeFile(path, text, { flag: isFolder ? 'w' : 'wx' })
    return true
  } catch (error) {
    throw writeFailure(quoted(path), error as NodeJS.ErrnoException)
  }
}
