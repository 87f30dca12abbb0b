import { editionPath } from '../addresses.ts'
import type { EditionFacts } from '../edition.tsx'
import { Tops, type TopsFacts } from './tops.tsx'

/** Editions with more datasets than this are found, sorted and paged on the server alone. */
const MOST_IN_BROWSER = 5_000

/** The table, and beside it what the browser needs to make the same one again. */
export function Island(edition: EditionFacts) {
  const facts = factsOf(edition)
  // JSON in a script element ends at the first "</script", whatever that stands in.
  const json = JSON.stringify({ reader: edition.frame.reader.facts, facts }).replaceAll('<', '\\u003c')
  return (
    <>
      <div id="tops">
        <Tops {...facts} />
      </div>
      {facts.rows.length <= MOST_IN_BROWSER && (
        <script type="application/json" id="tops-facts" dangerouslySetInnerHTML={{ __html: json }} />
      )}
    </>
  )
}

function factsOf({ frame, edition, changes, query }: EditionFacts): TopsFacts {
  const fresh = new Set(changes?.entered.map(({ dataset_id }) => dataset_id))
  const ranks = new Map(edition.organizations.map(({ id, rank }) => [id, rank]))
  return {
    path: editionPath(edition),
    portal: frame.portal,
    comparable: changes !== undefined,
    query,
    organizations: edition.organizations,
    rows: edition.datasets.map(({ dataset_id, dataset_title, dataset_followers, organization_id }) => ({
      id: dataset_id,
      title: dataset_title,
      followers: dataset_followers,
      rank: ranks.get(organization_id)!,
      fresh: fresh.has(dataset_id),
    })),
  }
}
