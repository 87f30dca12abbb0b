import type { World } from '../context.ts'
import type { RunRecord } from './record.ts'

/** Somebody outside the stores who is told of a run's beginning and end. */
export interface Witness {
  /** Told on the side: the run goes on at once. */
  began(run: RunRecord): Promise<void>
  /** The record is in the store by now. */
  ended(run: RunRecord): Promise<void>
}

/** Those that the settings name. Each loads when it is named. */
export async function witnessesOf(world: World): Promise<readonly Witness[]> {
  const { lineage, metrics_file } = world.config
  const witnesses: Witness[] = []
  if (lineage !== undefined) witnesses.push((await import('../lineage/lineage.ts')).openLineage(lineage, world))
  if (metrics_file !== undefined) {
    witnesses.push((await import('../metrics/textfile.ts')).metricsFile(metrics_file, world))
  }
  return witnesses
}
