import type { RunRecord } from '../../src/runs/record.ts'

/** A run record with all of its fields, of a run that is executing unless it says otherwise. */
export function runRecordOf(id: string, fields: Partial<RunRecord> = {}): RunRecord {
  return {
    _id: id,
    command: 'run',
    date: '2026-11-11',
    watches: ['mobilite-transport'],
    version: '0.1.0',
    status: 'running',
    summary: 'is running',
    started_at: '2026-11-11T16:00:00.000Z',
    ended_at: null,
    host: 'elsewhere',
    pid: 7,
    steps: [],
    warnings: [],
    error: null,
    ...fields,
  }
}
