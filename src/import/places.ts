import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Context } from '../context.ts'
import type { ExportOrigin } from '../editions/edition.ts'
import { Failure, quoted } from '../errors.ts'
import { openArchive } from '../openContext.ts'
import { fileNameIn } from '../pipeline/stage.ts'
import { assertPublicUrl, type ExportSource, isUrl, openExport } from '../portal/open.ts'
import { shownUrl } from '../portal/shownUrl.ts'
import { type NamedExport, parseExportName } from './exportName.ts'

/** A past export in one of the places. */
export interface PastExport extends NamedExport {
  /** The file name, without folders. */
  readonly name: string
  readonly url: string
  readonly origin: ExportOrigin
  /** The size of the file; undefined for a URL, where it would take a request. */
  readonly bytes: number | undefined
  open(): Promise<ExportSource>
}

/**
 * Lists the past exports among files, folders (with their subfolders), S3 prefixes and URLs: without duplicates, in the order of the
 * places. `foreign` are the files with other names. Disposal closes the buckets.
 */
export async function findExports(places: readonly string[], context: Context) {
  const closing: (() => Promise<void>)[] = []
  const found = new Map<string, PastExport>()
  const foreign: string[] = []
  const add: Add = (name, rest) => {
    const named = parseExportName(name, context.config.time_zone)
    if (named === undefined) foreign.push(name)
    else if (!found.has(rest.url)) found.set(rest.url, { ...named, name, ...rest })
  }
  const close = async () => {
    for (const one of closing) await one()
  }
  try {
    for (const place of places) {
      context.signal.throwIfAborted()
      if (isUrl(place)) addAddress(place, context, add)
      else if (place.startsWith('s3://')) closing.push(await addBucket(place, context, add))
      else await addPath(place, context, add)
    }
  } catch (error) {
    await close()
    throw error
  }
  return { exports: [...found.values()], foreign, [Symbol.asyncDispose]: close }
}

type Add = (name: string, rest: Omit<PastExport, keyof NamedExport | 'name'>) => void

function addAddress(place: string, context: Context, add: Add): void {
  assertPublicUrl(place)
  const { href } = new URL(place)
  const name = fileNameIn(href)
  // Record the given address, since the target of a redirect may change from day to day.
  const url = shownUrl(href)
  const open = async () => ({ ...(await openExport(href, context)), url })
  add(name, { url, origin: 'address', bytes: undefined, open })
}

/** @returns a function that closes the bucket */
async function addBucket(place: string, { config }: Context, add: Add): Promise<() => Promise<void>> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(place) ?? []
  const archive = await openArchive(`s3://${bucket}`, undefined, config)
  for await (const { key, bytes, modified } of archive.list(prefix)) {
    const url = `s3://${bucket}/${key}`
    const open = async () => ({ url, lastModified: modified, length: bytes, chunks: archive.read(key) })
    add(basename(key), { url, origin: 'address', bytes, open })
  }
  return () => archive.close()
}

async function addPath(place: string, context: Context, add: Add): Promise<void> {
  const path = place.startsWith('file://') ? fileURLToPath(place) : resolve(place)
  const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file or folder' : `it cannot be read (${error.code})`
    throw new Failure('usage', `cannot import ${quoted(place)}: ${why}. Check the path.`, { cause: error })
  })
  const files = facts.isDirectory() ? await filesIn(path) : [path]
  for (const file of files) {
    // A symbolic link may be broken.
    const found = await stat(file).catch(() => undefined)
    if (found === undefined || found.isDirectory()) continue
    const open = () => openExport(file, context)
    add(basename(file), { url: pathToFileURL(file).href, origin: 'file', bytes: found.size, open })
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error) => {
    throw new Failure(
      'usage',
      `cannot import ${quoted(folder)}: it cannot be read (${error.code}). Check its permissions.`,
    )
  })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
