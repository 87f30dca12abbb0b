import type { Config } from '../config/settings.ts'
import type { World } from '../context.ts'
import { uuidOf } from '../editions/uuid.ts'
import type { RunRecord } from '../runs/record.ts'
import { dueTime } from '../scheduler/calendar.ts'
import { VERSION } from '../version.ts'
import { datasetsOf } from './datasets.ts'
import { type Facets, facet, PRODUCER } from './facets.ts'

/** What became of a run, in OpenLineage's words. */
const TYPES = {
  running: 'START',
  published: 'COMPLETE',
  unchanged: 'COMPLETE',
  failed: 'FAIL',
  stopped: 'ABORT',
} as const

/** The event that a run's record is: its begin while it runs, its end afterwards, with what it read and wrote until then. */
export function eventOf(run: RunRecord, world: Pick<World, 'config' | 'archive' | 'documents'>) {
  const { config } = world
  return {
    eventType: TYPES[run.status],
    eventTime: run.ended_at ?? run.started_at,
    producer: PRODUCER,
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId: uuidOf(run._id), facets: runFacets(run, config) },
    job: {
      namespace: config.lineage_namespace,
      name: jobName(run),
      facets: facet('jobType', { processingType: 'BATCH', integration: 'DATAGOUV_TOPS', jobType: 'COMMAND' }),
    },
    ...datasetsOf(run, world),
  }
}

/** Runs of the same command for other watches are other jobs: they write other datasets. */
function jobName({ command, watches }: RunRecord): string {
  return command === 'fetch' || watches.length > 1 ? command : `${command}.${watches[0]}`
}

function runFacets({ date, error }: RunRecord, config: Config): Facets {
  const due = dueTime(config, date)
  const parent = parentOf(config)
  return {
    ...(due && facet('nominalTime', { nominalStartTime: due.toISOString() })),
    ...(parent && facet('parent', parent)),
    ...(error && facet('errorMessage', { message: error.message, programmingLanguage: 'TypeScript' })),
    ...facet('processing_engine', {
      name: 'datagouv-tops',
      version: VERSION,
      openlineageAdapterVersion: VERSION,
    }),
  }
}

/** What is not written as `NAMESPACE/JOB/UUID` is somebody else's mistake, which costs the link and nothing more. */
function parentOf({ lineage_parent, lineage_root_parent }: Config) {
  const parent = jobRun(lineage_parent)
  if (parent === undefined) return undefined
  const root = jobRun(lineage_root_parent)
  return root === undefined ? parent : { ...parent, root }
}

function jobRun(written = '') {
  // A namespace may be an address, so the job begins behind the last but one slash.
  const [, namespace, name, runId] =
    /^(.+)\/([^/]+)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.exec(written) ?? []
  return runId === undefined ? undefined : { job: { namespace, name }, run: { runId } }
}
