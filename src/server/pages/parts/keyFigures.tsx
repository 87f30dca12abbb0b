import type { Edition } from '../../../editions/edition.ts'
import { useLocale } from '../locale.ts'
import { editionPath } from '../paths.ts'

/** Shows the size of the catalogue, of the full list and of the tops, with the main download. */
export function KeyFigures({ edition }: { readonly edition: Edition }) {
  const { texts, count } = useLocale()
  const { source, archive, organizations, datasets, top, terms } = edition
  const withDatasets = organizations.filter((one) => one.datasets > 0).length
  const figures = [
    [source.datasets.records, texts.inCatalogue(source.datasets.records)],
    [archive.records, texts.mentioning(terms.length)],
    [datasets.length, texts.inTops(count(withDatasets), count(top))],
  ] as const
  return (
    <div class="summary">
      <ol class="figures">
        {figures.map(([figure, meaning]) => (
          <li key={meaning}>
            <strong>{count(figure)}</strong> <span>{meaning}</span>
          </li>
        ))}
      </ol>
      <a class="main" href={`/api${editionPath(edition)}.csv`} download>
        {texts.downloadCsv}
      </a>
    </div>
  )
}
