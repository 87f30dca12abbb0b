import type { TopDataset } from '../../../editions/edition.ts'
import { useLocale } from '../locale.ts'
import { groupRows } from '../tops/query.ts'
import { DatasetItem } from './datasetItem.tsx'
import { PortalText } from './portalText.tsx'

/** How many datasets of an organization are shown unfolded. */
const MAX_UNFOLDED = 10

/** Datasets that changed for the same reason. */
export interface ChangeGroup {
  /** The anchor of the group. */
  readonly id: string
  /** `69 new on data.gouv.fr` */
  readonly title: string
  readonly datasets: readonly TopDataset[]
  /** A remark about a dataset, such as its title before. */
  readonly remark?: (dataset: TopDataset) => string
}

/** Figures that lead to the groups. */
export function ChangeFigures({ groups }: { readonly groups: readonly ChangeGroup[] }) {
  const { texts } = useLocale()
  if (groups.length === 0) return <p>{texts.nothingNew}</p>
  return (
    <ul class="reasons">
      {groups.map(({ id, title }) => (
        <li key={id}>
          <a href={`#${id}`}>{title}</a>
        </li>
      ))}
    </ul>
  )
}

interface ChangeGroupsProps {
  readonly id: string
  readonly title: string
  readonly groups: readonly ChangeGroup[]
  readonly path: string
  readonly portal: string
}

/** The datasets of some groups, each by organization. */
export function ChangeGroups({ id, title, groups, path, portal }: ChangeGroupsProps) {
  return (
    <section id={id}>
      <h2>{title}</h2>
      {groups.map((group) => (
        <section class="reason" id={group.id} key={group.id}>
          <h3>{group.title}</h3>
          {groupRows(group.datasets).map((datasets) => (
            <Organization key={datasets[0]!.organization_id} {...{ group, datasets, path, portal }} />
          ))}
        </section>
      ))}
    </section>
  )
}

interface OrganizationProps {
  readonly group: ChangeGroup
  readonly datasets: readonly TopDataset[]
  readonly path: string
  readonly portal: string
}

function Organization({ group, datasets, path, portal }: OrganizationProps) {
  const { texts, count } = useLocale()
  const items = datasets.map((dataset) => (
    <DatasetItem key={dataset.dataset_id} portal={portal} path={path} dataset={dataset} showsOrganization={false}>
      {group.remark?.(dataset)}
    </DatasetItem>
  ))
  const folded = items.slice(MAX_UNFOLDED)
  return (
    <>
      <h4>
        <PortalText>{datasets[0]!.organization}</PortalText>{' '}
        <small>{texts.datasetsOf(items.length, count(items.length))}</small>
      </h4>
      <ul class="datasets">{items.slice(0, MAX_UNFOLDED)}</ul>
      {folded.length > 0 && (
        <details>
          <summary>{texts.andMore(count(folded.length))}</summary>
          <ul class="datasets">{folded}</ul>
        </details>
      )}
    </>
  )
}
