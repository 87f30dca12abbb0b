import type { World } from '../context.ts'
import type { ExportName } from '../editions/edition.ts'
import { PROJECTED_COLUMNS } from '../pipeline/project.ts'
import { RANKED_COLUMNS } from '../pipeline/rank.ts'
import type { EditionFacts, ListFacts, SnapshotFacts } from '../pipeline/result.ts'
import type { ReadExportFacts } from '../pipeline/snapshotSource.ts'
import type { RunRecord } from '../runs/record.ts'
import { columnLineage, decided, same, schema } from './columns.ts'
import { type Facets, facet } from './facets.ts'
import { type Name, namesIn } from './names.ts'

interface Dataset extends Name {
  readonly facets: Facets
  readonly outputFacets?: Facets
}

const EXPORTS: readonly ExportName[] = ['datasets', 'organizations']

/** What a run has read and written, as far as its steps have come. */
export function datasetsOf(
  run: RunRecord,
  world: Pick<World, 'config' | 'archive' | 'documents'>,
): { inputs: readonly Name[]; outputs: readonly Name[] } {
  const { date } = run
  const names = namesIn(world)
  const { datasets, organizations, snapshot, archived, published } = stepsOf(run)
  const watches = world.config.watches.filter(({ name }) => run.watches.includes(name))
  const matched = [...new Set(watches.flatMap(({ columns }) => columns))]
  const columns = { datasets: [...new Set([...PROJECTED_COLUMNS, ...matched])], organizations: RANKED_COLUMNS }

  const exports = EXPORTS.flatMap((name) => {
    const facts = { datasets, organizations }[name]
    return facts ? [{ export: name, facts, named: names.export(name, date, facts) }] : []
  })
  // "publish" alone reads the lists that "archive" has left.
  const lists = datasets === undefined ? published.map(({ watch }) => names.csv(watch, date)) : []
  const rows = [...exports.filter((one) => one.export === 'datasets').map(({ named }) => named), ...lists]
  const ranked = exports.filter((one) => one.export === 'organizations').map(({ named }) => named)

  const inputs: Dataset[] = [
    ...exports.map(({ export: name, facts, named }) => ({
      ...named,
      facets: {
        ...schema(columns[name]),
        ...version(facts.sha256),
        ...facet('dataSource', { name: named.namespace, uri: facts.url }),
      },
    })),
    ...lists.map((named) => ({ ...named, facets: schema(columns.datasets) })),
  ]

  const outputs: Dataset[] = []
  for (const { export: name, facts, named } of snapshot ? exports : []) {
    // A run that found the date's snapshot has written none.
    if (facts.from === 'snapshot') continue
    const copied = Object.fromEntries(columns[name].map((column) => [column, same([named], column)]))
    outputs.push({
      ...names.snapshot(name, date),
      facets: { ...schema(columns[name]), ...version(facts.sha256), ...columnLineage(copied) },
      outputFacets: written(facts.records),
    })
  }
  for (const { watch, records, bytes, sha256 } of archived) {
    const copied = Object.fromEntries(columns.datasets.map((column) => [column, same(rows, column)]))
    const kept = decided('FILTER', rows, matched)
    outputs.push({
      ...names.csv(watch, date),
      facets: { ...schema(columns.datasets), ...version(sha256), ...columnLineage(copied, kept) },
      outputFacets: written(records, bytes),
    })
  }
  if (published.length > 0) {
    const made = {
      dataset_id: same(rows, 'id'),
      dataset_title: same(rows, 'title'),
      dataset_followers: same(rows, 'metric.followers'),
      organization: same(ranked, 'name'),
      organization_id: same(ranked, 'id'),
      organization_followers: same(ranked, 'metric.followers'),
    }
    const kept = [
      ...(lists.length === 0 ? decided('FILTER', rows, matched) : []),
      ...decided('JOIN', rows, ['organization_id']),
      ...decided('JOIN', ranked, ['id']),
      ...decided('SORT', ranked, ['metric.followers', 'id']),
      ...decided('SORT', rows, ['metric.followers', 'id']),
    ]
    outputs.push({
      ...names.tops,
      facets: { ...schema(Object.keys(made)), ...version(date), ...columnLineage(made, kept) },
      outputFacets: written(published.reduce((sum, one) => sum + one.datasets, 0)),
    })
  }
  return { inputs, outputs }
}

/** What each step of a run has left, of those that have come to their end. */
function stepsOf({ steps }: RunRecord) {
  const facts = (name: string) => steps.find((step) => step.name === name)?.facts
  const { snapshot } = (facts('keep snapshot') ?? {}) as Partial<SnapshotFacts>
  const { archived = [] } = (facts('archive') ?? {}) as Partial<ListFacts>
  const { published = [] } = (facts('publish') ?? {}) as Partial<EditionFacts>
  return {
    datasets: facts('read datasets') as ReadExportFacts | undefined,
    organizations: facts('read organizations') as ReadExportFacts | undefined,
    snapshot,
    archived,
    published,
  }
}

function version(datasetVersion: string): Facets {
  return facet('version', { datasetVersion })
}

function written(rowCount: number, size?: number): Facets {
  return facet('outputStatistics', size === undefined ? { rowCount } : { rowCount, size })
}
