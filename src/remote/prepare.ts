import type { PublishTarget } from '../config/publish.ts'
import type { Context } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { datesOf } from '../editions/find.ts'
import { Failure, quoted } from '../errors.ts'
import { formatBytes, joinFirst } from '../text/format.ts'
import { type Dataset, PortalApi } from './api.ts'
import { apiKeyFor } from './apiKey.ts'
import { filesOf } from './files.ts'
import { type WantedResource, wantedResource } from './resources.ts'

/** Licence Ouverte 2.0, the usual license of French administrations. */
const DEFAULT_LICENSE = 'lov2'

/** uData's value for a dataset without a license. */
const NO_LICENSE = 'notspecified'

/** A dataset that the owner of the API key can edit. */
export interface OpenDataset {
  readonly api: PortalApi
  readonly dataset: Dataset
  /** The license that the dataset should have; undefined to leave it alone. */
  readonly license: string | undefined
}

/**
 * Checks the key, the dataset, the rights of the user, whether the portal takes uploads, and the license. Changes nothing.
 *
 * @throws Failure with one line for the first check that fails
 */
export async function openDataset(
  target: PublishTarget,
  context: Pick<Context, 'config' | 'signal' | 'report'>,
): Promise<OpenDataset> {
  const { publish, publish_api_key } = context.config
  const { portal } = target
  const api = await PortalApi.open(portal, apiKeyFor(portal, publish_api_key, publish), context)
  const dataset = await api.dataset(target.dataset)
  const refuse = (why: string) =>
    new Failure('usage', `cannot publish on ${portal}: the dataset ${quoted(dataset.title)} (${dataset.id}) ${why}`)
  if (dataset.deleted) throw refuse('is deleted. Restore it, or name another one in the setting publish.')
  if (dataset.permissions?.edit_resources === false)
    throw refuse(
      'belongs to others: the owner of the API key is not allowed to edit it. Add the user to its organization.',
    )
  await api.checkUpload(dataset.id)
  return { api, dataset, license: await licenseFor(target, dataset, api) }
}

async function licenseFor({ license, portal }: PublishTarget, dataset: Dataset, api: PortalApi) {
  const isChosen = dataset.license !== null && dataset.license !== NO_LICENSE
  const wanted = license ?? (isChosen ? undefined : DEFAULT_LICENSE)
  if (wanted === undefined || wanted === 'none' || wanted === dataset.license) return undefined
  const known = await api.licenses()
  if (known.includes(wanted)) return wanted
  if (license === undefined) return undefined
  const list = known.length === 0 ? 'it lists none' : `it lists ${joinFirst(known, 10)}`
  throw new Failure(
    'usage',
    `cannot publish on ${portal}: it has no license ${quoted(wanted)}; ${list}. Change license in the setting publish.`,
  )
}

/**
 * Creates the files of editions, and describes their resources in the order in which the dataset shows them. Only the latest edition
 * of a watch gets the resources that each edition replaces.
 *
 * @throws Failure `usage` if a file is larger than the target accepts
 */
export async function wantedResources(
  target: PublishTarget,
  editions: readonly Edition[],
  context: Context,
): Promise<readonly WantedResource[]> {
  const { config, documents } = context
  const wording = { language: target.language ?? config.language, portal: config.portal, schemas: target.schemas }
  const current: WantedResource[] = []
  const weekly: WantedResource[] = []
  for (const edition of editions) {
    const isLast = (await datesOf(documents, edition.watch))[0] === edition.date
    if (!isLast && !target.weekly) continue
    for (const file of await filesOf(edition, target.files, context)) {
      if (isLast) current.push(wantedResource(edition, file, false, wording))
      if (target.weekly) weekly.push(wantedResource(edition, file, true, wording))
    }
  }
  const wanted = [...current, ...weekly]
  const tooLarge = wanted.find(({ file }) => file.bytes > target.max_size)
  if (tooLarge === undefined) return wanted
  const { fileName, file } = tooLarge
  const what = `${fileName} has ${formatBytes(file.bytes)}, more than max_size (${formatBytes(target.max_size)})`
  throw new Failure(
    'usage',
    `cannot publish on ${target.portal}: ${what}. Change max_size, files or the watch in the settings.`,
  )
}
