import type { RankedOrganization } from '../../editions/edition.ts'
import { editionPath, historyPath, hostOf } from './addresses.ts'
import { Bar } from './parts/bar.tsx'
import { Head, type HeadFacts, termsOf } from './parts/head.tsx'
import { Headings } from './parts/headings.tsx'
import { Page } from './parts/layout.tsx'
import { Gained, Moved } from './parts/movement.tsx'
import { Name } from './parts/name.tsx'
import { useReader } from './reader.ts'

export interface OrganizationsFacts extends HeadFacts {
  /** The organisations of the edition before, to see who moved. */
  readonly before: readonly RankedOrganization[] | undefined
}

/** The most followed organisations, ranked, with how many of their datasets are in the edition. */
export function OrganizationsPage(facts: OrganizationsFacts) {
  const { frame, edition, before } = facts
  const { words, longDay, count } = frame.reader
  const most = Math.max(...edition.organizations.map(({ followers }) => followers))
  const earlier = new Map(before?.map((one) => [one.id, one]))
  return (
    <Page frame={frame} section="organizations" title={`${words.organizations}, ${longDay(edition.date)}`}>
      <Head
        {...facts}
        part="/organizations"
        title={words.mostFollowed(count(edition.organizations.length))}
        lede={words.aboutOrganizations(hostOf(frame.portal), termsOf(edition, frame))}
      />
      <table class="ranking">
        <Headings
          columns={[
            { number: words.rank },
            words.organization,
            { number: words.followers },
            { number: words.datasets },
          ]}
        />
        <tbody>
          {edition.organizations.map((one) => (
            <Ranked
              key={one.id}
              path={editionPath(edition)}
              organization={one}
              before={before && (earlier.get(one.id) ?? 'absent')}
              most={most}
            />
          ))}
        </tbody>
      </table>
    </Page>
  )
}

interface RankedProps {
  readonly path: string
  readonly organization: RankedOrganization
  readonly before: RankedOrganization | 'absent' | undefined
  readonly most: number
}

function Ranked({ path, organization, before, most }: RankedProps) {
  const reader = useReader()
  const { words, count, href } = reader
  const { id, name, rank, followers, datasets } = organization
  const stayed = before !== undefined && before !== 'absent'
  return (
    <tr>
      <td class="number">
        {count(rank)} {stayed && <Moved by={before.rank - rank} />}
        {before === 'absent' && <span class="badge">{words.fresh}</span>}
      </td>
      <th scope="row">
        <a href={href(historyPath(path, id))}>
          <Name>{name}</Name>
        </a>
        <Bar value={followers} most={most} />
      </th>
      <td class="number">
        {count(followers)} {stayed && <Gained by={followers - before.followers} />}
      </td>
      <td class="number">
        {datasets === 0 ? (
          0
        ) : (
          <a href={href(path, { organization: id })}>
            {count(datasets)}
            <span class="unseen"> {words.datasetsOfOrganization(name)}</span>
          </a>
        )}
      </td>
    </tr>
  )
}
