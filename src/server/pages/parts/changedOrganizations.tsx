import type { ChangedOrganization } from '../../../editions/changes.ts'
import { useLocale } from '../locale.ts'
import { historyPath } from '../paths.ts'
import { CountCell, RankChange } from './change.tsx'
import { PortalText } from './portalText.tsx'
import { TableHead } from './tableHead.tsx'

interface ChangedOrganizationsProps {
  readonly path: string
  readonly organizations: readonly ChangedOrganization[]
}

/** Lists the organizations whose rank, followers or number of datasets changed. */
export function ChangedOrganizations({ path, organizations }: ChangedOrganizationsProps) {
  const { texts, href } = useLocale()
  return (
    <section id="organizations">
      <h2>{texts.organizations}</h2>
      <table>
        <TableHead
          columns={[
            texts.organization,
            { number: texts.rank },
            { number: texts.followers },
            { number: texts.datasets },
          ]}
        />
        <tbody>
          {organizations.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <a href={href(historyPath(path, one.id))}>
                  <PortalText>{one.name}</PortalText>
                </a>
              </th>
              <td class="number">
                <Rank {...one} />
              </td>
              <CountCell now={one.followers} before={one.followers_before} />
              <CountCell now={one.datasets} before={one.datasets_before} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Rank({ rank, rank_before }: ChangedOrganization) {
  const { texts, count } = useLocale()
  if (rank === null) return <small>{texts.leftRanking}</small>
  return (
    <>
      {rank_before === null ? <span class="badge">{texts.newBadge}</span> : <RankChange by={rank_before - rank} />}{' '}
      {count(rank)}
    </>
  )
}
