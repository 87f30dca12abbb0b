import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { World } from '../context.ts'
import type { ExportName } from '../editions/edition.ts'
import { editionKey, exportKey } from '../editions/layout.ts'
import type { ReadExportFacts } from '../pipeline/snapshotSource.ts'

/** A dataset as OpenLineage calls it: https://openlineage.io/docs/spec/naming */
export interface Name {
  readonly namespace: string
  readonly name: string
}

/** Files, objects and tables go by where they are; what the portal publishes anew every day, by what it is. */
export function namesIn({ archive, documents, config }: Pick<World, 'archive' | 'documents' | 'config'>) {
  const stored = (key: string): Name =>
    archive.address.startsWith('file:')
      ? { namespace: 'file', name: resolve(archive.address.slice('file:'.length), key) }
      : { namespace: archive.address, name: key }
  return {
    csv: (watch: string, date: string) => stored(editionKey(watch, date)),
    snapshot: (name: ExportName, date: string) => stored(exportKey(name, date)),
    tops: topsIn(documents.address),
    export: (name: ExportName, date: string, { from, url }: ReadExportFacts): Name => {
      if (from === 'snapshot') return stored(exportKey(name, date))
      if (from === 'portal') return { namespace: config.portal, name: `${config.catalogue}/${name}` }
      const { protocol, origin, pathname } = new URL(url)
      return protocol === 'file:'
        ? { namespace: 'file', name: fileURLToPath(url) }
        : { namespace: origin, name: pathname.slice(1) }
    },
  }
}

/** The collection, in the database that a store's address names. */
function topsIn(address: string): Name {
  if (address.startsWith('sqlite:')) {
    return { namespace: `sqlite://${resolve(address.slice('sqlite:'.length))}`, name: 'tops' }
  }
  const [, server, database] = /^(.*)\/([^/]*)$/s.exec(address)!
  return { namespace: server!, name: `${database}.tops` }
}
