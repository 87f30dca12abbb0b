import type { RankedOrganization } from '../../editions/edition.ts'
import { organizationPage } from '../../editions/links.ts'
import { editionPath, hostOf } from './addresses.ts'
import { Crumbs } from './parts/crumbs.tsx'
import { type HeadFacts, termsOf } from './parts/head.tsx'
import { Headings } from './parts/headings.tsx'
import { Page } from './parts/layout.tsx'
import { Gained, Moved } from './parts/movement.tsx'
import { Name, visible } from './parts/name.tsx'
import { Trend } from './parts/trend.tsx'

export interface HistoryFacts extends Pick<HeadFacts, 'frame' | 'edition'> {
  readonly id: string
  /** What each edition says of the organisation, latest first; undefined where it was not among the most followed. */
  readonly weeks: readonly Week[]
}

interface Week {
  readonly date: string
  readonly organization: RankedOrganization | undefined
}

/** An organisation over the weeks: rank, followers, datasets in the tops. */
export function HistoryPage({ frame, edition, id, weeks }: HistoryFacts) {
  const { words, count, shortDay, href } = frame.reader
  const { name } = weeks.find(({ organization }) => organization !== undefined)!.organization!
  const path = editionPath(edition)
  const oldestFirst = [...weeks].reverse()
  const series = (of: (organization: RankedOrganization) => number) =>
    oldestFirst.map(({ date, organization }) => ({ date, value: organization && of(organization) }))
  return (
    <Page frame={frame} section="organizations" title={visible(name)}>
      <Crumbs frame={frame} links={[[words.organizations, href(`${path}/organizations`)]]} />
      <h1>
        <Name>{name}</Name>
      </h1>
      <p class="lede">{words.overWeeks(weeks.length, count(weeks.length), termsOf(edition, frame))}</p>
      <p class="links">
        <a href={href(path, { organization: id })}>{words.itsDatasets}</a>{' '}
        <a class="out" href={organizationPage(frame.portal, id)}>
          {words.onPortal(hostOf(frame.portal))}
        </a>
      </p>
      <div class="trends">
        <Trend title={words.rank} points={series(({ rank }) => rank)} rank />
        <Trend title={words.followers} points={series(({ followers }) => followers)} />
        <Trend title={words.datasets} points={series(({ datasets }) => datasets)} />
      </div>
      <table>
        <caption class="unseen">{words.weekByWeek}</caption>
        <Headings
          columns={[words.editions, { number: words.rank }, { number: words.followers }, { number: words.datasets }]}
        />
        <tbody>
          {weeks.map(({ date, organization }, index) => {
            const before = weeks[index + 1]?.organization
            return (
              <tr key={date}>
                <th scope="row">
                  <a href={href(editionPath({ ...edition, date }), { organization: id })}>
                    <time dateTime={date}>{shortDay(date)}</time>
                  </a>
                </th>
                {organization === undefined ? (
                  <td colSpan={3} class="number">
                    {words.notAmong(count(edition.top))}
                  </td>
                ) : (
                  <>
                    <td class="number">
                      {count(organization.rank)} {before && <Moved by={before.rank - organization.rank} />}
                    </td>
                    <td class="number">
                      {count(organization.followers)}{' '}
                      {before && <Gained by={organization.followers - before.followers} />}
                    </td>
                    <td class="number">
                      {count(organization.datasets)} {before && <Gained by={organization.datasets - before.datasets} />}
                    </td>
                  </>
                )}
              </tr>
            )
          })}
        </tbody>
      </table>
    </Page>
  )
}
