import type { Edition } from '../../../editions/edition.ts'
import { useLocale } from '../locale.ts'
import { editionPath } from '../paths.ts'

/** Shows the size of the catalogue, of the full list and of the tops. */
export function KeyFigures({ edition }: { readonly edition: Edition }) {
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
          <a href={href(`${editionPath(edition)}/list`)}>{texts.mentioning(terms.length)}</a>
        </li>
        <li>
          <strong>{count(datasets.length)}</strong> <span>{texts.inTops(count(withDatasets), count(top))}</span>
        </li>
      </ol>
    </section>
  )
}
