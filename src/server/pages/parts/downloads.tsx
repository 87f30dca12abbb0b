import type { Edition } from '../../../editions/edition.ts'
import { editionPath } from '../addresses.ts'
import { useReader } from '../reader.ts'

/** An edition's files: the tops, and the list that they were taken from. */
export function Downloads({ edition }: { readonly edition: Edition }) {
  const { words, count, bytes } = useReader()
  const { archive, datasets } = edition
  const api = `/api${editionPath(edition)}`
  const counted = (number: number) => words.datasetsOf(number, count(number))
  return (
    <section class="downloads" aria-labelledby="downloads">
      <h2 id="downloads">{words.downloads}</h2>
      <ul>
        <li>
          <a href={`${api}.csv`} download>
            {words.csvOfTops(counted(datasets.length))}
          </a>
        </li>
        <li>
          <a href={api}>{words.jsonOfTops}</a>
        </li>
        <li>
          <a href={`${api}/archive.csv`} download>
            {words.csvOfList(counted(archive.records), bytes(archive.bytes))}
          </a>
          <small>{words.allOrganizations}</small>
        </li>
      </ul>
    </section>
  )
}
