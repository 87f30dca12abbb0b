import type { ComponentChildren } from 'preact'
import type { TopDataset } from '../../../editions/edition.ts'
import { datasetPage } from '../../../editions/links.ts'
import { Name } from './name.tsx'
import { Why } from './why.tsx'

interface DatasetItemProps {
  readonly portal: string
  /** The address of the edition to ask why it is, or is not, there. */
  readonly path: string
  readonly dataset: TopDataset
  /** What else is to say of it. */
  readonly children?: ComponentChildren
}

/** A dataset that came, went or moved. */
export function DatasetItem({ portal, path, dataset, children }: DatasetItemProps) {
  const { dataset_id, dataset_title, organization } = dataset
  return (
    <li>
      <a href={datasetPage(portal, dataset_id)}>
        <Name>{dataset_title}</Name>
      </a>
      <Why path={path} id={dataset_id} title={dataset_title} />
      <small>
        <Name>{organization}</Name>
        {children && <> · {children}</>}
      </small>
    </li>
  )
}
