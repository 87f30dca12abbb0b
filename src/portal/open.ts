import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { World } from '../context.ts'
import { Failure, quoted } from '../errors.ts'
import { download } from './download.ts'
import { readPath } from './file.ts'
import { openHttp } from './http.ts'
import { policyOf } from './policy.ts'

/** An export, opened: what is known of it before its first byte, and its bytes, compressed or not. */
export interface Opened {
  /** `http(s)://…` or `file:///…` */
  readonly url: string
  /** ISO 8601, UTC; null when nobody says. */
  readonly lastModified: string | null
  /** Of the bytes that come, when it is known. */
  readonly length: number | undefined
  /** What the portal's catalogue says of the file. */
  readonly expected?: Expected
  /** Each is valid until the next one is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>
}

export interface Expected {
  readonly bytes?: number | undefined
  readonly sha1?: string | undefined
}

/** Whether an export is given by an address rather than a path. */
export const isAddress = (location: string) => /^https?:\/\//i.test(location)

/** Opens an export given by its path or its address. */
export async function openSource(
  location: string,
  world: Pick<World, 'config' | 'signal' | 'report'>,
): Promise<Opened> {
  return isAddress(location) ? openUrl(location, world) : openFile(location)
}

async function openFile(location: string): Promise<Opened> {
  const path = location.startsWith('file://') ? fileURLToPath(location) : resolve(location)
  const refuse = (why: string, cause?: unknown) =>
    new Failure('usage', `the export ${quoted(location)} cannot be opened: ${why}`, { cause })
  const unreadable = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EMFILE' || error.code === 'ENFILE') return tooManyFiles(location, error)
    return refuse(error.code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${error.code})`, error)
  }
  const facts = await stat(path).catch((error) => {
    throw unreadable(error)
  })
  if (!facts.isFile()) throw refuse('it is not a file')
  return {
    url: pathToFileURL(path).href,
    lastModified: facts.mtime.toISOString(),
    length: facts.size,
    chunks: failingAs(unreadable, readPath(path)),
  }
}

/** This passes, unlike a wrong path, so an orchestrator may try again. */
function tooManyFiles(location: string, cause: NodeJS.ErrnoException): Failure {
  const why =
    cause.code === 'EMFILE'
      ? 'too many files are open; raise the limit (ulimit -n) and run again'
      : 'too many files are open on this machine; run again later'
  return new Failure('store', `cannot open the export ${quoted(location)}: ${why}`, { cause })
}

async function* failingAs<T>(
  tell: (error: NodeJS.ErrnoException) => Failure,
  items: AsyncIterable<T>,
): AsyncIterable<T> {
  try {
    yield* items
  } catch (error) {
    throw tell(error as NodeJS.ErrnoException)
  }
}

async function openUrl(
  url: string,
  { config, signal, report }: Pick<World, 'config' | 'signal' | 'report'>,
): Promise<Opened> {
  const { username, password } = new URL(url)
  if (username + password !== '')
    throw new Failure(
      'usage',
      'an export is given by an address with a user or a password, which would end up in its snapshot; fetch it into a file first',
    )
  const http = await openHttp(policyOf(config), signal, report.warn)
  try {
    const file = (await download(url, http))!
    return { ...file, chunks: closing(file.chunks, http.close) }
  } catch (error) {
    await http.close()
    throw error
  }
}

async function* closing<T>(items: AsyncIterable<T>, close: () => Promise<void>): AsyncIterable<T> {
  try {
    yield* items
  } finally {
    await close()
  }
}
