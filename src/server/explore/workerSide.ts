import type { MessagePort } from 'node:worker_threads'
import { type Channel, type Handlers, openChannel } from './channel.ts'
import { createSearcher } from './searcher.ts'

/**
 * Answers searches over a port. Reads the exports from the other side, which has the archive.
 *
 * @param most memory for snapshots, in bytes
 */
export function serveSearches(port: MessagePort, most: number): void {
  let channel: Channel
  const searcher = createSearcher((snapshot, name) => channel.stream('export', snapshot[name].key), most)
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
