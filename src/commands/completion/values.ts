import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { resolveConfig } from '../../config/config.ts'
import type { Config } from '../../config/settings.ts'
import { isDate } from '../../editions/date.ts'
import { openDocuments } from '../../openContext.ts'

/** A shell waits for the values, so a store that is slow to answer has none. */
const LIMIT_MS = 1_000
const MAX_RUNS = 20

/**
 * Prints the values with which a shell completes a command line, one a line: dates, watches or IDs of runs. On any error it
 * prints nothing.
 *
 * @param words the command line so far; its flags may name other stores
 */
export async function printValues(kind: string, words: readonly string[]): Promise<void> {
  setTimeout(() => process.exit(0), LIMIT_MS).unref()
  process.stdout.write((await listValues(kind, words)).map((value) => `${value}\n`).join(''))
}

async function listValues(kind: string, words: readonly string[]): Promise<readonly string[]> {
  try {
    const { config } = await resolveConfig(storeFlags(words), process.env, flag(words, '--config'))
    if (kind === 'watches') return config.watches.map(({ name }) => name)
    const [command = ''] = words
    return kind === 'runs' ? await valuesOfRuns(words, config) : await valuesOfDates(command, config)
  } catch {
    return []
  }
}

function storeFlags(words: readonly string[]): Record<string, string> {
  const [archive, documents] = [flag(words, '--archive'), flag(words, '--documents')]
  return { ...(archive !== undefined && { archive }), ...(documents !== undefined && { documents }) }
}

function flag(words: readonly string[], name: string): string | undefined {
  const at = words.lastIndexOf(name)
  return at < 0 ? words.findLast((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) : words[at + 1]
}

async function valuesOfRuns(words: readonly string[], config: Config): Promise<readonly string[]> {
  return words.includes('show') ? storedIds(config, 'runs', MAX_RUNS) : ['show']
}

/** Commands that make an edition. They take the date "due", and the others also the dates that have an edition. */
const MAKERS = ['run', 'fetch']

async function valuesOfDates(command: string, config: Config): Promise<readonly string[]> {
  const names = ['today', 'yesterday', ...(MAKERS.includes(command) ? [] : ['latest']), 'due']
  return [...names, ...[...new Set(await storedDates(config).catch(() => []))].sort().reverse()]
}

/** Lists the dates of editions. A local archive has a folder for each, which is read faster than a database is loaded. */
async function storedDates(config: Config): Promise<string[]> {
  const { archive } = config
  const names = archive.startsWith('file:')
    ? await readdir(archive.slice('file:'.length))
    : (await storedIds(config, 'tops')).map((id) => id.slice(id.lastIndexOf('/') + 1))
  return names.filter(isDate)
}

/** Opens no SQLite file that does not exist: that would create it. */
async function storedIds({ documents }: Config, collection: 'tops' | 'runs', limit?: number): Promise<string[]> {
  if (documents.startsWith('sqlite:') && !existsSync(documents.slice('sqlite:'.length))) return []
  const store = await openDocuments(documents)
  try {
    return await store.ids(collection, { descending: true, ...(limit !== undefined && { limit }) })
  } finally {
    await store.close()
  }
}
