/** Passes chunks on and reports the size of each. Throws before the next chunk once the signal is aborted. */
export async function* meterChunks(
  chunks: AsyncIterable<Uint8Array>,
  add: (bytes: number) => void,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    signal.throwIfAborted()
    add(chunk.length)
    yield chunk
  }
}
