import type { ChangedOrganization } from '../../../editions/changes.ts'
import { useLocale } from '../locale.ts'
import { historyPath } from '../paths.ts'
import { CountCell, RankChange } from './change.tsx'
import { PortalText, sanitize } from './portalText.tsx'
import { TableHead } from './tableHead.tsx'

interface ChangedOrganizationsProps {
  readonly path: string
  readonly organizations: readonly ChangedOrganization[]
}

/** Whether a change matters: not a shift of one place, nor a few followers. */
const isImportant = ({ rank, rank_before, name, name_before }: ChangedOrganization) =>
  rank === null || rank_before === null || Math.abs(rank - rank_before) > 1 || name !== name_before

/** Lists the organizations that entered or left the TOP, moved several places, or have a new name. The others are folded. */
export function ChangedOrganizations({ path, organizations }: ChangedOrganizationsProps) {
  const { texts, count } = useLocale()
  const important = organizations.filter(isImportant)
  const others = organizations.filter((one) => !isImportant(one))
  return (
    <section id="organizations">
      <h2>{texts.organizations}</h2>
      {important.length > 0 && <OrganizationTable path={path} organizations={important} />}
      {others.length > 0 && (
        <details>
          <summary>{texts.smallChanges(others.length, count(others.length))}</summary>
          <OrganizationTable path={path} organizations={others} />
        </details>
      )}
    </section>
  )
}

function OrganizationTable({ path, organizations }: ChangedOrganizationsProps) {
  const { texts, href } = useLocale()
  return (
    <table>
      <TableHead
        columns={[texts.organization, { number: texts.rank }, { number: texts.followers }, { number: texts.datasets }]}
      />
      <tbody>
        {organizations.map((one) => (
          <tr key={one.id}>
            <th scope="row">
              <a href={href(historyPath(path, one.id))}>
                <PortalText>{one.name}</PortalText>
              </a>
              {one.name_before !== null && one.name_before !== one.name && (
                <small> {texts.nameBefore(sanitize(one.name_before))}</small>
              )}
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
  )
}

function Rank({ rank, rank_before }: ChangedOrganization) {
  const { texts, count } = useLocale()
  if (rank === null) return <small>{texts.leftRanking}</small>
  return (
    <>
      {rank_before === null ? (
        <span class="badge">{texts.newOrganization}</span>
      ) : (
        <RankChange by={rank_before - rank} />
      )}{' '}
      {count(rank)}
    </>
  )
}
