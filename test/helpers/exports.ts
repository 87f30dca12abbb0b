import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'

/** A folder of its own for one test, removed afterwards. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A record as the portal writes it: text quoted, numbers bare, CRLF. */
export function row(...cells: readonly (string | number)[]): string {
  const written = cells.map((cell) => (typeof cell === 'number' ? String(cell) : `"${cell.replaceAll('"', '""')}"`))
  return `${written.join(';')}\r\n`
}

export interface DatasetCells {
  readonly id: string
  readonly title?: string
  readonly tags?: string
  readonly description?: string
  readonly organization?: string
  readonly followers?: number | string
}

export const DATASET_HEADER = row('id', 'title', 'organization_id', 'description', 'tags', 'extra', 'metric.followers')
export const ORGANIZATION_HEADER = row('id', 'name', 'slug', 'metric.followers')

export function datasetRow({
  id,
  title = 'Untitled',
  tags = 'open-data',
  description = 'What it holds.',
  organization = 'o1',
  followers = 0,
}: DatasetCells) {
  return row(id, title, organization, description, tags, 'x', followers)
}

export function datasetsCsv(datasets: readonly DatasetCells[]): string {
  return DATASET_HEADER + datasets.map(datasetRow).join('')
}

export function organizationsCsv(
  organizations: readonly (readonly [id: string, name: string, followers: number | string])[],
) {
  return ORGANIZATION_HEADER + organizations.map(([id, name, followers]) => row(id, name, id, followers)).join('')
}

/** Writes text (gzip-compressed when the name says so) and returns the path. */
export async function put(folder: string, name: string, text: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text)
  return path
}

/** Every file below a folder, with its content. */
export async function contents(folder: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    found.set(path.slice(folder.length + 1), await readFile(path))
  }
  return found
}
