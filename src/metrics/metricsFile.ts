import { chmod, rename, rm, writeFile } from 'node:fs/promises'

/** The node exporter runs as another user, and the umask of a service may be 0027. */
const MODE = 0o644

/**
 * Replaces the metrics file. Writes under a temporary name and renames, so the collector never reads half a file. It ignores names
 * that do not end in `.prom`.
 *
 * @param writer distinguishes the temporary files of processes that write at the same time
 */
export async function replaceMetricsFile(path: string, writer: string, render: () => Promise<string>): Promise<void> {
  const partial = `${path}.${writer}.partial`
  try {
    await writeFile(partial, await render())
    await chmod(partial, MODE)
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {})
    throw new Error(`cannot write the metrics file ${path}: ${(error as Error).message}`, { cause: error })
  }
}
