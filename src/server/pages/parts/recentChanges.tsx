import type { Changes } from '../../../editions/changes.ts'
import { editionPath, feedPath } from '../paths.ts'
import { DatasetItem } from './datasetItem.tsx'
import type { EditionPageProps } from './editionHeader.tsx'

/** How many new datasets are listed. A link leads to the others. */
const MAX_LISTED = 6

interface RecentChangesProps extends Pick<EditionPageProps, 'frame' | 'edition'> {
  /** Undefined for the first edition. */
  readonly changes: Changes | undefined
  /** Whether the reasons are still being looked up. */
  readonly lacksReasons: boolean
}

/** Summarizes the changes since the edition before. */
export function RecentChanges({ frame, edition, changes, lacksReasons }: RecentChangesProps) {
  const { texts, day, count, href, language } = frame.locale
  const path = editionPath(edition)
  if (changes === undefined) return <p>{texts.firstEdition}</p>
  const { from, entered, left } = changes
  const more = entered.length - MAX_LISTED
  const since = frame.query.since === undefined ? {} : { since: frame.query.since }
  const { organization } = frame.query
  const filter = organization === undefined ? {} : { organization }
  return (
    <section class="news" aria-labelledby="news">
      <h2 id="news">{texts.sinceDay(day(from))}</h2>
      {entered.length === 0 && left.length === 0 ? (
        <p>{texts.nothingNew}</p>
      ) : (
        <p>
          <a class="badge" href={href(path, { new: '1', ...since })}>
            {texts.entered(entered.length, count(entered.length))}
          </a>{' '}
          <a class="badge gone" href={href(path, { gone: '1', ...since })}>
            {texts.left(left.length, count(left.length))}
          </a>
        </p>
      )}
      {entered.length > 0 && (
        <ul class="datasets">
          {entered.slice(0, MAX_LISTED).map((dataset) => (
            <DatasetItem key={dataset.dataset_id} portal={frame.portal} path={path} dataset={dataset}>
              {dataset.reason && texts.entryReasons[dataset.reason]}
            </DatasetItem>
          ))}
        </ul>
      )}
      {lacksReasons && entered.length > 0 && <p>{texts.reasonsFollow}</p>}
      <p class="links">
        {more > 0 && <a href={href(path, { new: '1', ...since })}>{texts.andMore(count(more))}</a>}
        <a href={href(`${path}/changes`, since)}>{texts.allChanges}</a>
        <a href={feedPath(edition, { ...filter, lang: language })}>{texts.feed}</a>
      </p>
    </section>
  )
}
