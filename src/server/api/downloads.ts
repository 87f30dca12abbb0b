import type { ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import { ReadableStream } from 'node:stream/web'
import type { Context as HonoContext } from 'hono'
import type { Report } from '../../terminal/report.ts'
import { busyProblem } from '../problem.ts'

/** A client that reads nothing for this long loses its place if another one needs it. */
const STALLED_MS = 20_000

/** The place of a download. Each one keeps a part of its file in memory. */
interface Place {
  lastRead: number
  readonly close: () => void
}

/**
 * Creates the places of downloads that run at the same time.
 *
 * @param most how many downloads may run at the same time
 * @param now the time in milliseconds
 */
export function createDownloads(
  most: number,
  report: Pick<Report, 'warn'>,
  now: () => number = () => performance.now(),
) {
  /** The one that was read longest ago comes first. */
  const places = new Set<Place>()
  const touch = (place: Place) => {
    place.lastRead = now()
    places.delete(place)
    places.add(place)
  }

  /** Closes the download that was read longest ago. Otherwise a few clients that do not read would keep out all others. */
  function makeRoom(): void {
    const [slowest] = places
    if (slowest === undefined || now() - slowest.lastRead < STALLED_MS)
      throw busyProblem('too many downloads at the same time')
    places.delete(slowest)
    slowest.close()
  }

  return {
    /** Takes a place. @throws Problem 503 if all are taken by clients that read */
    begin: (c: HonoContext) => {
      if (places.size >= most) makeRoom()
      const { outgoing } = (c.env ?? {}) as { readonly outgoing?: ServerResponse }
      const place: Place = { lastRead: 0, close: () => outgoing?.destroy() }
      touch(place)
      const end = () => void places.delete(place)
      const onRead = () => {
        if (places.has(place)) touch(place)
      }
      const onError = (error: unknown) =>
        report.warn(`${c.req.path}: the download broke off: ${(error as Error).message}`)
      return {
        /** Streams the chunks as the body of the response, and gives the place back at its end. */
        stream: (first: IteratorResult<Uint8Array>, chunks: AsyncIterator<Uint8Array>) =>
          streamBody(first, chunks, { onRead, onError, onEnd: end }),
        end,
      }
    },
  }
}

interface StreamEvents {
  /** Called whenever the client wants more. */
  onRead(): void
  onError(error: unknown): void
  /** Called once, when the body is sent, fails or is canceled. */
  onEnd(): void
}

/**
 * Streams the chunks as the body of a response. A client may leave before the first read. A generator that has not
 * started would not run its `finally`. The stream's `cancel` closes the file even then.
 */
function streamBody(
  first: IteratorResult<Uint8Array>,
  chunks: AsyncIterator<Uint8Array>,
  { onRead, onError, onEnd }: StreamEvents,
): BodyInit {
  let unsent: IteratorResult<Uint8Array> | undefined = first
  let ended = false
  const end = async () => {
    if (ended) return
    ended = true
    // Closes the file, once a read under way is over.
    await chunks.return?.().catch(() => {})
    onEnd()
  }
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        onRead()
        try {
          const { done, value } = unsent ?? (await chunks.next())
          unsent = undefined
          if (ended) return
          if (!done) return controller.enqueue(value)
          await end()
          controller.close()
        } catch (error) {
          await end()
          onError(error)
          // The reason is for the log. A failure of the first chunks would be sent to the client.
          throw new Error('the download broke off; try again')
        }
      },
      cancel: end,
    },
    // Reads nothing ahead.
    { highWaterMark: 0 },
  )
  // The two declarations of one class, Node's and the browser's, do not agree.
  return stream as BodyInit
}
