import { LRUCache } from 'lru-cache'
import type { Context } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { type ListedDataset, readList } from '../explain/list.ts'
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
