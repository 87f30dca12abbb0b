import type { RankedOrganization } from '../../editions/edition.ts'
import { useLocale } from './locale.ts'
import { Bar } from './parts/bar.tsx'
import { CountCell, RankChange } from './parts/change.tsx'
import { EditionHeader, type EditionPageProps, termsOf, topicOf } from './parts/editionHeader.tsx'
import { Page } from './parts/layout.tsx'
import { PortalText, sanitize } from './parts/portalText.tsx'
import { TableHead } from './parts/tableHead.tsx'
import { editionPath, historyPath, hostOf } from './paths.ts'

export interface OrganizationsPageProps extends EditionPageProps {
  /** The ranking of the edition before, to show changes. */
  readonly before: readonly RankedOrganization[] | undefined
}

/** Shows the ranking of the most followed organizations. */
export function OrganizationsPage(props: OrganizationsPageProps) {
  const { frame, edition, before } = props
  const { texts, day, count } = frame.locale
  const title = texts.mostFollowed(count(edition.organizations.length))
  const most = Math.max(...edition.organizations.map(({ followers }) => followers))
  const earlier = before && new Map(before.map((one) => [one.id, one]))
  return (
    <Page
      frame={frame}
      section="organizations"
      title={`${title}, ${topicOf(edition, frame)}, ${day(edition.date)}`}
      hasJson
    >
      <EditionHeader
        {...props}
        part="/organizations"
        title={title}
        lede={texts.aboutOrganizations(hostOf(frame.portal), termsOf(edition, frame))}
      />
      <table class="ranking">
        <TableHead
          columns={[
            { number: texts.rank },
            texts.organization,
            { number: texts.followers },
            { number: texts.datasets },
          ]}
        />
        <tbody>
          {edition.organizations.map((one) => (
            <RankingRow
              key={one.id}
              path={editionPath(edition)}
              organization={one}
              before={earlier?.get(one.id)}
              isNew={earlier?.has(one.id) === false}
              most={most}
            />
          ))}
        </tbody>
      </table>
    </Page>
  )
}

interface RankingRowProps {
  readonly path: string
  readonly organization: RankedOrganization
  /** The organization in the edition before, if that ranks it. */
  readonly before: RankedOrganization | undefined
  /** Whether there is an edition before and it does not rank the organization. */
  readonly isNew: boolean
  readonly most: number
}

function RankingRow({ path, organization, before, isNew, most }: RankingRowProps) {
  const { texts, count, href } = useLocale()
  const { id, name, rank, followers, datasets } = organization
  return (
    <tr>
      <td class="number">
        {count(rank)} {before && <RankChange by={before.rank - rank} />}
        {isNew && <span class="badge">{texts.newOrganization}</span>}
      </td>
      <th scope="row">
        <a href={href(historyPath(path, id))}>
          <PortalText>{name}</PortalText>
        </a>
        <Bar value={followers} most={most} />
      </th>
      <CountCell now={followers} before={before?.followers} />
      <td class="number">
        {datasets === 0 ? (
          0
        ) : (
          <a href={href(path, { organization: id })}>
            {count(datasets)}
            <span class="visually-hidden"> {texts.datasetsOfOrganization(sanitize(name, 100), datasets)}</span>
          </a>
        )}
      </td>
    </tr>
  )
}
