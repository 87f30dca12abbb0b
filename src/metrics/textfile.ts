import type { RunObserver } from '../runs/observer.ts'
import { type MetricsContext, renderMetrics } from './metrics.ts'
import { replaceMetricsFile } from './metricsFile.ts'

/** Writes the metrics to a file when a run ends, for the textfile collector of Prometheus's node exporter. */
export function createMetricsFileObserver(path: string, context: MetricsContext): RunObserver {
  return {
    onBegin: async () => {},
    onEnd: ({ _id }) => replaceMetricsFile(path, _id, () => renderMetrics(context)),
  }
}
