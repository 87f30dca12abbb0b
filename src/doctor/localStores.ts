import { existsSync } from 'node:fs'
import { rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Config } from '../config/settings.ts'

/**
 * Finds the stores of this machine that do not exist yet, and the folders that the checks may create, innermost first. Call it before the
 * checks write: `doctor` tries the stores out and leaves nothing behind.
 */
export function findLocalStores({ archive, documents }: Pick<Config, 'archive' | 'documents'>) {
  const folder = pathIn(archive, 'file:')
  const database = pathIn(documents, 'sqlite:')
  const isArchiveNew = folder !== undefined && !existsSync(folder)
  const isDatabaseNew = database !== undefined && !existsSync(database)
  const missing = [
    ...(isArchiveNew ? missingFrom(join(folder, 'doctor')) : []),
    ...(isDatabaseNew ? missingFrom(dirname(database)) : []),
  ]
  return { isArchiveNew, isDatabaseNew, missingFolders: [...new Set(missing)].sort((a, b) => b.length - a.length) }
}

function pathIn(address: string, scheme: string): string | undefined {
  return address.startsWith(scheme) ? resolve(address.slice(scheme.length)) : undefined
}

/** Lists a folder and its parents, up to the first that exists. */
function missingFrom(path: string): string[] {
  return existsSync(path) ? [] : [path, ...missingFrom(dirname(path))]
}

/** Removes folders that are empty. One that a run has filled meanwhile stays. */
export async function removeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await rmdir(folder).catch(() => {})
}
