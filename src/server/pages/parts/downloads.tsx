import type { Edition } from '../../../editions/edition.ts'
import { useLocale } from '../locale.ts'
import { editionPath } from '../paths.ts'

/** Links to an edition's files: the tops, and the full list that they come from. */
export function Downloads({ edition }: { readonly edition: Edition }) {
  const { texts, count, bytes } = useLocale()
  const { archive, datasets } = edition
  const api = `/api${editionPath(edition)}`
  const datasetCount = (number: number) => texts.datasetsOf(number, count(number))
  return (
    <section class="downloads" aria-labelledby="downloads">
      <h2 id="downloads">{texts.downloads}</h2>
      <ul>
        <li>
          <a href={`${api}.csv`} download>
            {texts.csvOfTops(datasetCount(datasets.length))}
          </a>
        </li>
        <li>
          <a href={api}>{texts.jsonOfTops}</a>
        </li>
        <li>
          <a href={`${api}/archive.csv`} download>
            {texts.csvOfList(datasetCount(archive.records), bytes(archive.bytes))}
          </a>
          <small>{texts.allOrganizations}</small>
        </li>
      </ul>
    </section>
  )
}
