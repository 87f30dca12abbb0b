import { createHash } from 'node:crypto'
import { text } from 'node:stream/consumers'
import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import type { FoundNames } from '../csv/columns.ts'
import type { ArchiveFacts, Snapshot } from '../editions/edition.ts'
import { descriptionKey, editionKey } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import { describedNames, describedRules, descriptionMismatch } from './description.ts'
import { PROJECTED_COLUMNS, TopDatasets } from './project.ts'
import type { Organization, Ranking } from './rank.ts'
import { type Reader, readCsv, readOptions } from './read.ts'
import type { RunRequest } from './request.ts'
import { findSnapshot } from './snapshot.ts'

/** The archived CSV of a watch, and its datasets of the top organizations. */
export interface ArchivedCsv {
  readonly watch: Watch
  readonly csv: ArchiveFacts
  readonly tops: TopDatasets | undefined
}

/**
 * Reads the archived CSV of each watch.
 *
 * @throws Failure `usage` if a description names another snapshot or other watch settings
 */
export async function readArchivedCsvs(
  { watches, date }: RunRequest,
  snapshot: Snapshot,
  ranking: Ranking,
  context: Context,
): Promise<ArchivedCsv[]> {
  const csvs: ArchivedCsv[] = []
  for (const watch of watches) {
    const key = editionKey(watch.name, date)
    const description = await readDescription(watch, date, context)
    const { columns } = snapshot.datasets
    const archived = await readArchivedCsv(key, ranking.top(watch.top), context, columns).catch(async (error) => {
      const isDamaged =
        error instanceof Failure && error.kind === 'contract' && !(await isDescribed(key, description, context))
      throw isDamaged ? unusableCsv(watch, date, 'it is damaged', context) : error
    })
    const mismatch = descriptionMismatch(description, watch, archived.csv, snapshot, context.config.columns.datasets)
    if (mismatch !== undefined) throw unusableCsv(watch, date, `it ${mismatch}`, context)
    csvs.push({ watch, ...archived })
  }
  return csvs
}

async function readDescription(watch: Watch, date: string, context: Context): Promise<string> {
  const { archive } = context
  const [csv, description] = [editionKey(watch.name, date), descriptionKey(watch.name, date)]
  if ((await archive.stat(csv)) === undefined) {
    const what = `there is no ${csv} in ${archive.address}`
    throw new Failure('usage', `${what}. Run "archive --date ${date} --watch ${watch.name}" first`)
  }
  if ((await archive.stat(description)) === undefined)
    throw unusableCsv(watch, date, `its description ${description} is missing`, context)
  return text(archive.read(description))
}

async function isDescribed(key: string, description: string, { archive }: Context): Promise<boolean> {
  const hash = createHash('sha256')
  for await (const chunk of archive.read(key)) hash.update(chunk)
  return description.includes(hash.digest('hex'))
}

function unusableCsv({ name }: Watch, date: string, why: string, { archive }: Context): Failure {
  const what = `cannot publish ${editionKey(name, date)} in ${archive.address}: ${why}`
  return new Failure('usage', `${what}. Run "archive --date ${date} --watch ${name}" again`)
}

/**
 * Returns the column names of an archived CSV from its description, which outlives the snapshot. Version 0.1 wrote no
 * description, so its names come from the snapshot.
 */
export async function archivedNames(watch: string, date: string, context: Context): Promise<FoundNames | undefined> {
  if ((await context.archive.stat(descriptionKey(watch, date))) === undefined)
    return (await findSnapshot(date, context))?.datasets.columns
  const description = await readSoundDescription(watch, date, context)
  return description === undefined ? undefined : describedNames(description)
}

/** Returns the columns and the way of matching with which a CSV was made, as far as its description has them. */
export async function archivedRules(
  watch: string,
  date: string,
  context: Context,
): Promise<ReturnType<typeof describedRules>> {
  if ((await context.archive.stat(descriptionKey(watch, date))) === undefined) return {}
  return describedRules((await readSoundDescription(watch, date, context)) ?? '')
}

async function readSoundDescription(watch: string, date: string, { archive }: Context): Promise<string | undefined> {
  try {
    return await text(archive.read(descriptionKey(watch, date)))
  } catch (error) {
    // If it is damaged, use the configured names. If the store is down, the next read fails.
    if (error instanceof Failure) return undefined
    throw error
  }
}

/** Reads an archived CSV. Returns its facts, and its datasets of some organizations. */
export async function readArchivedCsv(
  key: string,
  top: readonly Organization[],
  { archive, config }: Context,
  names?: FoundNames | undefined,
) {
  const tops = new TopDatasets(top)
  const slots = PROJECTED_COLUMNS.map((_, slot) => slot)
  const reader: Reader = {
    columns: PROJECTED_COLUMNS,
    take: (batch) => {
      for (let record = 0; record < batch.count; record++) tops.take(batch, record, slots)
    },
  }
  const { sha256, bytes, records } = await readCsv(
    archive.read(key),
    key,
    reader,
    readOptions('datasets', config, names),
  )
  return { csv: { key, sha256, bytes, records }, tops }
}
