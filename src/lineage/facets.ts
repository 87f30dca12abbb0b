import { VERSION } from '../version.ts'

/** Identifies this program as the source of the events. */
export const PRODUCER = `https://www.npmjs.com/package/datagouv-tops/v/${VERSION}`

/** The version and name of each facet's published schema. */
const SCHEMAS = {
  columnLineage: '1-2-0/ColumnLineageDatasetFacet',
  dataSource: '1-0-1/DatasourceDatasetFacet',
  errorMessage: '1-0-1/ErrorMessageRunFacet',
  jobType: '2-0-4/JobTypeJobFacet',
  nominalTime: '1-0-1/NominalTimeRunFacet',
  outputStatistics: '1-0-2/OutputStatisticsOutputDatasetFacet',
  parent: '1-1-0/ParentRunFacet',
  processing_engine: '1-1-1/ProcessingEngineRunFacet',
  schema: '1-1-1/SchemaDatasetFacet',
  version: '1-0-1/DatasetVersionDatasetFacet',
} as const

export type Facets = Readonly<Record<string, object>>

/** Returns an object with one facet, including its producer and schema. */
export function facet(name: keyof typeof SCHEMAS, content: object): Facets {
  const schema = SCHEMAS[name]
  const _schemaURL = `https://openlineage.io/spec/facets/${schema}.json#/$defs/${schema.split('/')[1]}`
  return { [name]: { _producer: PRODUCER, _schemaURL, ...content } }
}
