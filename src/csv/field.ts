/** Decodes the UTF-8 of a field and undoubles its quotes. */
export function decodeField(bytes: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
  return text.includes('"') ? text.replaceAll('""', '"') : text
}

/** Encodes a text as the portal does: quoted, with quotes doubled. */
export function encodeField(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
