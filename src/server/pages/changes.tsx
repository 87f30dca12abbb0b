import type { Changes } from '../../editions/changes.ts'
import { datasetPage } from '../../editions/links.ts'
import { entryGroups, exitGroups, stayedGroups } from './changeReasons.ts'
import { useLocale } from './locale.ts'
import { CountCell } from './parts/change.tsx'
import { ChangedOrganizations } from './parts/changedOrganizations.tsx'
import { ChangeFigures, ChangeGroups } from './parts/changeGroups.tsx'
import { EditionHeader, type EditionPageProps, topicOf } from './parts/editionHeader.tsx'
import { HiddenInputs } from './parts/hiddenInputs.tsx'
import { type Frame, Page } from './parts/layout.tsx'
import { OnlyListed } from './parts/onlyListed.tsx'
import { PortalText } from './parts/portalText.tsx'
import { TableHead } from './parts/tableHead.tsx'
import { editionPath } from './paths.ts'
import { ViewLinks } from './tops/viewLinks.tsx'
import { explainTextsIn } from './translations/explainTexts.ts'

export interface ChangesPageProps extends EditionPageProps {
  /** Changes since the edition before, or since the requested one; undefined for the first edition. */
  readonly changes: Changes | undefined
}

/** Shows what entered, left and moved since an earlier edition, and why. */
export function ChangesPage(props: ChangesPageProps) {
  const { frame, edition, changes } = props
  const { texts, day, longDay, language } = frame.locale
  const lede =
    changes === undefined ? texts.firstEdition : texts.sinceEdition(topicOf(edition, frame), longDay(changes.from))
  return (
    <Page
      frame={frame}
      section="changes"
      title={`${texts.changes}, ${topicOf(edition, frame)}, ${day(edition.date)}`}
      hasJson
    >
      <EditionHeader {...props} part="/changes" title={texts.changes} lede={lede} />
      {edition.datasets.length === 0 && edition.archive.records > 0 && (
        <>
          <p>{explainTextsIn(language).changesOfTops}</p>
          <OnlyListed edition={edition} />
        </>
      )}
      {changes !== undefined && <ChangeSections {...props} changes={changes} />}
    </Page>
  )
}

function ChangeSections({ frame, edition, dates, changes }: ChangesPageProps & { readonly changes: Changes }) {
  const { texts, count } = frame.locale
  const { entered, left, organizations, followers } = changes
  const path = editionPath(edition)
  const common = { path, portal: frame.portal }
  const names = new Map(edition.organizations.map(({ id, name }) => [id, name]))
  const [enteredGroups, leftGroups] = [entryGroups(changes, frame.locale), exitGroups(changes, frame.locale)]
  const others = stayedGroups(changes, names, frame.locale)
  return (
    <>
      <EarlierPicker path={path} dates={dates.slice(dates.indexOf(edition.date) + 1)} chosen={changes.from} />
      <ChangeFigures groups={[...enteredGroups, ...leftGroups, ...others]} />
      {entered.length > 0 && (
        <ChangeGroups
          {...common}
          id="entered"
          title={texts.entered(entered.length, count(entered.length))}
          groups={enteredGroups}
        />
      )}
      {left.length > 0 && (
        <ChangeGroups {...common} id="left" title={texts.left(left.length, count(left.length))} groups={leftGroups} />
      )}
      {others.length > 0 && <ChangeGroups {...common} id="others" title={texts.otherChanges} groups={others} />}
      {organizations.length > 0 && <ChangedOrganizations path={path} organizations={organizations} />}
      {followers.length > 0 && <ChangedFollowers portal={frame.portal} followers={followers} />}
      <ViewLinks site={frame.site} path={`${path}/changes`} csv={`${path}/changes.csv`} query={frame.query} />
    </>
  )
}

function ChangedFollowers({ portal, followers }: Pick<Frame, 'portal'> & Pick<Changes, 'followers'>) {
  const { texts } = useLocale()
  return (
    <section>
      <h2>{texts.followersChanged}</h2>
      <table>
        <TableHead columns={[texts.dataset, { number: texts.followers }]} />
        <tbody>
          {followers.map((dataset) => (
            <tr key={dataset.dataset_id}>
              <th scope="row">
                <a class="out" href={datasetPage(portal, dataset.dataset_id)}>
                  <PortalText>{dataset.dataset_title}</PortalText>
                </a>
              </th>
              <CountCell now={dataset.dataset_followers} before={dataset.dataset_followers_before} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface EarlierPickerProps {
  readonly path: string
  /** The dates of the editions before this one, latest first. */
  readonly dates: readonly string[]
  readonly chosen: string
}

/** Chooses another earlier edition to compare with. */
function EarlierPicker({ path, dates, chosen }: EarlierPickerProps) {
  const { texts, day, langQuery } = useLocale()
  if (dates.length < 2) return null
  return (
    <form class="picker" action={`${path}/changes`}>
      <label>
        {texts.compareWith}{' '}
        <select name="since">
          {dates.map((date) => (
            <option key={date} value={date} selected={date === chosen}>
              {day(date)}
            </option>
          ))}
        </select>
      </label>
      <HiddenInputs values={langQuery} />
      <button type="submit">{texts.go}</button>
    </form>
  )
}
