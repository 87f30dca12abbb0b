import type { Changes } from '../../../editions/changes.ts'
import type { Edition } from '../../../editions/edition.ts'
import type { Frame } from '../parts/layout.tsx'
import { editionPath } from '../paths.ts'
import { TopsExplorer } from './explorer.tsx'
import type { TopsExplorerProps } from './props.ts'
import type { TopsQuery } from './query.ts'

/** Larger editions are searched, sorted and paged on the server only. */
const MAX_ROWS_IN_BROWSER = 5_000

export interface TopsIslandProps {
  readonly frame: Frame
  readonly edition: Edition
  /** Changes since the edition before; undefined for the first edition. */
  readonly changes: Changes | undefined
  readonly query: TopsQuery
}

/** Renders the table and embeds its props as JSON, so that the browser can hydrate it. */
export function TopsIsland(island: TopsIslandProps) {
  const props = explorerProps(island)
  // "</script" would end the script element, even inside a JSON string.
  const json = JSON.stringify({ locale: island.frame.locale.settings, props }).replaceAll('<', '\\u003c')
  return (
    <>
      <div id="tops">
        <TopsExplorer {...props} />
      </div>
      {props.rows.length <= MAX_ROWS_IN_BROWSER && (
        <script type="application/json" id="tops-props" dangerouslySetInnerHTML={{ __html: json }} />
      )}
    </>
  )
}

function explorerProps({ frame, edition, changes, query }: TopsIslandProps): TopsExplorerProps {
  const entered = new Set(changes?.entered.map(({ dataset_id }) => dataset_id))
  const ranks = new Map(edition.organizations.map(({ id, rank }) => [id, rank]))
  return {
    path: editionPath(edition),
    portal: frame.portal,
    hasEarlier: changes !== undefined,
    query,
    organizations: edition.organizations,
    rows: edition.datasets.map(({ dataset_id, dataset_title, dataset_followers, organization_id }) => ({
      id: dataset_id,
      title: dataset_title,
      followers: dataset_followers,
      rank: ranks.get(organization_id)!,
      isNew: entered.has(dataset_id),
    })),
  }
}
