import type { Context } from '../context.ts'
import type { ExportFacts, ExportName, Snapshot } from '../editions/edition.ts'
import { snapshotKey } from '../editions/layout.ts'
import type { Ranking } from './rank.ts'
import type { Reader } from './read.ts'
import type { SnapshotFacts, StepResult } from './result.ts'
import { readStoredExport } from './snapshot.ts'

export interface ReadExportFacts
  extends Pick<ExportFacts, 'key' | 'url' | 'last_modified' | 'bytes' | 'sha1' | 'sha256' | 'records'> {
  /** Where it was read: at the portal, from a source given by hand, or in the snapshot of the date. */
  readonly from: 'portal' | 'given' | 'snapshot'
  /** Columns that the snapshot before did not have. */
  readonly new_columns?: readonly string[]
}

/** The two exports of a date: stored already, or staged on their way to become its snapshot. */
export interface SnapshotSource extends AsyncDisposable {
  /** Reads one of them from start to end. Read the organizations first. */
  read(name: ExportName, reader: Reader): Promise<{ readonly facts: ReadExportFacts }>
  /** Returns the snapshot, once both were read. @throws Failure `gate` when it is not complete */
  accept(ranking: Ranking): Promise<Snapshot>
  /** Returns the date since which the portal has published neither export, once both were read. */
  unchangedSince(): string | undefined
  /** Makes it the date's snapshot, unless the stored one holds the same. */
  commit(): Promise<StepResult<SnapshotFacts>>
}

/** A snapshot of the archive, as a source. */
export function storedSnapshot(snapshot: Snapshot, context: Context): SnapshotSource {
  return {
    read: async (name, reader) => {
      await readStoredExport(name, snapshot, reader, context)
      return { facts: readFacts(snapshot[name], 'snapshot') }
    },
    accept: async () => snapshot,
    unchangedSince: () => undefined,
    commit: async () => ({ changed: false, facts: snapshotFacts(snapshot) }),
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Picks the facts that the record of a read step keeps. */
export function readFacts(
  { key, url, last_modified, bytes, sha1, sha256, records }: ExportFacts,
  from: ReadExportFacts['from'],
): ReadExportFacts {
  return { key, url, last_modified, bytes, sha1, sha256, records, from }
}

/** Returns the facts of a snapshot that run records and the command line show. */
export function snapshotFacts({ date, datasets, organizations }: Snapshot): SnapshotFacts {
  const short = ({ records, bytes, sha256 }: ExportFacts) => ({ records, bytes, sha256 })
  return { snapshot: { key: snapshotKey(date), datasets: short(datasets), organizations: short(organizations) } }
}
