import { datasetPage } from '../../../editions/links.ts'
import { useLocale } from '../locale.ts'
import { PortalText } from '../parts/portalText.tsx'
import { formatQuery, formatSearch } from './query.ts'
import type { ResultsProps } from './results.tsx'
import { useExploreTexts } from './texts.ts'

/** How many new datasets are listed. A link leads to the others. */
const MAX_LISTED = 6

/** Shows what is new and gone since an earlier week. Before it is known, a link loads it; the script follows the link. */
export function News({ path, portal, query, earlier, changes }: ResultsProps) {
  const { texts, day, count, href } = useLocale()
  const explore = useExploreTexts()
  if (changes === undefined) {
    if (earlier === undefined) return <p>{explore.firstWeek}</p>
    return (
      <section class="news" id="explore-news">
        <h2>
          <a data-load="" href={href(path, formatQuery({ ...query, since: earlier }))}>
            {explore.compareWith(day(earlier))}
          </a>
        </h2>
      </section>
    )
  }
  const { from, entered, left } = changes
  const search = { ...formatSearch(query), since: from }
  const more = entered.length - MAX_LISTED
  return (
    <section class="news" id="explore-news" aria-labelledby="explore-news-title">
      <h2 id="explore-news-title">{texts.sinceDay(day(from))}</h2>
      {entered.length === 0 && left.length === 0 ? (
        <p>{texts.nothingNew}</p>
      ) : (
        <p>
          <a class="badge" href={href(path, { ...search, new: '1' })}>
            {texts.entered(entered.length, count(entered.length))}
          </a>{' '}
          <a class="badge gone" href={href(path, { ...search, gone: '1' })}>
            {texts.left(left.length, count(left.length))}
          </a>
        </p>
      )}
      <ul class="datasets">
        {entered.slice(0, MAX_LISTED).map(({ dataset_id, dataset_title, organization, reason }) => (
          <li key={dataset_id}>
            <a class="out" href={datasetPage(portal, dataset_id)}>
              <PortalText>{dataset_title}</PortalText>
            </a>
            <small>
              <PortalText>{organization}</PortalText>
              {reason && ` · ${texts.entryReasons[reason]}`}
            </small>
          </li>
        ))}
      </ul>
      {more > 0 && (
        <p>
          <a href={href(path, { ...search, new: '1' })}>{texts.andMore(count(more))}</a>
        </p>
      )}
    </section>
  )
}
