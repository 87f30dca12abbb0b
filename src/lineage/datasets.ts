import type { Context } from '../context.ts'
import { EXPORT_NAMES, type ExportName } from '../editions/edition.ts'
import { PROJECTED_COLUMNS } from '../pipeline/project.ts'
import { RANKED_COLUMNS } from '../pipeline/rank.ts'
import type { CsvFacts, EditionFacts, SnapshotFacts } from '../pipeline/result.ts'
import type { ReadExportFacts } from '../pipeline/snapshotSource.ts'
import type { RunRecord } from '../runs/record.ts'
import { allCopiedFrom, columnLineageFacet, copiedFrom, indirectFields, schemaFacet } from './columns.ts'
import { type Facets, facet } from './facets.ts'
import { type DatasetName, datasetNames } from './names.ts'

interface InputDataset extends DatasetName {
  readonly facets: Facets
}

interface OutputDataset extends InputDataset {
  readonly outputFacets: Facets
}

type Tables = ReturnType<typeof tablesOf>

/** Lists the datasets that the finished steps of a run have read and written. */
export function inputsAndOutputs(
  run: RunRecord,
  context: Pick<Context, 'config' | 'archive' | 'documents'>,
): { inputs: readonly DatasetName[]; outputs: readonly DatasetName[] } {
  const tables = tablesOf(run, context)
  return {
    inputs: [...inputsOf(tables), ...remoteInputs(run, tables)],
    outputs: [...snapshotOutputs(tables), ...csvOutputs(tables), ...topsOutput(tables), ...remoteOutputs(run)],
  }
}

/** Collects the facts of the finished steps of a run, and the names and columns of its tables. */
function tablesOf(run: RunRecord, context: Pick<Context, 'config' | 'archive' | 'documents'>) {
  const { date } = run
  const names = datasetNames(context)
  const steps = stepFacts(run)
  const exports = EXPORT_NAMES.flatMap((name) => {
    const facts = steps[name]
    return facts ? [{ export: name, facts, name: names.export(name, date, facts) }] : []
  })
  // `publish` alone reads the CSVs instead of the exports.
  const csvs = steps.datasets === undefined ? steps.published.map(({ watch }) => names.csv(watch, date)) : []
  const exported = (kind: ExportName) => exports.filter((one) => one.export === kind).map(({ name }) => name)
  const watches = context.config.watches.filter(({ name }) => run.watches.includes(name))
  const searched = [...new Set(watches.flatMap(({ columns }) => columns))]
  return {
    date,
    names,
    steps,
    exports,
    csvs,
    /** The tables whose rows are datasets. */
    datasets: [...exported('datasets'), ...csvs],
    organizations: exported('organizations'),
    searched,
    columns: { datasets: [...new Set([...PROJECTED_COLUMNS, ...searched])], organizations: RANKED_COLUMNS },
  }
}

function inputsOf({ exports, csvs, columns }: Tables): InputDataset[] {
  return [
    ...exports.map(({ export: kind, facts, name }) => ({
      ...name,
      facets: {
        ...schemaFacet(columns[kind]),
        ...versionFacet(facts.sha256),
        ...facet('dataSource', { name: name.namespace, uri: facts.url }),
      },
    })),
    ...csvs.map((name) => ({ ...name, facets: schemaFacet(columns.datasets) })),
  ]
}

/** Lists the exports that the run stored in the snapshot: none if it read an existing snapshot. */
function snapshotOutputs({ date, names, steps, exports, columns }: Tables): OutputDataset[] {
  const written = steps.snapshot ? exports.filter(({ facts }) => facts.from !== 'snapshot') : []
  return written.map(({ export: kind, facts, name }) => ({
    ...names.snapshot(kind, date),
    facets: {
      ...schemaFacet(columns[kind]),
      ...versionFacet(facts.sha256),
      ...columnLineageFacet(allCopiedFrom([name], columns[kind])),
    },
    outputFacets: statisticsFacet(facts.records),
  }))
}

function csvOutputs({ date, names, steps, datasets, searched, columns }: Tables): OutputDataset[] {
  return steps.archived.map(({ watch, records, bytes, sha256 }) => ({
    ...names.csv(watch, date),
    facets: {
      ...schemaFacet(columns.datasets),
      ...versionFacet(sha256),
      ...columnLineageFacet(allCopiedFrom(datasets, columns.datasets), indirectFields('FILTER', datasets, searched)),
    },
    outputFacets: statisticsFacet(records, bytes),
  }))
}

function topsOutput({ date, names, steps: { published }, csvs, datasets, organizations, searched }: Tables) {
  if (published.length === 0) return []
  const fields = {
    dataset_id: copiedFrom(datasets, 'id'),
    dataset_title: copiedFrom(datasets, 'title'),
    dataset_followers: copiedFrom(datasets, 'metric.followers'),
    organization: copiedFrom(organizations, 'name'),
    organization_id: copiedFrom(organizations, 'id'),
    organization_followers: copiedFrom(organizations, 'metric.followers'),
  }
  const rows = [
    ...(csvs.length === 0 ? indirectFields('FILTER', datasets, searched) : []),
    ...indirectFields('JOIN', datasets, ['organization_id']),
    ...indirectFields('JOIN', organizations, ['id']),
    ...indirectFields('SORT', organizations, ['metric.followers', 'id']),
    ...indirectFields('SORT', datasets, ['metric.followers', 'id']),
  ]
  const facets = { ...schemaFacet(Object.keys(fields)), ...versionFacet(date), ...columnLineageFacet(fields, rows) }
  const rowCount = published.reduce((sum, one) => sum + one.datasets, 0)
  return [{ ...names.tops, facets, outputFacets: statisticsFacet(rowCount) }]
}

/** Lists the datasets of portals in which a run has published editions. */
function remoteOutputs({ steps }: RunRecord): DatasetName[] {
  return steps.flatMap(({ facts }) => {
    const { portal, dataset } = facts as { readonly portal?: unknown; readonly dataset?: unknown }
    return typeof portal === 'string' && typeof dataset === 'string' ? [{ namespace: portal, name: dataset }] : []
  })
}

/** Lists the sources of a publication on portals: the CSVs of the watches, and the tops. */
function remoteInputs(run: RunRecord, { names, date }: Tables): DatasetName[] {
  if (remoteOutputs(run).length === 0) return []
  return [...run.watches.map((watch) => names.csv(watch, date)), names.tops]
}

function stepFacts({ steps }: RunRecord) {
  const facts = (name: string) => steps.find((step) => step.name === name)?.facts
  const { snapshot } = (facts('keep snapshot') ?? {}) as Partial<SnapshotFacts>
  const { archived = [] } = (facts('archive') ?? {}) as Partial<CsvFacts>
  const { published = [] } = (facts('publish') ?? {}) as Partial<EditionFacts>
  return {
    datasets: facts('read datasets') as ReadExportFacts | undefined,
    organizations: facts('read organizations') as ReadExportFacts | undefined,
    snapshot,
    archived,
    published,
  }
}

function versionFacet(datasetVersion: string): Facets {
  return facet('version', { datasetVersion })
}

function statisticsFacet(rowCount: number, size?: number): Facets {
  return facet('outputStatistics', size === undefined ? { rowCount } : { rowCount, size })
}
