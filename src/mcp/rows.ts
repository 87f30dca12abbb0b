import type { TopDataset } from '../editions/edition.ts'
import { stripControls } from '../text/stripControls.ts'
import type { DatasetRow } from './outputs.ts'

/** A dataset in a response of the API. Those that entered or left have a reason. */
export type ApiDataset = TopDataset & { readonly reason?: string | null }

/** Longer text from the portal is cut: a title can have thousands of letters. */
const MAX_TEXT = 200

/** Makes text from the portal safe to show: one line, no control characters, not too long. */
export function plain(text: string): string {
  const line = stripControls(text).trim()
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line
}

/** @param portal the address of the portal, for links */
export function datasetRow(dataset: ApiDataset, portal: string): DatasetRow {
  const { dataset_id: id, dataset_title, organization, dataset_followers: followers, reason } = dataset
  return {
    id,
    title: plain(dataset_title),
    organization: plain(organization),
    followers,
    url: `${portal}/datasets/${encodeURIComponent(id)}/`,
    ...(reason && { reason }),
  }
}

/** Writes a dataset as a line. Its title and its organization are quoted, so that nothing in them looks like part of the result. */
export function datasetLine({ title, organization, followers, url, reason }: DatasetRow): string {
  const why = reason === undefined ? '' : `, ${reason}`
  return `- ${JSON.stringify(title)} (${JSON.stringify(organization)}, ${followers} followers${why}) ${url}`
}
