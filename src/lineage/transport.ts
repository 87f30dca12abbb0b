import { appendFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Config } from '../config/settings.ts'
import { post } from '../network/post.ts'

/** Time limit for a request to the collector. It is short, because a run waits for it before it ends. */
const TIMEOUT_MS = 2_000

/** The path if the address has none, as with `OPENLINEAGE_URL`. */
const ENDPOINT = '/api/v1/lineage'

/** @throws Error if the event was not accepted */
export type SendEvent = (event: object) => Promise<void>

/**
 * Returns a function that appends events to a file, one per line, or posts them to a collector.
 *
 * @param address `file:PATH`, or the URL of a collector
 */
export function createTransport(address: string, config: Config): SendEvent {
  return address.startsWith('file:') ? toFile(address.slice('file:'.length)) : toCollector(new URL(address), config)
}

function toFile(path: string): SendEvent {
  return async (event) => {
    await mkdir(dirname(path), { recursive: true })
    // A single write keeps the lines of concurrent processes apart.
    await appendFile(path, `${JSON.stringify(event)}\n`)
  }
}

function toCollector(address: URL, config: Config): SendEvent {
  const url = address.pathname === '/' ? new URL(ENDPOINT, address) : address
  const { lineage_api_key: key } = config
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
  return async (event) => {
    const options = { proxies: config, signal: AbortSignal.timeout(TIMEOUT_MS), headers }
    const { ok, reply } = await post(url, event, options)
    if (!ok) throw new Error(reply)
  }
}
