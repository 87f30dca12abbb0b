import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Context } from '../context.ts'
import type { ExportName } from '../editions/edition.ts'
import { Failure, quoted } from '../errors.ts'
import { download } from './download.ts'
import { readFileChunks } from './fileChunks.ts'
import { HttpClient } from './http.ts'
import { shownUrl } from './shownUrl.ts'

/** An open export: the facts known before its first byte, and its bytes, compressed or not. */
export interface ExportSource {
  /** `http(s)://…` or `file:///…` */
  readonly url: string
  /** ISO 8601, UTC; null if unknown. */
  readonly lastModified: string | null
  /** The number of bytes in `chunks`; undefined if unknown. */
  readonly length: number | undefined
  /** The size and checksum in the portal's catalogue. */
  readonly expected?: ExpectedFile
  /** A chunk is valid until the next one is requested. */
  readonly chunks: AsyncIterable<Uint8Array>
}

export interface ExpectedFile {
  readonly bytes?: number | undefined
  readonly sha1?: string | undefined
}

/** Whether the location of an export is a URL rather than a path. */
export const isUrl = (location: string) => /^https?:\/\//i.test(location)

/** Opens an export at a path or URL. */
export async function openExport(
  location: string,
  context: Pick<Context, 'config' | 'signal' | 'report'>,
): Promise<ExportSource> {
  return isUrl(location) ? openUrl(location, context) : openFile(location)
}

/** Reports a missing file or a wrong address before anything is fetched or created. @throws Failure `usage` */
export async function checkSources(
  sources: Readonly<Partial<Record<ExportName, string | undefined>>> = {},
  context: Parameters<typeof openExport>[1],
): Promise<void> {
  for (const location of Object.values(sources)) {
    if (location === undefined) continue
    if (isUrl(location)) assertPublicUrl(location)
    else await openExport(location, context)
  }
}

async function openFile(location: string): Promise<ExportSource> {
  const refuse = (why: string, cause?: unknown) =>
    new Failure('usage', `cannot open the export ${quoted(location)}: ${why}`, { cause })
  const path = pathOf(location)
  if (path === undefined) throw refuse('it is not the address of a local file. Write a path, or file:///PATH.')
  const unreadable = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EMFILE' || error.code === 'ENFILE') return tooManyFiles(location, error)
    return refuse(
      error.code === 'ENOENT' ? 'there is no such file. Check the path.' : `it cannot be read (${error.code})`,
      error,
    )
  }
  const facts = await stat(path).catch((error) => {
    throw unreadable(error)
  })
  if (!facts.isFile()) throw refuse('it is not a file. Name one file.')
  return {
    url: pathToFileURL(path).href,
    lastModified: facts.mtime.toISOString(),
    length: facts.size,
    chunks: withMappedErrors(unreadable, readFileChunks(path)),
  }
}

/** Returns the path that a location names; undefined for a file URL that names none (`file://host/x`). */
function pathOf(location: string): string | undefined {
  if (!/^file:/i.test(location)) return resolve(location)
  try {
    return fileURLToPath(location)
  } catch {
    return undefined
  }
}

/** Unlike a wrong path, this is temporary, so the failure is retryable. */
function tooManyFiles(location: string, cause: NodeJS.ErrnoException): Failure {
  const why =
    cause.code === 'EMFILE'
      ? 'too many files are open; raise the limit (ulimit -n) and run again'
      : 'too many files are open on this machine; run again later'
  return new Failure('store', `cannot open the export ${quoted(location)}: ${why}`, { cause })
}

async function* withMappedErrors<T>(
  toFailure: (error: NodeJS.ErrnoException) => Failure,
  items: AsyncIterable<T>,
): AsyncIterable<T> {
  try {
    yield* items
  } catch (error) {
    throw toFailure(error as NodeJS.ErrnoException)
  }
}

/** @throws Failure `usage` for an address that cannot be parsed, or that contains a user or a password */
export function assertPublicUrl(url: string): void {
  if (!URL.canParse(url))
    throw new Failure(
      'usage',
      `cannot fetch the export ${quoted(shownUrl(url.replace(/\/\/.*@/s, '//***@')))}: it is not an address. Write http(s)://HOST/PATH`,
    )
  const { username, password } = new URL(url)
  if (username + password !== '')
    throw new Failure(
      'usage',
      'cannot fetch an export from an address with a user or a password: they would be stored in its snapshot. Download it to a file first.',
    )
}

async function openUrl(
  url: string,
  { config, signal, report }: Pick<Context, 'config' | 'signal' | 'report'>,
): Promise<ExportSource> {
  assertPublicUrl(url)
  const http = await HttpClient.open(config, signal, report.warn, 'the address')
  try {
    const file = (await download(new URL(url).href, http))!
    return { ...file, chunks: closeAfter(file.chunks, http) }
  } catch (error) {
    http.close()
    throw error
  }
}

async function* closeAfter<T>(items: AsyncIterable<T>, http: HttpClient): AsyncIterable<T> {
  try {
    yield* items
  } finally {
    http.close()
  }
}
