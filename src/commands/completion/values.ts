import { readdir } from 'node:fs/promises'
import { resolveConfig } from '../../config/config.ts'
import type { Config } from '../../config/settings.ts'
import { ALL_WATCHES } from '../../config/watch.ts'
import { isDate } from '../../editions/date.ts'
import { openDocuments } from '../../openContext.ts'
import { flagValue } from '../../terminal/flagValue.ts'
import { DATE_NAMES, DATE_NAMES_TO_MAKE } from '../options.ts'

/** Time limit. The shell waits, so the values of a slow store are left out. */
const LIMIT_MS = 1_000
const MAX_RUNS = 20

/**
 * Prints the values that a shell offers for completion, one per line: dates, watches or run IDs. After an error it prints no
 * more than the names of dates.
 *
 * @param words the command line so far; its flags may name other stores
 */
export async function printValues(kind: string, words: readonly string[]): Promise<void> {
  const print = (values: readonly string[]) => process.stdout.write(values.map((value) => `${value}\n`).join(''))
  setTimeout(() => process.exit(0), LIMIT_MS).unref()
  if (kind === 'dates') print(DATE_NAMES)
  if (kind === 'datesToMake') print(DATE_NAMES_TO_MAKE)
  print(await readValues(kind, words).catch(() => []))
}

async function readValues(kind: string, words: readonly string[]): Promise<readonly string[]> {
  const stores = { archive: flagValue(words, '--archive'), documents: flagValue(words, '--documents') }
  const { config } = await resolveConfig(stores, process.env, flagValue(words, '--config'))
  if (kind.startsWith('watches'))
    return [...config.watches.map(({ name }) => name), ...(kind === 'watches' ? [ALL_WATCHES] : [])]
  if (kind.startsWith('dates')) return [...new Set(await storedDates(config))].sort().reverse()
  return words.includes('show') ? storedIds(config, 'runs', MAX_RUNS) : ['show']
}

/** Lists the dates of editions. A local archive has a folder for each date. Reading these is faster than loading a database. */
async function storedDates(config: Config): Promise<string[]> {
  const { archive } = config
  const names = archive.startsWith('file:')
    ? await readdir(archive.slice('file:'.length))
    : (await storedIds(config, 'tops')).map((id) => id.slice(id.lastIndexOf('/') + 1))
  return names.filter(isDate)
}

async function storedIds({ documents }: Config, collection: 'tops' | 'runs', limit?: number): Promise<string[]> {
  const store = await openDocuments(documents)
  try {
    return await store.ids(collection, { descending: true, ...(limit !== undefined && { limit }) })
  } finally {
    await store.close()
  }
}
