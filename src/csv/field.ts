/** The text of a field as handed out by the scanner: UTF-8 decoded, doubled quotes made single. */
export function decodeField(bytes: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
  return text.includes('"') ? text.replaceAll('""', '"') : text
}

/** A text as the portal writes it: quoted, with quotes doubled. */
export function encodeField(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
