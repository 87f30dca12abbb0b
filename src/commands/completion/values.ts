import { readdir } from 'node:fs/promises'
import { resolveConfig } from '../../config/config.ts'
import type { Config } from '../../config/settings.ts'
import { isDate } from '../../editions/date.ts'
import { openDocuments } from '../../openContext.ts'

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
  if (kind === 'dates') print(dateNames(words[0]))
  print(await readValues(kind, words).catch(() => []))
}

/** Commands that make an edition. They do not take the date "latest". */
const MAKERS = ['run', 'fetch', 'archive', 'publish', 'notify', 'backfill']

function dateNames(command = ''): readonly string[] {
  return ['today', 'yesterday', ...(MAKERS.includes(command) ? [] : ['latest']), 'due']
}

async function readValues(kind: string, words: readonly string[]): Promise<readonly string[]> {
  const { config } = await resolveConfig(storeFlags(words), process.env, flag(words, '--config'))
  if (kind === 'watches') return [...config.watches.map(({ name }) => name), ...(words[0] === 'show' ? ['all'] : [])]
  if (kind === 'dates') return [...new Set(await storedDates(config))].sort().reverse()
  return words.includes('show') ? storedIds(config, 'runs', MAX_RUNS) : ['show']
}

function storeFlags(words: readonly string[]): Record<string, string> {
  const [archive, documents] = [flag(words, '--archive'), flag(words, '--documents')]
  return { ...(archive !== undefined && { archive }), ...(documents !== undefined && { documents }) }
}

function flag(words: readonly string[], name: string): string | undefined {
  const at = words.lastIndexOf(name)
  return at < 0 ? words.findLast((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) : words[at + 1]
}

/** Lists the dates of editions. A local archive has a folder for each, which is read faster than a database is loaded. */
async function storedDates(config: Config): Promise<string[]> {
  const { archive } = config
  const names = archive.startsWith('file:')
    ? await readdir(archive.slice('file:'.length))
    : (await storedIds(config, 'tops')).map((id) => id.slice(id.lastIndexOf('/') + 1))
  return names.filter(isDate)
}

/** Lists stored ids, in descending order. */
async function storedIds({ documents }: Config, collection: 'tops' | 'runs', limit?: number): Promise<string[]> {
  const store = await openDocuments(documents)
  try {
    return await store.ids(collection, { descending: true, ...(limit !== undefined && { limit }) })
  } finally {
    await store.close()
  }
}
