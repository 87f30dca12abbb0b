import { run } from '../../src/pipeline/pipeline.ts'
import type { TestContext } from './context.ts'
import { row, writeTestFile } from './exports.ts'

/** A dataset of a small portal; omitted values are empty. */
interface Entry {
  readonly id: string
  readonly slug?: string
  readonly title?: string
  readonly tags?: string
  readonly description?: string
  readonly organization?: string
  readonly followers?: number
}

export interface Week {
  readonly date: string
  readonly datasets: readonly Entry[]
  readonly organizations: readonly (readonly [id: string, name: string, followers: number])[]
}

/** Runs the pipeline over small exports, week by week. */
export async function publishWeeks(context: TestContext, weeks: readonly Week[]): Promise<void> {
  for (const { date, datasets, organizations } of weeks) {
    const sources = {
      datasets: await writeTestFile(context.folder, `${date}-datasets.csv`, datasetsOf(datasets)),
      organizations: await writeTestFile(context.folder, `${date}-organizations.csv`, organizationsOf(organizations)),
    }
    await run({ date, watches: context.config.watches, sources, refetch: false, acceptIncomplete: false }, context)
  }
}

function datasetsOf(datasets: readonly Entry[]): string {
  const header = row('id', 'slug', 'title', 'organization_id', 'description', 'tags', 'metric.followers')
  const rows = datasets.map(
    ({ id, slug = id, title = id, organization = '', description = '', tags = '', followers = 0 }) =>
      row(id, slug, title, organization, description, tags, followers),
  )
  return header + rows.join('')
}

function organizationsOf(organizations: Week['organizations']): string {
  return row('id', 'name', 'metric.followers') + organizations.map((cells) => row(...cells)).join('')
}

/** Returns settings for the default watch with `top` ranked organizations. */
export const watchWithTop = (top: number) =>
  `watches: [{ name: mobilite-transport, terms: [mobilité, transport], columns: [title, tags, description], top: ${top} }]`
