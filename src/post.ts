import { USER_AGENT } from './version.ts'

/**
 * Posts a value as JSON and returns the status of the response; its body is not read.
 *
 * @throws Error with a short reason if there is no response
 */
export async function post(
  url: string | URL,
  value: object,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly ok: boolean; readonly status: number }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': USER_AGENT, ...headers },
    body: JSON.stringify(value),
    // Following a redirect would send the body, and often a secret, to another server.
    redirect: 'manual',
    signal,
  }).catch((error: Error & { cause?: NodeJS.ErrnoException }) => {
    throw new Error(error.cause?.code ?? error.cause?.message ?? error.message)
  })
  await response.body?.cancel()
  return response
}
