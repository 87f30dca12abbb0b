import type { Edition } from '../../../editions/edition.ts'
import { useLocale } from '../locale.ts'
import { editionPath } from '../paths.ts'

/** Links to an edition's files: the tops, and the full list that they come from. */
export function Downloads({ edition }: { readonly edition: Edition }) {
  const { texts, count, bytes, href } = useLocale()
  const { archive, datasets } = edition
  const path = editionPath(edition)
  const api = `/api${path}`
  const datasetCount = (number: number) => texts.datasetsOf(number, count(number))
  return (
    <section class="downloads" aria-labelledby="downloads">
      <h2 id="downloads">{texts.downloads}</h2>
      <ul>
        <li>
          <a href={`${api}.csv`} download>
            {texts.csvOfTops(datasetCount(datasets.length))}
          </a>
          <small>
            <a href={`${api}.csv?bom=1`} download>
              {texts.forExcel}
            </a>{' '}
            · <a href={api}>JSON</a>
          </small>
        </li>
        <li>
          <a href={`${api}/archive.csv`} download>
            {texts.csvOfList(datasetCount(archive.records), bytes(archive.bytes))}
          </a>
          <small>
            {texts.allOrganizations} ·{' '}
            <a href={`${api}/archive.csv.gz`} download>
              {texts.compressed}
            </a>{' '}
            · <a href={href(`${path}/list`)}>{texts.browseList}</a>
          </small>
        </li>
      </ul>
    </section>
  )
}
