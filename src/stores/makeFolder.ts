import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that are missing. Node's own recursive way says "no such file" where the file system is
 * read-only, and so hides what to do about it.
 *
 * @returns the uppermost folder that was made; undefined when all were there
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  try {
    await mkdir(path)
    return path
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      if (await isFolder(path)) return undefined
      throw error
    }
  }
  const made = await makeFolder(dirname(path))
  await mkdir(path).catch(async (error) => {
    // Another process may have made it meanwhile.
    if (!(await isFolder(path))) throw error
  })
  return made ?? path
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  )
}
