import { editionPath, feedPath } from '../addresses.ts'
import type { EditionFacts } from '../edition.tsx'
import { DatasetItem } from './datasetItem.tsx'

/** How many new datasets are named; the others are one link away. */
const NAMED = 6

/** What came and went since the edition before. */
export function News({ frame, edition, changes }: EditionFacts) {
  const { words, day, count, href } = frame.reader
  const path = editionPath(edition)
  if (changes === undefined) return <p>{words.firstEdition}</p>
  const { from, entered, left } = changes
  const more = entered.length - NAMED
  return (
    <section class="news" aria-labelledby="news">
      <h2 id="news">{words.sinceDay(day(from))}</h2>
      {entered.length === 0 && left.length === 0 ? (
        <p>{words.nothingNew}</p>
      ) : (
        <p>
          <span class="badge">{words.entered(entered.length, count(entered.length))}</span>{' '}
          {words.left(left.length, count(left.length))}
        </p>
      )}
      {entered.length > 0 && (
        <ul class="datasets">
          {entered.slice(0, NAMED).map((dataset) => (
            <DatasetItem key={dataset.dataset_id} portal={frame.portal} path={path} dataset={dataset} />
          ))}
        </ul>
      )}
      <p class="links">
        {more > 0 && <a href={href(path, { new: '1' })}>{words.andMore(count(more))}</a>}
        <a href={href(`${path}/changes`)}>{words.allChanges}</a>
        <a href={feedPath(edition)}>{words.feed}</a>
      </p>
    </section>
  )
}
