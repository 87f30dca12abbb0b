import type { ComponentChildren } from 'preact'
import { type ChangedOrganization, type Changes, gained } from '../../editions/changes.ts'
import type { TopDataset } from '../../editions/edition.ts'
import { Head, type HeadFacts } from './edition.tsx'
import { editionPath, Page } from './layout.tsx'
import { Name, visible } from './name.tsx'
import { Gained, Moved } from './organizations.tsx'
import { useReader } from './reader.ts'

export interface ChangesFacts extends HeadFacts {
  /** Since the edition before, or the one that was asked for; undefined for the first edition. */
  readonly changes: Changes | undefined
}

/** What entered, left and moved since an earlier edition, and why. */
export function ChangesPage(facts: ChangesFacts) {
  const { frame, edition, changes } = facts
  const { words, day, longDay } = frame.reader
  const lede = changes === undefined ? words.firstEdition : words.sinceEdition(longDay(changes.from))
  return (
    <Page frame={frame} section="changes" title={`${words.changes}, ${day(edition.date)}`}>
      <Head {...facts} part="/changes" title={words.changes} lede={lede} />
      {changes !== undefined && <Since {...facts} changes={changes} />}
    </Page>
  )
}

function Since({ frame, edition, dates, changes }: ChangesFacts & { readonly changes: Changes }) {
  const { words, count } = frame.reader
  const { entered, left, moved, organizations, followers } = changes
  const path = editionPath(edition)
  const here = { path, portal: frame.portal }
  const names = new Map(edition.organizations.map(({ id, name }) => [id, name]))
  return (
    <>
      <Earlier path={path} dates={dates.slice(dates.indexOf(edition.date) + 1)} chosen={changes.from} />
      <Part
        title={words.entered(entered.length, count(entered.length))}
        empty={entered.length === 0 && words.noneEntered}
      >
        {entered.map((dataset) => (
          <Dataset key={dataset.dataset_id} {...here} dataset={dataset}>
            {dataset.reason && words.entryReasons[dataset.reason]}
          </Dataset>
        ))}
      </Part>
      <Part title={words.left(left.length, count(left.length))} empty={left.length === 0 && words.noneLeft}>
        {left.map((dataset) => (
          <Dataset key={dataset.dataset_id} {...here} dataset={dataset}>
            {dataset.reason && words.exitReasons[dataset.reason]}
          </Dataset>
        ))}
      </Part>
      {moved.length > 0 && (
        <Part title={words.movedElsewhere(moved.length, count(moved.length))} empty={false}>
          {moved.map((dataset) => (
            <Dataset key={dataset.dataset_id} {...here} dataset={dataset}>
              {words.movedFrom(visible(names.get(dataset.moved_from) ?? dataset.moved_from))}
            </Dataset>
          ))}
        </Part>
      )}
      {organizations.length > 0 && <Organizations path={path} organizations={organizations} />}
      {followers.length > 0 && (
        <section>
          <h2>{words.followersChanged}</h2>
          <table>
            <thead>
              <tr>
                <th scope="col">{words.dataset}</th>
                <th scope="col" class="number">
                  {words.followers}
                </th>
              </tr>
            </thead>
            <tbody>
              {followers.map((dataset) => (
                <tr key={dataset.dataset_id}>
                  <th scope="row">
                    <a class="out" href={`${frame.portal}/datasets/${encodeURIComponent(dataset.dataset_id)}/`}>
                      <Name>{dataset.dataset_title}</Name>
                    </a>
                  </th>
                  <td class="number">
                    {count(dataset.dataset_followers)} <Gained by={gained(dataset)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  )
}

interface EarlierProps {
  readonly path: string
  /** The dates of the editions before this one, latest first. */
  readonly dates: readonly string[]
  readonly chosen: string
}

/** Compares with another earlier edition. */
function Earlier({ path, dates, chosen }: EarlierProps) {
  const { words, day, chosen: language } = useReader()
  if (dates.length < 2) return null
  return (
    <form class="picker" action={`${path}/changes`}>
      <label>
        {words.compareWith}{' '}
        <select name="since">
          {dates.map((date) => (
            <option key={date} value={date} selected={date === chosen}>
              {day(date)}
            </option>
          ))}
        </select>
      </label>
      {Object.entries(language).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <button type="submit">{words.go}</button>
    </form>
  )
}

interface PartProps {
  readonly title: string
  /** What to say when there is nothing to list. */
  readonly empty: string | false
  readonly children: ComponentChildren
}

function Part({ title, empty, children }: PartProps) {
  return (
    <section>
      <h2>{title}</h2>
      {empty === false ? <ul class="datasets">{children}</ul> : <p>{empty}</p>}
    </section>
  )
}

interface DatasetProps {
  readonly portal: string
  /** The edition to ask why it is, or is not, there. */
  readonly path: string
  readonly dataset: TopDataset
  readonly children?: ComponentChildren
}

/** A dataset that came, went or moved, and why. */
export function Dataset({ portal, path, dataset, children }: DatasetProps) {
  const { words, href } = useReader()
  const { dataset_id, dataset_title, organization } = dataset
  return (
    <li>
      <a class="out" href={`${portal}/datasets/${encodeURIComponent(dataset_id)}/`}>
        <Name>{dataset_title}</Name>
      </a>
      <a class="why" href={href(`${path}/datasets/${encodeURIComponent(dataset_id)}`)}>
        {words.why}
        <span class="unseen"> {visible(dataset_title, 100)}</span>
      </a>
      <small>
        <Name>{organization}</Name>
        {children && <> · {children}</>}
      </small>
    </li>
  )
}

interface OrganizationsProps {
  readonly path: string
  readonly organizations: readonly ChangedOrganization[]
}

function Organizations({ path, organizations }: OrganizationsProps) {
  const { words, href } = useReader()
  return (
    <section>
      <h2>{words.organizations}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.organization}</th>
            <th scope="col" class="number">
              {words.rank}
            </th>
            <th scope="col" class="number">
              {words.followers}
            </th>
            <th scope="col" class="number">
              {words.datasets}
            </th>
          </tr>
        </thead>
        <tbody>
          {organizations.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <a href={href(`${path}/organizations/${encodeURIComponent(one.id)}`)}>
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
