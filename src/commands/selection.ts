import { suggestName } from '../config/parsers.ts'
import { DATASET_FIELDS } from '../editions/csv.ts'
import type { Edition, TopDataset } from '../editions/edition.ts'
import { Failure, NotFound, quoted } from '../errors.ts'
import { organizationsNamed } from '../explain/organizations.ts'
import type { Options } from './io.ts'

type Field = (typeof DATASET_FIELDS)[number]

/** Shorter names of the fields. */
const SHORT_NAMES: Readonly<Record<string, Field>> = { title: 'dataset_title', followers: 'dataset_followers' }

const MAX_CANDIDATES = 20

/** Returns the datasets of an edition that --organization, --sort and --limit select. */
export function selectDatasets(edition: Edition, { organization, sort, limit }: Options): readonly TopDataset[] {
  const ids = organization === undefined ? undefined : findOrganizations(edition, organization)
  const selected = edition.datasets.filter(({ organization_id }) => ids?.has(organization_id) ?? true)
  return sortBy(selected, sort).slice(0, limit)
}

function findOrganizations({ organizations, watch, date }: Edition, wanted: string): ReadonlySet<string> {
  const found = organizationsNamed(organizations, wanted)
  if (found.length > 0) return new Set(found.map(({ id }) => id))
  const candidates = organizations.filter(({ datasets }) => datasets > 0).map(({ id, name }) => `${id}  ${name}`)
  throw new NotFound(
    `no organization in ${watch} of ${date} has the ID or name ${quoted(wanted)}; these have datasets there:`,
    candidates.slice(0, MAX_CANDIDATES),
  )
}

/** Sorts by a field: numbers in descending order, text alphabetically. */
function sortBy(datasets: readonly TopDataset[], sort = 'rank'): readonly TopDataset[] {
  if (sort === 'rank') return datasets
  const field = DATASET_FIELDS.find((one) => one === (SHORT_NAMES[sort] ?? sort))
  if (field === undefined) {
    const names = ['rank', ...Object.keys(SHORT_NAMES), ...DATASET_FIELDS]
    const next = suggestName(sort, names, names.length)
    throw new Failure('usage', `cannot sort by ${quoted(sort)}: there is no such field; ${next}`)
  }
  const collator = new Intl.Collator('fr', { numeric: true })
  return datasets.toSorted(({ [field]: a }, { [field]: b }) =>
    typeof a === 'number' ? Number(b) - a : collator.compare(a, String(b)),
  )
}
