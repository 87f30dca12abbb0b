import { rename, rm, writeFile } from 'node:fs/promises'
import type { RunObserver } from '../runs/observer.ts'
import { type MetricsContext, renderMetrics } from './metrics.ts'

/**
 * Writes the metrics to a file when a run ends, for the textfile collector of Prometheus's node exporter. Writes under a
 * temporary name and renames, so the collector never reads half a file. It ignores names that do not end in `.prom`.
 */
export function createMetricsFileObserver(path: string, context: MetricsContext): RunObserver {
  return {
    onBegin: async () => {},
    onEnd: async ({ _id }) => {
      const partial = `${path}.${_id}.partial`
      try {
        await writeFile(partial, await renderMetrics(context))
        await rename(partial, path)
      } catch (error) {
        await rm(partial, { force: true }).catch(() => {})
        throw new Error(`cannot write the metrics file ${path}: ${(error as Error).message}`, { cause: error })
      }
    },
  }
}
