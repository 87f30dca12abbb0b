import { createMeters } from './meters.ts'
import type { Report } from './report.ts'
import { openScreen } from './screen.ts'

export interface ProgressOptions {
  readonly stream: NodeJS.WriteStream
  /** Redraw meters in place. Otherwise each prints one line when it ends. */
  readonly live: boolean
  readonly verbose: boolean
  readonly color: boolean
}

/** Creates a report that writes plain lines, with a live progress display in a terminal. */
export async function createProgress({ stream, live, verbose, color }: ProgressOptions): Promise<Report> {
  const screen = await openScreen(stream, live)
  const styled = (on: number, off: number) => (text: string) => (color ? `\u001b[${on}m${text}\u001b[${off}m` : text)
  const [yellow, red, dim] = [styled(33, 39), styled(31, 39), styled(2, 22)]
  return {
    info: (line) => screen.print(line),
    warn: (line) => screen.print(line, (text) => `${yellow('warning:')} ${text}`),
    error: (line) => screen.print(line, (text) => `${red('error:')} ${text}`),
    debug: (line) => {
      if (verbose) screen.print(line, dim)
    },
    meter: createMeters(screen, dim),
    withRunId: (_, body) => body(),
    close: () => screen.close(),
  }
}
