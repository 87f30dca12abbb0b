import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Creates a folder and its missing parents. Node's recursive `mkdir` says "no such file" when the file system is read-only,
 * which hides what to do about it.
 *
 * @returns the uppermost folder that was created; undefined when all existed
 */
export async function createFolder(path: string): Promise<string | undefined> {
  const existing = await stat(path).catch((error) => {
    if (error.code !== 'ENOENT') throw error
  })
  if (existing?.isDirectory()) return undefined
  const created = existing ? undefined : await createFolder(dirname(path))
  try {
    await mkdir(path)
    return created ?? path
  } catch (error) {
    // Another process may have created it at the same time.
    if (!existing && (error as NodeJS.ErrnoException).code === 'EEXIST') return created
    throw error
  }
}
