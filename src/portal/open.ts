import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { World } from '../context.ts'
import { Failure, quoted } from '../errors.ts'

/** An export, opened: what is known of it before its first byte, and its bytes, compressed or not. */
export interface Opened {
  /** `http(s)://…` or `file:///…` */
  readonly url: string
  /** ISO 8601, UTC; null when nobody says. */
  readonly lastModified: string | null
  /** Of the bytes that come, when it is known. */
  readonly length: number | undefined
  readonly chunks: AsyncIterable<Uint8Array>
}

const CHUNK_BYTES = 1 << 18

/** Opens an export given by its path or its address. */
export async function openSource(location: string, world: Pick<World, 'config' | 'signal'>): Promise<Opened> {
  return /^https?:\/\//i.test(location) ? openUrl(location, world) : openFile(location)
}

async function openFile(location: string): Promise<Opened> {
  const path = location.startsWith('file:') ? new URL(location).pathname : resolve(location)
  const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${error.code})`
    throw new Failure('usage', `the export ${quoted(location)} cannot be opened: ${why}`, { cause: error })
  })
  if (!facts.isFile()) throw new Failure('usage', `the export ${quoted(location)} cannot be opened: it is not a file`)
  return {
    url: pathToFileURL(path).href,
    lastModified: facts.mtime.toISOString(),
    length: facts.size,
    chunks: createReadStream(path, { highWaterMark: CHUNK_BYTES }),
  }
}

async function openUrl(url: string, { config, signal }: Pick<World, 'config' | 'signal'>): Promise<Opened> {
  const { request, Agent } = await import('undici')
  const dispatcher = new Agent({
    connect: { timeout: config.connect_timeout },
    headersTimeout: config.headers_timeout,
    bodyTimeout: config.stall_timeout,
  })
  const unreachable = (error: unknown): never => {
    if (signal.aborted) throw signal.reason
    const { code, message } = error as NodeJS.ErrnoException
    throw new Failure('portal', `${url} cannot be fetched: ${message || code}; try again later`, { cause: error })
  }
  const response = await request(url, { dispatcher, signal }).catch(unreachable)
  if (response.statusCode !== 200) {
    await dispatcher.destroy()
    throw new Failure('portal', `${url} cannot be fetched: the server answers ${response.statusCode}`)
  }
  const modified = Date.parse(String(response.headers['last-modified']))
  const length = Number(response.headers['content-length'])
  return {
    url,
    lastModified: Number.isNaN(modified) ? null : new Date(modified).toISOString(),
    length: Number.isNaN(length) ? undefined : length,
    chunks: chunksOf(response.body),
  }

  async function* chunksOf(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    try {
      yield* body
    } catch (error) {
      unreachable(error)
    } finally {
      await dispatcher.destroy()
    }
  }
}
