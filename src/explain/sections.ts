import { type ChangedOrganization, type Changes, ENTRY_REASONS, EXIT_REASONS, gained } from '../editions/changes.ts'
import type { TopDataset } from '../editions/edition.ts'
import { datasetPage, organizationPage } from '../editions/links.ts'
import { count, counted, signed } from '../terminal/format.ts'
import type { Cell, Column } from '../terminal/table.ts'

/** A part of the changes as a table; terminal, Markdown and feed each draw it their way. */
export interface Section {
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
}

const UNKNOWN = 'not known'
const DATASET: Column = { title: 'dataset', share: 3 }
const ORGANIZATION: Column = { title: 'organisation', share: 2 }
const FOLLOWERS: Column = { title: 'followers', align: 'right' }
const WHY: Column = { title: 'why' }
const GAINED: Column = { title: '±', align: 'right' }

/** `2023-08-02 to 2023-08-09: 4 datasets entered, 3 left` */
export function headline({ from, to, entered, left }: Changes): string {
  return `${from} to ${to}: ${counted(entered.length, 'dataset')} entered, ${count(left.length)} left`
}

/** The changes in tables, without those that would be empty. */
export function sectionsOf(changes: Changes, portal: string): Section[] {
  const { entered, left, moved, followers, organizations } = changes
  const dataset = ({ dataset_id, dataset_title }: TopDataset) => ({
    text: dataset_title,
    href: datasetPage(portal, dataset_id),
  })
  const organization = (id: string, name: string) => ({ text: name, href: organizationPage(portal, id) })
  const itsOrganization = (one: TopDataset) => organization(one.organization_id, one.organization)
  const sections: Section[] = [
    {
      title: `${counted(entered.length, 'dataset')} entered`,
      columns: [DATASET, ORGANIZATION, FOLLOWERS, WHY],
      rows: entered.map((one) => [
        dataset(one),
        itsOrganization(one),
        count(one.dataset_followers),
        one.reason === null ? UNKNOWN : ENTRY_REASONS[one.reason],
      ]),
    },
    {
      title: `${counted(left.length, 'dataset')} left`,
      columns: [DATASET, ORGANIZATION, FOLLOWERS, WHY],
      rows: left.map((one) => [
        dataset(one),
        itsOrganization(one),
        count(one.dataset_followers),
        one.reason === null ? UNKNOWN : EXIT_REASONS[one.reason],
      ]),
    },
    {
      title: `${counted(moved.length, 'dataset')} moved to another organisation of the TOP`,
      columns: [DATASET, ORGANIZATION, { title: 'from' }],
      rows: moved.map((one) => [dataset(one), itsOrganization(one), one.moved_from]),
    },
    {
      title: `${counted(followers.length, 'dataset')} gained or lost followers`,
      columns: [DATASET, ORGANIZATION, FOLLOWERS, GAINED],
      rows: followers.map((one) => [
        dataset(one),
        itsOrganization(one),
        count(one.dataset_followers),
        signed(gained(one)),
      ]),
    },
    {
      title: `${counted(organizations.length, 'organisation')} changed`,
      columns: [
        { title: 'rank', align: 'right' },
        { title: 'was', align: 'right' },
        { ...ORGANIZATION, share: 1 },
        FOLLOWERS,
        GAINED,
        { title: 'datasets', align: 'right' },
        GAINED,
      ],
      rows: organizations.map((one) => [
        figure(one.rank),
        figure(one.rank_before),
        organization(one.id, one.name),
        figure(one.followers),
        difference(one, 'followers'),
        figure(one.datasets),
        difference(one, 'datasets'),
      ]),
    },
  ]
  return sections.filter(({ rows }) => rows.length > 0)
}

/** A figure, or a dash where the organisation was not among the TOP. */
const figure = (number: number | null) => (number === null ? '–' : count(number))

function difference(one: ChangedOrganization, what: 'followers' | 'datasets'): string {
  const [after, before] = [one[what], one[`${what}_before`]]
  return after === null || before === null || after === before ? '' : signed(after - before)
}
