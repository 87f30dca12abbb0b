// Joins dist/cli.js and dist/index.js, as tsc wrote them, with the modules that they load: node scripts/bundle.mjs, behind tsc
//
// Node takes half a millisecond to find and load a module; a filter of the whole catalogue takes two hundred, and would load
// fifty. What is loaded later stays a file of its own (chunk-NAME.js), and heavy packages stay packages. The single modules
// stay in dist/ as well, for whoever wants but one.
import { readdir, rm } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { rolldown } from 'rolldown'

const dist = resolve('dist')

/** Small packages that every command loads. */
const joined = ['commander', 'croner', 'fastest-levenshtein']

/** What a run cannot do without is one file. What only some commands need, or one store, is not in it. */
const core = (id) =>
  /dist.(config|csv|editions|matching|pipeline|portal|runs|wasm).|dist.(context|errors|patience|version).js|croner|fastest/.test(
    id,
  )

/** A module goes on finding its files beside the place where it was: all bundled files lie in dist/ itself. */
const wherever = {
  name: 'import.meta.url',
  transform: (code, id) => {
    if (!id.startsWith(dist) || !code.includes('import.meta.url')) return undefined
    const place = JSON.stringify(`./${relative(dist, id)}`)
    return { code: code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`), map: null }
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
  codeSplitting: { groups: [{ name: 'core', test: core }] },
})
await bundle.close()
