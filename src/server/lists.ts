import { LRUCache } from 'lru-cache'
import type { Context } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { type ListedDataset, readList } from '../explain/list.ts'
import type { NamedOrganization } from '../explain/organizations.ts'
import { searchedText } from './selection.ts'

/** How many datasets all cached lists may have together; one takes about 500 bytes. */
const MAX_DATASETS = 100_000

/** Returns the full list of an edition, from its archived CSV. @throws NotFound if the archive does not have it any more */
export type Lists = (edition: Edition) => Promise<readonly ListedDataset[]>

/** Creates the cached reader of full lists. */
export function createLists(context: Context): Lists {
  const lists = new LRUCache<string, readonly ListedDataset[], Edition>({
    maxSize: MAX_DATASETS,
    sizeCalculation: (list) => list.length + 1,
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _before, { context: edition }) => {
      const list: ListedDataset[] = []
      await readList(edition, context, (dataset) => {
        list.push(dataset)
        // Folding all titles at the first search would keep other requests waiting.
        searchedText(dataset)
      })
      return list
    },
  })
  return (edition) => lists.forceFetch(edition.archive.sha256, { context: edition })
}

const organizations = new WeakMap<readonly ListedDataset[], readonly NamedOrganization[]>()

/** Returns the organizations of a list. Cached, because a list has thousands of datasets. */
export function organizationsIn(list: readonly ListedDataset[]): readonly NamedOrganization[] {
  const cached = organizations.get(list)
  if (cached !== undefined) return cached
  const byId = new Map(list.map(({ organization_id: id, organization: name }) => [id, { id, name }]))
  byId.delete('')
  const found = [...byId.values()]
  organizations.set(list, found)
  return found
}
