import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that are missing. Node's own recursive way says "no such file" where the file system is
 * read-only, and so hides what to do about it.
 *
 * @returns the uppermost folder that was made; undefined when all were there
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  const there = await stat(path).catch((error) => {
    if (error.code !== 'ENOENT') throw error
  })
  if (there?.isDirectory()) return undefined
  const made = there ? undefined : await makeFolder(dirname(path))
  try {
    await mkdir(path)
    return made ?? path
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!there && (error as NodeJS.ErrnoException).code === 'EEXIST') return made
    throw error
  }
}
