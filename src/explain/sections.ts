import {
  type ChangedOrganization,
  type Changes,
  ENTRY_REASONS,
  EXIT_REASONS,
  followersGained,
} from '../editions/changes.ts'
import type { TopDataset } from '../editions/edition.ts'
import { datasetPage, organizationPage } from '../editions/links.ts'
import type { Cell, Column } from '../terminal/table.ts'
import { formatCount, formatSigned, pluralize } from '../text/format.ts'

/** A part of the changes as a table. Terminal, Markdown and feed each format it. */
export interface Section {
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
}

const UNKNOWN = 'unknown'
const DATASET: Column = { title: 'dataset', share: 3 }
const ORGANIZATION: Column = { title: 'organization', share: 2 }
const FOLLOWERS: Column = { title: 'followers', align: 'right' }
const WHY: Column = { title: 'why' }
const GAINED: Column = { title: '±', align: 'right' }

/** `2023-08-02 to 2023-08-09: 4 datasets entered, 3 left` */
export function headline({ from, to, entered, left }: Changes): string {
  return `${from} to ${to}: ${pluralize(entered.length, 'dataset')} entered, ${formatCount(left.length)} left`
}

/** Arranges changes in tables. Empty tables are left out. */
export function sectionsOf(changes: Changes, portal: string): Section[] {
  const link: Links = {
    dataset: ({ dataset_id, dataset_title }) => ({ text: dataset_title, href: datasetPage(portal, dataset_id) }),
    organization: (id, name) => ({ text: name, href: organizationPage(portal, id) }),
  }
  const { entered, left, moved, followers, organizations } = changes
  const sections = [
    arrivals(`${pluralize(entered.length, 'dataset')} entered`, entered, ENTRY_REASONS, link),
    arrivals(`${pluralize(left.length, 'dataset')} left`, left, EXIT_REASONS, link),
    moves(moved, link),
    followerChanges(followers, link),
    organizationChanges(organizations, link),
  ]
  return sections.filter(({ rows }) => rows.length > 0)
}

interface Links {
  dataset(dataset: TopDataset): Cell
  organization(id: string, name: string): Cell
}

const cellsOf = (one: TopDataset, link: Links) => [
  link.dataset(one),
  link.organization(one.organization_id, one.organization),
]

function arrivals<Reason extends string>(
  title: string,
  datasets: readonly (TopDataset & { readonly reason: Reason | null })[],
  reasons: Readonly<Record<Reason, string>>,
  link: Links,
): Section {
  const rows = datasets.map((one) => [
    ...cellsOf(one, link),
    formatCount(one.dataset_followers),
    one.reason === null ? UNKNOWN : reasons[one.reason],
  ])
  return { title, columns: [DATASET, ORGANIZATION, FOLLOWERS, WHY], rows }
}

function moves(moved: Changes['moved'], link: Links): Section {
  return {
    title: `${pluralize(moved.length, 'dataset')} moved to another organization of the TOP`,
    columns: [DATASET, ORGANIZATION, { title: 'from' }],
    rows: moved.map((one) => [...cellsOf(one, link), one.moved_from]),
  }
}

function followerChanges(followers: Changes['followers'], link: Links): Section {
  return {
    title: `${pluralize(followers.length, 'dataset')} gained or lost followers`,
    columns: [DATASET, ORGANIZATION, FOLLOWERS, GAINED],
    rows: followers.map((one) => [
      ...cellsOf(one, link),
      formatCount(one.dataset_followers),
      formatSigned(followersGained(one)),
    ]),
  }
}

function organizationChanges(organizations: Changes['organizations'], link: Links): Section {
  return {
    title: `${pluralize(organizations.length, 'organization')} changed`,
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
      link.organization(one.id, one.name),
      figure(one.followers),
      difference(one, 'followers'),
      figure(one.datasets),
      difference(one, 'datasets'),
    ]),
  }
}

/** Formats a figure; a dash for an organization that was not among the TOP. */
const figure = (number: number | null) => (number === null ? '–' : formatCount(number))

function difference(one: ChangedOrganization, what: 'followers' | 'datasets'): string {
  const [after, before] = [one[what], one[`${what}_before`]]
  return after === null || before === null || after === before ? '' : formatSigned(after - before)
}
