import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'

/** Creates a folder that is deleted after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Formats a record as the portal does: quoted texts, unquoted numbers, CRLF. */
export function row(...cells: readonly (string | number)[]): string {
  const fields = cells.map((cell) => (typeof cell === 'number' ? String(cell) : `"${cell.replaceAll('"', '""')}"`))
  return `${fields.join(';')}\r\n`
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

/** Writes a file, compressed if its name ends in .gz, and returns its path. */
export async function writeTestFile(folder: string, name: string, text: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text)
  return path
}

/** Reads every file in a folder and its subfolders. */
export async function readFolder(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files.set(path.slice(folder.length + 1), await readFile(path))
  }
  return files
}

/** Flips a bit in the middle of a file, whose size stays the same. */
export async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path)
  bytes[bytes.length >> 1]! ^= 1
  await writeFile(path, bytes)
}
