import type { Context } from '../context.ts'
import type { ExportFacts, ExportName, Snapshot } from '../editions/edition.ts'
import { snapshotKey } from '../editions/layout.ts'
import type { Ranking } from './rank.ts'
import type { Reader } from './read.ts'
import type { SnapshotFacts, StepResult } from './result.ts'
import { readStoredExport } from './snapshot.ts'

export interface ReadExportFacts
  extends Pick<ExportFacts, 'key' | 'url' | 'last_modified' | 'bytes' | 'sha1' | 'sha256' | 'records'> {
  /** Its source: the portal, a file or URL given by the user, or the snapshot of the date. */
  readonly from: 'portal' | 'given' | 'snapshot'
  /** Columns that the previous snapshot did not have. */
  readonly new_columns?: readonly string[]
}

/** A source of a date's two exports: its stored snapshot, or exports staged to become it. */
export interface SnapshotSource extends AsyncDisposable {
  /** Reads one export from start to end. Call it for the organizations first. */
  read(name: ExportName, reader: Reader): Promise<{ readonly facts: ReadExportFacts }>
  /** Checks both exports after they were read, and returns their snapshot. @throws Failure `gate` if it is incomplete */
  check(ranking: Ranking): Promise<Snapshot>
  /** Returns the date since which neither export has changed; undefined if one has. Call it after reading both. */
  unchangedSince(): string | undefined
  /** Stores it as the date's snapshot, unless the stored one is the same. */
  commit(): Promise<StepResult<SnapshotFacts>>
}

/** A snapshot of the archive, as a source. */
export function storedSnapshot(snapshot: Snapshot, context: Context): SnapshotSource {
  return {
    read: async (name, reader) => {
      await readStoredExport(name, snapshot, reader, context)
      return { facts: readFacts(snapshot[name], 'snapshot') }
    },
    check: async () => snapshot,
    unchangedSince: () => undefined,
    commit: async () => ({ changed: false, facts: snapshotFacts(snapshot) }),
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Picks the facts for the record of a read step. */
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
