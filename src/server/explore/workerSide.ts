import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import type { MessagePort } from 'node:worker_threads'
import { type Channel, type Handlers, openChannel } from './channel.ts'
import { createSearcher } from './searcher.ts'

const BACKGROUND_PRIORITY = 19

export interface WorkerOptions {
  /** Memory for snapshots, in bytes. */
  readonly memory: number
  /** Whether other threads go first. */
  readonly isBackground: boolean
}

/** Answers searches over a port. Reads the exports from the other side, which has the archive. */
export function serveSearches(port: MessagePort, { memory, isBackground }: WorkerOptions): void {
  if (isBackground) lowerPriority()
  let channel: Channel
  const searcher = createSearcher((snapshot, name) => channel.stream('export', snapshot[name].key), memory)
  const handlers: Handlers = {
    calls: {
      page: searcher.page,
      csv: searcher.csv,
      changes: searcher.changes,
      listBytes: searcher.listBytes,
      count: searcher.count,
    },
    streams: { list: searcher.list },
  }
  channel = openChannel(port, handlers)
}

/** Lowers the priority of this thread alone. Linux gives each thread a priority; elsewhere nothing happens. */
function lowerPriority(): void {
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), BACKGROUND_PRIORITY)
  } catch {}
}
