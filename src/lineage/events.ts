import type { Config } from '../config/settings.ts'
import type { Context } from '../context.ts'
import { dueTime } from '../editions/calendar.ts'
import { uuidOf } from '../editions/uuid.ts'
import type { RunRecord } from '../runs/record.ts'
import { VERSION } from '../version.ts'
import { inputsAndOutputs } from './datasets.ts'
import { type Facets, facet, PRODUCER } from './facets.ts'

const EVENT_TYPES = {
  running: 'START',
  published: 'COMPLETE',
  unchanged: 'COMPLETE',
  removed: 'COMPLETE',
  failed: 'FAIL',
  stopped: 'ABORT',
} as const

/** Builds the start event of a running run, or the end event of an ended one, with the datasets read and written so far. */
export function toRunEvent(run: RunRecord, context: Pick<Context, 'config' | 'archive' | 'documents'>) {
  const { config } = context
  return {
    eventType: EVENT_TYPES[run.status],
    eventTime: run.ended_at ?? run.started_at,
    producer: PRODUCER,
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId: uuidOf(run._id), facets: runFacets(run, config) },
    job: {
      namespace: config.lineage_namespace,
      name: jobName(run),
      facets: facet('jobType', { processingType: 'BATCH', integration: 'DATAGOUV_TOPS', jobType: 'COMMAND' }),
    },
    ...inputsAndOutputs(run, context),
  }
}

/** Returns a job name per watch, because runs of a command for different watches write different datasets. */
function jobName({ command, watches }: RunRecord): string {
  return command === 'fetch' || watches.length > 1 ? command : `${command}.${watches[0]}`
}

function runFacets({ date, error }: RunRecord, config: Config): Facets {
  const due = dueTime(config, date)
  const parent = parentRun(config)
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

/** Returns the parent job. Ignores an ID that is not `NAMESPACE/JOB/UUID`: only the link to the parent is lost. */
function parentRun({ lineage_parent, lineage_root_parent }: Config) {
  const parent = parseJobRun(lineage_parent)
  if (parent === undefined) return undefined
  const root = parseJobRun(lineage_root_parent)
  return root === undefined ? parent : { ...parent, root }
}

function parseJobRun(text = '') {
  // The namespace may be a URL with slashes, so the job is the second to last part.
  const [, namespace, name, runId] = /^(.+)\/([^/]+)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.exec(text) ?? []
  return runId === undefined ? undefined : { job: { namespace, name }, run: { runId } }
}
