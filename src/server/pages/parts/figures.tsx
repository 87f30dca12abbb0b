import type { Edition } from '../../../editions/edition.ts'
import { editionPath } from '../addresses.ts'
import { useReader } from '../reader.ts'

/** From the whole catalogue to the tops, in three figures; and the tops as a file. */
export function Figures({ edition }: { readonly edition: Edition }) {
  const { words, count } = useReader()
  const { source, archive, organizations, datasets, top, terms } = edition
  const withDatasets = organizations.filter((one) => one.datasets > 0).length
  const figures = [
    [source.datasets.records, words.inCatalogue(source.datasets.records)],
    [archive.records, words.present(terms.length)],
    [datasets.length, words.inTops(count(withDatasets), count(top))],
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
        {words.downloadCsv}
      </a>
    </div>
  )
}
