import { csvOf } from '../../editions/csv.ts'
import { Failure } from '../../errors.ts'
import { organizationIdOf } from '../../explain/organizations.ts'
import { searchChanges } from '../../explore/changes.ts'
import { countDatasets } from '../../explore/count.ts'
import { editionOf } from '../../explore/edition.ts'
import { Engine, type OpenExport } from '../../explore/engine.ts'
import { searchPage } from '../../explore/page.ts'
import { listPart } from '../../explore/search.ts'
import { selectDatasets } from '../selection.ts'
import type { Search, Searcher, TableRequest } from './requests.ts'

/** The size of the parts in which a list is sent. */
const PART_BYTES = 1 << 18

/**
 * Creates a searcher that works in this thread.
 *
 * @param memory memory for snapshots, in bytes
 */
export function createSearcher(open: OpenExport, memory: number): Searcher {
  const engine = new Engine(open, memory)

  async function select({ ref, watch, selection, earlier }: TableRequest) {
    const result = await engine.search(ref, watch)
    const edition = editionOf(result)
    const before = earlier && (await engine.search(earlier, watch))
    const earlierEdition = before && editionOf(before)
    const known = [...edition.organizations, ...(earlierEdition?.organizations ?? [])]
    const organization = selection.organization && organizationIdOf(known, selection.organization)
    const found = selectDatasets({ ...edition, earlier: earlierEdition?.datasets }, { ...selection, organization })
    return { result, before, found }
  }

  /** Looks the result up again for each part, so that a slow reader of the list does not keep its snapshot in memory. */
  async function readPart({ ref, watch }: Search, position: number) {
    if (position > 0 && !engine.holds(ref)) {
      throw new Failure(
        'store',
        `cannot send the rest of the list: the snapshot of ${ref.snapshot.date} is no longer in memory. Download it again.`,
      )
    }
    return listPart(await engine.search(ref, watch), position, PART_BYTES)
  }

  return {
    page: async (request) => {
      const { result, before, found } = await select(request)
      return searchPage(result, found.length, found.slice(request.offset, request.offset + request.limit), before)
    },
    csv: async (request) => {
      const { found } = await select(request)
      const items = found.slice(request.offset, request.offset + request.limit)
      return { csv: new TextEncoder().encode(csvOf(items)), total: found.length }
    },
    changes: async (from, to, watch) => {
      const later = await engine.search(to, watch)
      return searchChanges(await engine.search(from, watch), later)
    },
    listBytes: async ({ ref, watch }) => (await engine.search(ref, watch)).bytes,
    list: async function* (request) {
      for (let position: number | undefined = 0; position !== undefined; ) {
        const { bytes, next }: Awaited<ReturnType<typeof readPart>> = await readPart(request, position)
        yield bytes
        position = next
      }
    },
    count: (ref, watches) => countDatasets(ref, watches, open),
    close: async () => {},
  }
}
