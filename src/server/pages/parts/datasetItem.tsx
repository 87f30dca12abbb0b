import type { ComponentChildren } from 'preact'
import type { TopDataset } from '../../../editions/edition.ts'
import { datasetPage } from '../../../editions/links.ts'
import { ExplainLink } from './explainLink.tsx'
import { PortalText } from './portalText.tsx'

interface DatasetItemProps {
  readonly portal: string
  /** Path of the edition that the explanation is about. */
  readonly path: string
  readonly dataset: TopDataset
  /** Whether it names the organization. A heading may do so instead. */
  readonly showsOrganization?: boolean
  /** A remark, such as the reason of the change. */
  readonly children?: ComponentChildren
}

/** A dataset in a list of changes. */
export function DatasetItem({ portal, path, dataset, showsOrganization = true, children }: DatasetItemProps) {
  const { dataset_id, dataset_title, organization } = dataset
  return (
    <li>
      <a class="out" href={datasetPage(portal, dataset_id)}>
        <PortalText>{dataset_title}</PortalText>
      </a>
      <ExplainLink path={path} id={dataset_id} title={dataset_title} />
      {(children || showsOrganization) && (
        <small>
          {showsOrganization && <PortalText>{organization}</PortalText>}
          {children && showsOrganization && ' · '}
          {children}
        </small>
      )}
    </li>
  )
}
