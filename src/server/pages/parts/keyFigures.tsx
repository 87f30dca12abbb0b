import type { Watch } from '../../../config/watch.ts'
import type { Edition } from '../../../editions/edition.ts'
import { searchOf } from '../explore/query.ts'
import { useLocale } from '../locale.ts'
import { editionPath } from '../paths.ts'

interface KeyFiguresProps {
  readonly edition: Edition
  /** The watches of the configuration. */
  readonly watches: readonly Watch[]
}

/** Shows the size of the catalogue, of the full list and of the tops. */
export function KeyFigures({ edition, watches }: KeyFiguresProps) {
  const { texts, count, href } = useLocale()
  const { source, archive, organizations, datasets, top, terms } = edition
  const withDatasets = organizations.filter((one) => one.datasets > 0).length
  return (
    <section aria-label={texts.figures}>
      <ol class="figures">
        <li>
          <strong>{count(source.datasets.records)}</strong> <span>{texts.inCatalogue(source.datasets.records)}</span>
        </li>
        <li>
          <strong>{count(archive.records)}</strong>{' '}
          <span>
            <a href={href(`${editionPath(edition)}/list`)}>{texts.mentioning(terms.length)}</a>{' '}
            <small>
              <a href={href(...searchOf(edition, watches))}>{texts.changeWords}</a>
            </small>
          </span>
        </li>
        <li>
          <strong>{count(datasets.length)}</strong> <span>{texts.inTops(count(withDatasets), count(top))}</span>
        </li>
      </ol>
    </section>
  )
}
