import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Body, bodyOf } from '../body.ts'

/** What `vite build` left beside the compiled sources. */
const BUILT = fileURLToPath(new URL('../../web/', import.meta.url))

/** The files that a page loads; their addresses carry a hash of their content. */
export interface Assets {
  readonly script: string
  readonly style: string
  readonly icon: string
  /** By address. */
  readonly files: ReadonlyMap<string, Body>
}

type Manifest = Readonly<Record<string, { readonly file: string; readonly css?: readonly string[] }>>

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Reads what the build made. */
export async function readAssets(): Promise<Assets> {
  const manifest: Manifest = JSON.parse(await readFile(`${BUILT}manifest.json`, 'utf8'))
  const { file: script, css } = manifest['web/main.tsx']!
  const style = css![0]!
  const icon = manifest['web/icon.svg']!.file
  const files = new Map<string, Body>()
  for (const name of [script, style, icon]) {
    const type = TYPES[name.replace(/.*\./, '')]!
    files.set(`/${name}`, bodyOf(await readFile(BUILT + name, 'utf8'), type))
  }
  return { script: `/${script}`, style: `/${style}`, icon: `/${icon}`, files }
}
