import { Worker } from 'node:worker_threads'
import type { Context } from '../../context.ts'
import { Failure } from '../../errors.ts'
import { type Channel, openChannel } from './channel.ts'
import type { Searcher } from './requests.ts'
import type { WorkerOptions } from './workerSide.ts'

/** The bundle of src/searchWorker.ts, next to the compiled sources. */
const SCRIPT = new URL('../../searchWorker.js', import.meta.url)

/** The size of the blocks in which a thread gets an export. */
const BLOCK_BYTES = 1 << 20

interface RunningWorker {
  readonly channel: Channel
  stop(): Promise<void>
}

/**
 * Creates a searcher whose work is done in two threads, so that no search holds up the event loop: one for searches, one for
 * counts, which read every snapshot. A thread starts at the first call. If it dies, the next call starts another one.
 */
export function createWorkerSearcher({ archive, config }: Pick<Context, 'archive' | 'config'>): Searcher {
  const memory = config.explore_memory
  const searches = restartable((onEnd) => startWorker(archive, { memory, isBackground: false }, onEnd))
  const counts = restartable((onEnd) => startWorker(archive, { memory, isBackground: true }, onEnd))
  return {
    page: (request) => searches.channel().call('page', request),
    csv: (request) => searches.channel().call('csv', request),
    changes: (from, to, watch) => searches.channel().call('changes', from, to, watch),
    listBytes: (search) => searches.channel().call('listBytes', search),
    list: (search) => searches.channel().stream('list', search),
    count: (ref, watches) => counts.channel().call('count', ref, watches),
    close: async () => {
      await searches.stop()
      await counts.stop()
    },
  }
}

function restartable(start: (onEnd: () => void) => RunningWorker) {
  let worker: RunningWorker | undefined
  return {
    channel: () => {
      worker ??= start(() => {
        worker = undefined
      })
      return worker.channel
    },
    stop: async () => worker?.stop(),
  }
}

/**
 * Joins chunks to blocks. Each chunk that is sent to another thread costs two changes of threads: 550 chunks of 64 KiB took two
 * seconds on a busy machine. A block is a copy, because it is transferred, and the buffer of a chunk may be shared or reused.
 */
async function* inBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let block = new Uint8Array(BLOCK_BYTES)
  let filled = 0
  for await (const chunk of chunks) {
    for (let rest = chunk; rest.length > 0; ) {
      const part = rest.subarray(0, BLOCK_BYTES - filled)
      block.set(part, filled)
      filled += part.length
      rest = rest.subarray(part.length)
      if (filled < BLOCK_BYTES) continue
      yield block
      block = new Uint8Array(BLOCK_BYTES)
      filled = 0
    }
  }
  if (filled > 0) yield block.slice(0, filled)
}

function startWorker(archive: Context['archive'], options: WorkerOptions, onEnd: () => void): RunningWorker {
  const worker = new Worker(SCRIPT, { workerData: options })
  // The server ends when its listener does.
  worker.unref()
  const channel = openChannel(worker, { streams: { export: (key: string) => inBlocks(archive.read(key)) } })
  let reason = new Failure('store', 'cannot search: the search thread has stopped. Try again.')
  worker.on('error', (error) => {
    reason = new Failure('store', `cannot search: the search thread failed (${error.message}). Try again.`)
  })
  worker.on('exit', () => {
    onEnd()
    channel.fail(reason)
  })
  return { channel, stop: async () => void (await worker.terminate()) }
}
