import type { RankedOrganization } from '../../editions/edition.ts'
import { organizationPage } from '../../editions/links.ts'
import type { OrganizationWeek } from '../history.ts'
import { useLocale } from './locale.ts'
import { Breadcrumbs } from './parts/breadcrumbs.tsx'
import { CountCell, RankChange } from './parts/change.tsx'
import { type EditionPageProps, topicOf } from './parts/editionHeader.tsx'
import { Page } from './parts/layout.tsx'
import { PortalText, sanitize } from './parts/portalText.tsx'
import { TableHead } from './parts/tableHead.tsx'
import { Trend } from './parts/trend.tsx'
import { editionPath, hostOf } from './paths.ts'

export interface HistoryPageProps extends Pick<EditionPageProps, 'frame' | 'edition'> {
  readonly id: string
  /** Latest first. */
  readonly weeks: readonly OrganizationWeek[]
}

/** Shows an organization's rank, followers and datasets over the weeks. */
export function HistoryPage({ frame, edition, id, weeks }: HistoryPageProps) {
  const { texts, count, href, day } = frame.locale
  const { name } = weeks.find(({ organization }) => organization !== undefined)!.organization!
  const path = editionPath(edition)
  const oldestFirst = [...weeks].reverse()
  const series = (of: (organization: RankedOrganization) => number) =>
    oldestFirst.map(({ date, organization }) => ({ date, value: organization && of(organization) }))
  return (
    <Page
      frame={frame}
      section="organizations"
      title={`${sanitize(name)}, ${topicOf(edition, frame)}, ${day(edition.date)}`}
      hasJson
    >
      <Breadcrumbs frame={frame} links={[[texts.organizations, href(`${path}/organizations`)]]} />
      <h1>
        <PortalText>{name}</PortalText>
      </h1>
      <p class="lede">{texts.overWeeks(weeks.length, count(weeks.length), topicOf(edition, frame))}</p>
      <p class="links">
        <a href={href(path, { organization: id })}>{texts.itsDatasets}</a>{' '}
        <a class="out" href={organizationPage(frame.portal, id)}>
          {texts.onPortal(hostOf(frame.portal))}
        </a>
      </p>
      <div class="trends">
        <Trend title={texts.rank} points={series(({ rank }) => rank)} smallestOnTop />
        <Trend title={texts.followers} points={series(({ followers }) => followers)} />
        <Trend title={texts.datasets} points={series(({ datasets }) => datasets)} />
      </div>
      <HistoryTable edition={edition} id={id} weeks={weeks} />
    </Page>
  )
}

function HistoryTable({ edition, id, weeks }: Omit<HistoryPageProps, 'frame'>) {
  const { texts, count, shortDay, href } = useLocale()
  return (
    <table>
      <caption class="visually-hidden">{texts.weekByWeek}</caption>
      <TableHead
        columns={[texts.editionColumn, { number: texts.rank }, { number: texts.followers }, { number: texts.datasets }]}
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
                  {texts.outsideTop(count(edition.top))}
                </td>
              ) : (
                <>
                  <td class="number">
                    {count(organization.rank)} {before && <RankChange by={before.rank - organization.rank} />}
                  </td>
                  <CountCell now={organization.followers} before={before?.followers} />
                  <CountCell now={organization.datasets} before={before?.datasets} />
                </>
              )}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
