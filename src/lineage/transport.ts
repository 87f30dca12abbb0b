import { appendFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { VERSION } from '../version.ts'

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
  return async (event) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': `datagouv-tops/${VERSION}`,
        ...(key && { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(event),
      // A redirect would carry the key to somebody else.
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch((error: Error & { cause?: NodeJS.ErrnoException }) => {
      throw new Error(error.cause?.code ?? error.cause?.message ?? error.message)
    })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`it answers ${response.status}`)
  }
}
