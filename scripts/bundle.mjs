// Joins dist/cli.js and dist/index.js, as tsc wrote them, with the modules that they load: node scripts/bundle.mjs, behind tsc
//
// Node takes half a millisecond to find and load a module; a filter of the whole catalogue takes two hundred, and would load
// fifty. What is loaded later stays a file of its own (chunk-NAME.js), and heavy packages stay packages. The single modules
// stay in dist/ as well, for whoever wants but one.
import { readdir, readFile, rm } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { rolldown } from 'rolldown'

const dist = resolve('dist')

/** Small packages that every command loads. */
const joined = ['commander', 'croner', 'fastest-levenshtein', 'zod/mini']

/** What every command needs is one file, and what a run cannot do without another. What is optional is in neither. */
const base = /dist.(errors|version|terminal.logLine)\.js/
const core =
  /dist.(config|csv|editions|matching|pipeline|portal|runs|scheduler|wasm).|dist.(context|patience)\.js|croner|fastest-levenshtein/

/**
 * A module goes on finding its files beside the place where it was: all bundled files lie in dist/ itself. What tsc knows
 * of where its lines come from is handed on, for scripts/coverage.mjs.
 */
const wherever = {
  name: 'import.meta.url',
  load: async (id) => {
    if (!id.startsWith(dist)) return undefined
    const [code, map] = await Promise.all([readFile(id, 'utf8'), readFile(`${id}.map`, 'utf8')])
    const place = JSON.stringify(`./${relative(dist, id)}`)
    return { code: code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`), map: JSON.parse(map) }
  },
}

for (const name of await readdir(dist)) if (name.startsWith('chunk-')) await rm(resolve(dist, name))
const bundle = await rolldown({
  input: [resolve(dist, 'cli.js'), resolve(dist, 'index.js')],
  platform: 'node',
  external: (id) => /^[^./\0]/.test(id) && !joined.includes(id),
  plugins: [wherever],
})
await bundle.write({
  dir: dist,
  entryFileNames: '[name].js',
  chunkFileNames: 'chunk-[name].js',
  cleanDir: false,
  sourcemap: 'hidden',
  codeSplitting: {
    groups: [
      { name: 'base', test: base, priority: 2 },
      { name: 'core', test: core, priority: 1 },
    ],
  },
})
await bundle.close()
