import { type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { CACHE_CONTROL } from './caching.ts'
import type { ConnectionLimiter } from './connections.ts'

/** The longest address that an answer repeats, in characters. */
const MAX_ADDRESS = 1_000

/** An error of the HTTP parser, or the end of a time limit. */
interface ClientError extends Error {
  readonly code?: string
  /** How many bytes of the packet the parser accepted. */
  readonly bytesParsed?: number
  readonly rawPacket?: Uint8Array
}

/**
 * Answers requests that are not HTTP, are too large or take too long. Node would answer them without a reason. Curl sends
 * `?words=vélo` as it was typed, and such bytes never reach the app.
 */
export function answerClientErrors(server: Server, { isBusy }: Pick<ConnectionLimiter, 'isBusy'>): void {
  server.on('clientError', (error: ClientError, connection) => {
    const socket = connection as Socket
    // During an earlier request on the same connection, the client would take this answer for that of the earlier one.
    if (error.code === 'ECONNRESET' || !socket.writable || isBusy(socket)) return void socket.destroy()
    socket.end(responseTo(error))
  })
}

function responseTo(error: ClientError): string {
  const { status, detail } = problemOf(error)
  const body = `${status} ${STATUS_CODES[status]}: ${detail}\n`
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Content-Type-Options: nosniff',
    `Cache-Control: ${CACHE_CONTROL.never}`,
    'Access-Control-Allow-Origin: *',
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}

function problemOf(error: ClientError): { readonly status: number; readonly detail: string } {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, detail: 'the address and the headers of the request have more than 16 kB. Send less.' }
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, detail: 'the request has too many chunk extensions. Send it without them.' }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, detail: 'the request took too long to arrive. Send it again.' }
  }
  const address = unencodedAddress(error)
  if (address === undefined) return { status: 400, detail: 'this is not a valid HTTP request.' }
  const isShown = address.length <= MAX_ADDRESS
  const remedy = isShown ? `Use ${address}` : 'Write v%C3%A9lo for vélo'
  const curl = "With curl, pass each parameter with --data-urlencode 'NAME=VALUE', and add -G."
  return { status: 400, detail: `the address has characters that must be percent-encoded. ${remedy}\n${curl}` }
}

/**
 * Returns the address of a request with its non-ASCII bytes percent-encoded, as browsers send it; undefined if the parser failed
 * for another reason.
 */
function unencodedAddress({ rawPacket, bytesParsed = 0 }: ClientError): string | undefined {
  if (rawPacket === undefined) return undefined
  const packet = Buffer.from(rawPacket.buffer, rawPacket.byteOffset, rawPacket.byteLength).toString('latin1')
  const start = packet.lastIndexOf('\n', bytesParsed - 1) + 1
  const [, target] = /^[A-Z]+ (\/[\x21-\x7e\x80-\xff]*) HTTP\/1\.[01]\r?\n/.exec(packet.slice(start)) ?? []
  if (target === undefined || !/[\x80-\xff]/.test(target)) return undefined
  return target.replace(/[\x80-\xff]/g, (byte) => encodeByte(byte.charCodeAt(0)))
}

const encodeByte = (byte: number) => `%${byte.toString(16).toUpperCase()}`
