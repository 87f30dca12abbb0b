import { stripControls } from '../text/stripControls.ts'

/** The interval at which live lines are redrawn. */
const REDRAW_MS = 100

/** Prints lines to a stream. In a terminal, live lines stay below them. */
export interface Screen {
  /** The width of the terminal; infinite elsewhere. */
  readonly columns: number
  /** Prints a line without control characters. @param style adds colors */
  print(line: string, style?: (text: string) => string): void
  /** Adds a live line. @param draw returns its current text */
  add(draw: () => string): void
  /** Removes a live line. Returns whether there was one. */
  remove(draw: () => string): boolean
  close(): void
}

/** Opens a screen. @param live whether to show the live lines */
export async function openScreen(stream: NodeJS.WriteStream, live: boolean): Promise<Screen> {
  const lines = new Set<() => string>()
  const update = live ? (await import('log-update')).createLogUpdate(stream) : undefined
  const timer = live ? setInterval(redraw, REDRAW_MS).unref() : undefined

  function redraw(): void {
    if (lines.size > 0) update?.([...lines].map((draw) => draw()).join('\n'))
  }

  return {
    get columns() {
      return stream.columns ?? Number.POSITIVE_INFINITY
    },
    print: (line, style = (text) => text) => {
      update?.clear()
      stream.write(`${style(stripControls(line))}\n`)
      redraw()
    },
    add: (draw) => void lines.add(draw),
    remove: (draw) => {
      const wasLive = lines.delete(draw)
      if (lines.size === 0) update?.clear()
      return wasLive
    },
    close: () => {
      clearInterval(timer)
      update?.clear()
      update?.done()
    },
  }
}
