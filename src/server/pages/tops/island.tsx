import type { Edition } from '../../../editions/edition.ts'
import { versionOf } from '../../../editions/version.ts'
import type { Frame } from '../parts/layout.tsx'
import { editionPath } from '../paths.ts'
import { TopsControls } from './controls.tsx'
import type { TopsProps, TopsSettings, TopsSource } from './props.ts'
import type { TopsQuery } from './query.ts'
import { TopsResults } from './results.tsx'

/** Larger editions are searched, sorted and paged on the server only. */
const MAX_ROWS_IN_BROWSER = 5_000

export interface TopsIslandProps {
  readonly frame: Frame
  readonly edition: Edition
  /** The edition to compare with; undefined for the first edition. */
  readonly earlier: Edition | undefined
  readonly query: TopsQuery
  readonly listed: TopsSettings['listed']
}

/** Returns the form and the table of the tops. The browser hydrates both once it has fetched the edition's data. */
export function topsIsland({ frame, edition, earlier, query, listed }: TopsIslandProps) {
  const settings: TopsSettings = {
    path: editionPath(edition),
    date: edition.date,
    site: frame.site,
    portal: frame.portal,
    query,
    source: sourceOf(edition),
    earlierSource: earlier && sourceOf(earlier),
    listed,
  }
  const { organizations, datasets } = edition
  const props: TopsProps = {
    settings,
    query,
    data: { organizations, datasets, earlier: earlier?.datasets },
    change: undefined,
  }
  // "</script" would end the script element, even inside a JSON string.
  const json = JSON.stringify({ locale: frame.locale.settings, settings }).replaceAll('<', '\\u003c')
  return {
    controls: (
      <div id="controls">
        <TopsControls {...props} />
      </div>
    ),
    results: (
      <>
        <div id="results">
          <TopsResults {...props} />
        </div>
        {datasets.length <= MAX_ROWS_IN_BROWSER && (
          <script type="application/json" id="tops-settings" dangerouslySetInnerHTML={{ __html: json }} />
        )}
      </>
    ),
  }
}

const sourceOf = (edition: Edition): TopsSource => ({
  path: `/api${editionPath(edition)}`,
  version: versionOf(edition),
})
