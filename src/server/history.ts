import type { RankedOrganization, TopDataset } from '../editions/edition.ts'
import { NotFound, quoted } from '../errors.ts'
import type { Week } from './weeks.ts'

/** An organization in the edition of one date; undefined if it was not ranked. */
export interface OrganizationWeek {
  readonly date: string
  readonly organization: RankedOrganization | undefined
}

/**
 * Returns an organization's place in each week, latest first.
 *
 * @throws NotFound if no edition ranks it
 */
export function organizationHistory(weeks: readonly Week[], watch: string, id: string): readonly OrganizationWeek[] {
  const found = weeks.map(({ date, organizations }) => ({
    date,
    organization: organizations.find((one) => one.id === id),
  }))
  if (found.some(({ organization }) => organization !== undefined)) return found.reverse()
  const remedy = `See /api/editions/${watch}/latest for those that are ranked.`
  throw new NotFound(
    `cannot find organization ${quoted(id)}: no edition of ${watch} ranks an organization with this ID or name. ${remedy}`,
  )
}

/** A dataset in the edition of one date; undefined if it was not in the tops. */
export interface DatasetWeek {
  readonly date: string
  readonly dataset: TopDataset | undefined
  /** Whether it entered or left the tops since the edition before. */
  readonly change: 'entered' | 'left' | undefined
}

/** Returns a dataset's place in each week, oldest first. A dataset of the first edition did not enter with it. */
export function datasetHistory(weeks: readonly Week[], id: string): readonly DatasetWeek[] {
  return weeks.map(({ date, datasets }, index) => {
    const dataset = datasets.get(id)
    const before = weeks[index - 1]?.datasets.get(id)
    const isFirst = index === 0 || (dataset === undefined) === (before === undefined)
    return { date, dataset, change: isFirst ? undefined : dataset === undefined ? 'left' : 'entered' }
  })
}
