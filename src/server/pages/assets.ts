import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Body, createBody } from '../body.ts'

/** The output folder of `vite build`, next to the compiled sources. */
const FOLDER = fileURLToPath(new URL('../../web/', import.meta.url))

/** The files that pages load. Their paths contain a hash of their content. */
export interface Assets {
  readonly script: string
  readonly style: string
  readonly icon: string
  /** Bodies by path. */
  readonly files: ReadonlyMap<string, Body>
}

type Manifest = Readonly<Record<string, { readonly file: string; readonly css?: readonly string[] }>>

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Reads the files that the build made. */
export async function readAssets(): Promise<Assets> {
  const manifest: Manifest = JSON.parse(await readFile(`${FOLDER}manifest.json`, 'utf8'))
  const { file: script, css } = manifest['web/main.tsx']!
  const style = css![0]!
  const icon = manifest['web/icon.svg']!.file
  const files = new Map<string, Body>()
  const names = Object.values(manifest).flatMap(({ file, css = [] }) => [file, ...css])
  for (const name of new Set(names)) {
    const type = MEDIA_TYPES[name.replace(/.*\./, '')]!
    files.set(`/${name}`, createBody(await readFile(FOLDER + name, 'utf8'), type))
  }
  return { script: `/${script}`, style: `/${style}`, icon: `/${icon}`, files }
}
