import type { Changes } from '../../editions/changes.ts'
import type { TopDataset } from '../../editions/edition.ts'
import type { Locale } from './locale.ts'
import type { ChangeGroup } from './parts/changeGroups.tsx'
import { sanitize } from './parts/portalText.tsx'
import { groupRows } from './tops/query.ts'

/** Groups the datasets that entered by reason; those whose organization rose also by organization. */
export function entryGroups({ entered }: Changes, locale: Locale): ChangeGroup[] {
  const { entryGroups } = locale.texts
  return groupsOf('entered', entered, 'rose', entryGroups, locale)
}

/** Groups the datasets that left by reason; those whose organization fell also by organization. */
export function exitGroups({ left }: Changes, locale: Locale): ChangeGroup[] {
  const { exitGroups } = locale.texts
  return groupsOf('left', left, 'fell', exitGroups, locale)
}

/** The datasets of both editions that moved to another organization, or have another title. */
export function stayedGroups(
  { moved, renamed }: Changes,
  names: ReadonlyMap<string, string>,
  locale: Locale,
): ChangeGroup[] {
  const { texts, count } = locale
  const before = new Map(renamed.map((one) => [one.dataset_id, one.dataset_title_before]))
  const from = new Map(moved.map((one) => [one.dataset_id, names.get(one.moved_from) ?? one.moved_from]))
  const groups = [
    {
      id: 'moved',
      title: texts.movedElsewhere(moved.length, count(moved.length)),
      datasets: moved,
      remark: ({ dataset_id }: TopDataset) => texts.movedFrom(sanitize(from.get(dataset_id) ?? '')),
    },
    {
      id: 'renamed',
      title: texts.renamed(renamed.length, count(renamed.length)),
      datasets: renamed,
      remark: ({ dataset_id }: TopDataset) => texts.titleBefore(sanitize(before.get(dataset_id) ?? '')),
    },
  ]
  return groups.filter(({ datasets }) => datasets.length > 0)
}

type GroupTitle = (n: number, count: string, organization: string) => string

function groupsOf<Reason extends string>(
  id: string,
  datasets: readonly (TopDataset & { readonly reason: Reason | null })[],
  byOrganization: Reason,
  titles: Readonly<Record<Reason | 'unknown', GroupTitle>>,
  { count }: Locale,
): ChangeGroup[] {
  const reasons = [...new Set(datasets.map(({ reason }) => reason))]
  return reasons.flatMap((reason) => {
    const found = datasets.filter((dataset) => dataset.reason === reason)
    const parts = reason === byOrganization ? groupRows(found) : [found]
    return parts.map((part, index) => ({
      id: `${id}-${reason ?? 'unknown'}${index > 0 ? `-${index + 1}` : ''}`,
      title: titles[reason ?? 'unknown'](part.length, count(part.length), sanitize(part[0]!.organization, 80)),
      datasets: part,
    }))
  })
}
