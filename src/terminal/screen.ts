import { stripControls } from '../text/stripControls.ts'

/** The interval at which live lines are redrawn. */
const REDRAW_MS = 100

export type Screen = Awaited<ReturnType<typeof openScreen>>

/** Opens a screen, which prints lines to a stream. @param live whether to show live lines below them */
export async function openScreen(stream: NodeJS.WriteStream, live: boolean) {
  const lines = new Set<() => string>()
  const update = live ? (await import('log-update')).createLogUpdate(stream) : undefined
  const timer = live ? setInterval(redraw, REDRAW_MS).unref() : undefined
  let isCursorHidden = false

  function redraw(): void {
    if (lines.size === 0) return
    update?.([...lines].map((draw) => draw()).join('\n'))
    isCursorHidden = true
  }

  return {
    /** The width of the terminal; infinite elsewhere. */
    get columns() {
      return stream.columns ?? Number.POSITIVE_INFINITY
    },
    /** Prints a line without control characters. @param style adds colors */
    print: (line: string, style = (text: string) => text) => {
      update?.clear()
      stream.write(`${style(stripControls(line))}\n`)
      redraw()
    },
    /** Adds a live line. @param draw returns its current text */
    add: (draw: () => string) => void lines.add(draw),
    /** Removes a live line. Returns whether there was one. */
    remove: (draw: () => string) => {
      const wasLive = lines.delete(draw)
      if (lines.size === 0) update?.clear()
      return wasLive
    },
    close: () => {
      clearInterval(timer)
      update?.clear()
      // It shows the cursor, by a sequence that must not precede the output of a command without live lines.
      if (isCursorHidden) update?.done()
      isCursorHidden = false
    },
  }
}
