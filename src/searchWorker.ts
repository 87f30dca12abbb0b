import { parentPort, workerData } from 'node:worker_threads'
import { serveSearches, type WorkerOptions } from './server/explore/workerSide.ts'

// The thread that searches snapshots for `serve` (src/server/explore/workers.ts starts it). The build bundles this file.
serveSearches(parentPort!, workerData as WorkerOptions)
