import type { TopDataset } from '../../../editions/edition.ts'
import { datasetPage } from '../../../editions/links.ts'
import { parseSearch } from '../../search.ts'
import { idsIn } from '../../selection.ts'
import { useLocale } from '../locale.ts'
import { ExplainLink } from '../parts/explainLink.tsx'
import { PortalText, sanitize } from '../parts/portalText.tsx'
import { historyPath } from '../paths.ts'
import type { LinkTo, TopsProps } from './props.ts'
import { groupRows, isGrouped, type TablePage } from './query.ts'

interface TableProps extends TopsProps {
  readonly page: TablePage
  readonly linkTo: LinkTo
}

/** The table, grouped by organization or as one list. Its column heads sort. */
export function TopsTable(props: TableProps) {
  const { query, page, linkTo } = props
  const { texts } = useLocale()
  const grouped = isGrouped(query)
  const current = query.sort.replace(/^rank,/, '')
  const heading = (title: string, first: string, second: string) => {
    const next = current === first ? second : current === second ? '' : first
    const sort = grouped && next !== '' ? `rank,${next}` : next
    const direction = current.startsWith('-') ? 'descending' : 'ascending'
    return (
      <th
        scope="col"
        class={first === 'dataset_title' ? undefined : 'number'}
        aria-sort={current === first || current === second ? direction : undefined}
      >
        <a {...linkTo({ sort, isList: !grouped })}>{title}</a>
      </th>
    )
  }
  return (
    <table class="tops">
      <caption class="visually-hidden">{texts.tops}</caption>
      <thead>
        <tr>
          {heading(texts.dataset, 'dataset_title', '-dataset_title')}
          {!grouped && (
            <th scope="col" class="wide">
              {texts.organization}
            </th>
          )}
          {heading(texts.followers, '-dataset_followers', 'dataset_followers')}
        </tr>
      </thead>
      {grouped ? (
        groupRows(page.rows).map((group) => <Group key={group[0]!.organization_id} {...props} rows={group} />)
      ) : (
        <tbody>
          <Datasets {...props} rows={page.rows} isFlat />
        </tbody>
      )}
    </table>
  )
}

interface RowsProps extends TableProps {
  readonly rows: readonly TopDataset[]
}

function Group(props: RowsProps) {
  const { settings, data, rows, page, linkTo } = props
  const { texts, count, href } = useLocale()
  const { organization_id: id, organization: name, organization_followers: followers } = rows[0]!
  const ranked = data.organizations.find((one) => one.id === id)
  const folded = page.folded.get(id)
  return (
    <tbody>
      <tr class="group">
        <th scope="rowgroup" colSpan={2}>
          <div>
            <span class="rank">{ranked && count(ranked.rank)}</span>
            <a href={href(historyPath(settings.path, id))}>
              <PortalText>{ranked?.name ?? name}</PortalText>
            </a>
            <small class="facts">
              {texts.followersOf(ranked?.followers ?? followers, count(ranked?.followers ?? followers))}
              {ranked && <> · {texts.datasetsOf(ranked.datasets, count(ranked.datasets))}</>}
            </small>
          </div>
        </th>
      </tr>
      <Datasets {...props} />
      {folded !== undefined && (
        <tr class="more">
          <td colSpan={2}>
            <a {...linkTo({ organization: id })}>
              {texts.andMore(count(folded))}
              <span class="visually-hidden"> {texts.datasetsOfOrganization(sanitize(name, 100), folded)}</span>
            </a>
          </td>
        </tr>
      )}
    </tbody>
  )
}

function Datasets({ settings, query, data, rows, isFlat }: RowsProps & { readonly isFlat?: boolean }) {
  const { texts, count } = useLocale()
  const earlier = data.earlier && idsIn(data.earlier)
  const now = idsIn(data.datasets)
  const words = parseSearch(query.q).wanted
  return rows.map(({ dataset_id: id, dataset_title: title, dataset_followers, organization }) => (
    <tr key={id}>
      <th scope="row">
        <div>
          <span>
            <a class="out" href={datasetPage(settings.portal, id)}>
              <PortalText words={words}>{title}</PortalText>
            </a>
            {earlier?.has(id) === false && <span class="badge">{texts.newBadge}</span>}
            {!now.has(id) && <span class="badge gone">{texts.goneBadge}</span>}
            {isFlat && (
              <small class="narrow">
                <PortalText words={words}>{organization}</PortalText>
              </small>
            )}
          </span>
          <ExplainLink path={settings.path} id={id} title={title} />
        </div>
      </th>
      {isFlat && (
        <td class="wide">
          <PortalText words={words}>{organization}</PortalText>
        </td>
      )}
      <td class="number">{count(dataset_followers)}</td>
    </tr>
  ))
}
