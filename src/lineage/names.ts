import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Context } from '../context.ts'
import type { ExportName } from '../editions/edition.ts'
import { editionKey, exportKey } from '../editions/layout.ts'
import type { ReadExportFacts } from '../pipeline/snapshotSource.ts'

/** The name of a dataset in OpenLineage: https://openlineage.io/docs/spec/naming */
export interface DatasetName {
  readonly namespace: string
  readonly name: string
}

/**
 * Returns functions that name datasets. The location names files, objects and tables. The catalogue names the portal's exports,
 * because their files change daily.
 */
export function datasetNames({ archive, documents, config }: Pick<Context, 'archive' | 'documents' | 'config'>) {
  const stored = (key: string): DatasetName =>
    archive.address.startsWith('file:')
      ? { namespace: 'file', name: resolve(archive.address.slice('file:'.length), key) }
      : { namespace: archive.address, name: key }
  return {
    csv: (watch: string, date: string) => stored(editionKey(watch, date)),
    snapshot: (name: ExportName, date: string) => stored(exportKey(name, date)),
    tops: topsCollection(documents.address),
    export: (name: ExportName, date: string, { from, url }: ReadExportFacts): DatasetName => {
      if (from === 'snapshot') return stored(exportKey(name, date))
      if (from === 'portal') return { namespace: config.portal, name: `${config.catalogue}/${name}` }
      const { protocol, origin, pathname } = new URL(url)
      return protocol === 'file:'
        ? { namespace: 'file', name: fileURLToPath(url) }
        : { namespace: origin, name: pathname.slice(1) }
    },
  }
}

/** Names the collection `tops` in the database at a store's address. */
function topsCollection(address: string): DatasetName {
  if (address.startsWith('sqlite:')) {
    return { namespace: `sqlite://${resolve(address.slice('sqlite:'.length))}`, name: 'tops' }
  }
  const [, server, database] = /^(.*)\/([^/]*)$/s.exec(address)!
  return { namespace: server!, name: `${database}.tops` }
}
