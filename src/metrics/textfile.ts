import { rename, rm, writeFile } from 'node:fs/promises'
import type { World } from '../context.ts'
import type { Witness } from '../runs/witness.ts'
import { renderMetrics } from './metrics.ts'

/**
 * Leaves the metrics in a file when a run ends, for the textfile collector of Prometheus's node exporter. It reads whatever
 * it finds, so the file is written beside and then put in place; the collector passes over names that do not end in .prom.
 */
export function metricsFile(path: string, world: Pick<World, 'config' | 'documents' | 'report'>): Witness {
  return {
    began: async () => {},
    ended: async ({ _id }) => {
      const partial = `${path}.${_id}.partial`
      try {
        await writeFile(partial, await renderMetrics(world))
        await rename(partial, path)
      } catch (error) {
        await rm(partial, { force: true }).catch(() => {})
        throw new Error(`the metrics file ${path} cannot be written: ${(error as Error).message}`, { cause: error })
      }
    },
  }
}
