import type { Watch } from '../config/watch.ts'
import { Failure } from '../errors.ts'
import { gunzip } from '../pipeline/compression.ts'
import { scanExport } from '../pipeline/read.ts'
import { WatchFilter } from '../pipeline/watchFilter.ts'
import type { PendingObject } from '../stores/archive.ts'
import type { OpenExport, SnapshotRef } from './engine.ts'
import { damagedSnapshot } from './indexedSnapshot.ts'

/** Counts the datasets that each watch lists in a snapshot, in one pass that keeps nothing in memory. */
export async function countDatasets(
  { snapshot, options }: SnapshotRef,
  watches: readonly Watch[],
  open: OpenExport,
): Promise<readonly number[]> {
  const plans = watches.map((watch, index) => ({
    watch,
    key: String(index),
    create: async () => NOWHERE,
    checksum: false,
  }))
  await using filter = new WatchFilter(plans)
  const { key } = snapshot.datasets
  try {
    await scanExport(gunzip(open(snapshot, 'datasets'), key), key, filter, options.datasets)
  } catch (error) {
    if (!(error instanceof Failure && error.kind === 'contract')) throw error
    throw damagedSnapshot(snapshot, `${key} is damaged (${error.message.split('; nothing was')[0]})`)
  }
  return filter.csvs.map(({ records }) => records)
}

const NOWHERE: PendingObject = {
  write: async () => {},
  complete: async () => {},
  commit: async () => {},
  abort: async () => {},
}
