import { randomUUID } from 'node:crypto'
import type { RequestBody } from './exchange.ts'
import type { EditionFile } from './files.ts'

/** Writes a file as `multipart/form-data` (RFC 7578), as uData expects it, without holding the file in memory. */
export function multipartOf(
  name: string,
  { contentType, bytes, read }: Omit<EditionFile, 'kind' | 'sha1'>,
): RequestBody {
  const boundary = `datagouv-tops-${randomUUID()}`
  const head = Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: ${contentType}\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  async function* chunks() {
    yield head
    yield* read()
    yield tail
  }
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: head.length + bytes + tail.length,
    chunks,
  }
}

/** Writes a form without a file. uData refuses it, but only after it has checked the key and the rights of its owner. */
export function emptyForm(): RequestBody {
  const boundary = `datagouv-tops-${randomUUID()}`
  const form = `--${boundary}\r\ncontent-disposition: form-data; name="check"\r\n\r\n1\r\n--${boundary}--\r\n`
  return textBody(form, `multipart/form-data; boundary=${boundary}`)
}

/** Writes a value as JSON. */
export const jsonBody = (value: object): RequestBody => textBody(JSON.stringify(value), 'application/json')

function textBody(text: string, contentType: string): RequestBody {
  const content = Buffer.from(text)
  return { contentType, length: content.length, chunks: () => [content] }
}
