import { VERSION } from './version.ts'

/**
 * Sends a value as JSON to somebody else's server. What it answers besides its status is not read.
 *
 * @throws Error that says in a few words why there was no answer
 */
export async function post(
  url: string | URL,
  value: object,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly ok: boolean; readonly status: number }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': `datagouv-tops/${VERSION}`, ...headers },
    body: JSON.stringify(value),
    // A redirect would carry what is sent, and often a secret, to a third one.
    redirect: 'manual',
    signal,
  }).catch((error: Error & { cause?: NodeJS.ErrnoException }) => {
    throw new Error(error.cause?.code ?? error.cause?.message ?? error.message)
  })
  await response.body?.cancel()
  return response
}
