import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeTestFile } from '../helpers/exports.ts'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

interface Packed {
  readonly filename: string
  readonly size: number
  readonly files: readonly { readonly path: string; readonly mode: number }[]
}

/** A user's project with the published package installed. */
export interface Project {
  readonly folder: string
  readonly packed: Packed
  remove(): Promise<void>
}

/** Packs the build as `npm publish` does, and installs it into a new project. */
export async function installPackage(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-test-'))
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const [packed]: [Packed] = JSON.parse(
    execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  )
  const modules = join(folder, 'node_modules')
  await mkdir(join(modules, 'datagouv-tops'), { recursive: true })
  const unpack = ['-xzf', join(folder, packed.filename), '-C', join(modules, 'datagouv-tops'), '--strip-components=1']
  execFileSync('tar', unpack)
  // The dependencies are the same as here.
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) await symlink(join(ROOT, 'node_modules', name), join(modules, name))
  }
  await writeTestFile(folder, 'package.json', '{"type": "module"}')
  return { folder, packed, remove: () => rm(folder, { recursive: true, force: true }) }
}
