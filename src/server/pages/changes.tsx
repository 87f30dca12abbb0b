import type { ComponentChildren } from 'preact'
import { type Changes, gained } from '../../editions/changes.ts'
import { datasetPage } from '../../editions/links.ts'
import { editionPath } from './addresses.ts'
import { ChangedOrganizations } from './parts/changedOrganizations.tsx'
import { DatasetItem } from './parts/datasetItem.tsx'
import { Head, type HeadFacts } from './parts/head.tsx'
import { Headings } from './parts/headings.tsx'
import { Hidden } from './parts/hidden.tsx'
import { Page } from './parts/layout.tsx'
import { Gained } from './parts/movement.tsx'
import { Name, visible } from './parts/name.tsx'
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
          <DatasetItem key={dataset.dataset_id} {...here} dataset={dataset}>
            {dataset.reason && words.entryReasons[dataset.reason]}
          </DatasetItem>
        ))}
      </Part>
      <Part title={words.left(left.length, count(left.length))} empty={left.length === 0 && words.noneLeft}>
        {left.map((dataset) => (
          <DatasetItem key={dataset.dataset_id} {...here} dataset={dataset}>
            {dataset.reason && words.exitReasons[dataset.reason]}
          </DatasetItem>
        ))}
      </Part>
      {moved.length > 0 && (
        <Part title={words.movedElsewhere(moved.length, count(moved.length))} empty={false}>
          {moved.map((dataset) => (
            <DatasetItem key={dataset.dataset_id} {...here} dataset={dataset}>
              {words.movedFrom(visible(names.get(dataset.moved_from) ?? dataset.moved_from))}
            </DatasetItem>
          ))}
        </Part>
      )}
      {organizations.length > 0 && <ChangedOrganizations path={path} organizations={organizations} />}
      {followers.length > 0 && (
        <section>
          <h2>{words.followersChanged}</h2>
          <table>
            <Headings columns={[words.dataset, { number: words.followers }]} />
            <tbody>
              {followers.map((dataset) => (
                <tr key={dataset.dataset_id}>
                  <th scope="row">
                    <a class="out" href={datasetPage(frame.portal, dataset.dataset_id)}>
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
      <Hidden values={language} />
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
