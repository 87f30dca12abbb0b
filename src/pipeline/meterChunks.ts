/** Reports the size of each chunk, and stops between two chunks when the run is stopped. */
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
