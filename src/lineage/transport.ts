import { appendFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { post } from '../post.ts'

/** How long a collector may take to answer; a run waits for it at its end. */
const PATIENCE_MS = 2_000

/** Where collectors take events when an address names nothing but a host: that is how `OPENLINEAGE_URL` is written. */
const ENDPOINT = '/api/v1/lineage'

/** Sends one event; throws when it did not arrive. */
export type Send = (event: object) => Promise<void>

/** @param address `file:PATH`, to which a line is added for each event, or that of a collector */
export function transportTo(address: string, key: string | undefined): Send {
  return address.startsWith('file:') ? toFile(address.slice('file:'.length)) : toCollector(new URL(address), key)
}

function toFile(path: string): Send {
  return async (event) => {
    await mkdir(dirname(path), { recursive: true })
    // In one write, so that the lines of several processes do not mix.
    await appendFile(path, `${JSON.stringify(event)}\n`)
  }
}

function toCollector(address: URL, key: string | undefined): Send {
  const url = address.pathname === '/' ? new URL(ENDPOINT, address) : address
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
  return async (event) => {
    const { ok, status } = await post(url, event, AbortSignal.timeout(PATIENCE_MS), headers)
    if (!ok) throw new Error(`it answers ${status}`)
  }
}
