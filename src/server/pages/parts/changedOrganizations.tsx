import type { ChangedOrganization } from '../../../editions/changes.ts'
import { historyPath } from '../addresses.ts'
import { useReader } from '../reader.ts'
import { Headings } from './headings.tsx'
import { Gained, Moved } from './movement.tsx'
import { Name } from './name.tsx'

interface ChangedOrganizationsProps {
  readonly path: string
  readonly organizations: readonly ChangedOrganization[]
}

/** The organisations that rose, fell, or won and lost followers or datasets. */
export function ChangedOrganizations({ path, organizations }: ChangedOrganizationsProps) {
  const { words, href } = useReader()
  return (
    <section>
      <h2>{words.organizations}</h2>
      <table>
        <Headings
          columns={[
            words.organization,
            { number: words.rank },
            { number: words.followers },
            { number: words.datasets },
          ]}
        />
        <tbody>
          {organizations.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <a href={href(historyPath(path, one.id))}>
                  <Name>{one.name}</Name>
                </a>
              </th>
              <td class="number">
                <Ranks {...one} />
              </td>
              <td class="number">
                <Figures now={one.followers} before={one.followers_before} />
              </td>
              <td class="number">
                <Figures now={one.datasets} before={one.datasets_before} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Ranks({ rank, rank_before }: ChangedOrganization) {
  const { words, count } = useReader()
  if (rank === null) return <small>{words.fellOut}</small>
  return (
    <>
      {rank_before === null ? <span class="badge">{words.fresh}</span> : <Moved by={rank_before - rank} />}{' '}
      {count(rank)}
    </>
  )
}

function Figures({ now, before }: { readonly now: number | null; readonly before: number | null }) {
  const { count } = useReader()
  if (now === null) return null
  return (
    <>
      {count(now)} {before !== null && <Gained by={now - before} />}
    </>
  )
}
