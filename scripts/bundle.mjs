// Bundles dist/cli.js, dist/index.js and dist/searchWorker.js with the modules that they import: node scripts/bundle.mjs, after tsc
//
// Node takes half a millisecond to find and load a module. A command would load fifty, while filtering the whole catalogue takes
// only 200 ms. Code that is loaded later stays in its own file (chunk-NAME.js), and heavy packages are not bundled. The single
// modules also stay in dist/, so you can import just one.
import { readdir, readFile, rm } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { rolldown } from 'rolldown'

const dist = resolve('dist')

/**
 * Small packages that every command loads, and yaml, whose eighty files take four times as long to load as one. They become part of
 * the bundle.
 */
const bundled = ['commander', 'croner', 'fastest-levenshtein', 'yaml', 'zod/mini']

/**
 * Modules that every command needs go into one file, those that read the settings into another, and those that every run needs into a
 * third.
 */
const base = /dist.(errors|version|terminal.logLine)\.js/
const settings =
  /dist.config.|dist.editions.(calendar|date)\.js|dist.matching.fold\.js|dist.(openContext|waitForAll)\.js|croner|fastest-levenshtein/
const core = /dist.(csv|editions|matching|pipeline|portal|runs|scheduler|text|wasm).|dist.(context|timeout)\.js/

/**
 * Keeps `import.meta.url` pointing to the original module, so its code still finds the files next to it. Also passes on the
 * source maps of tsc, for scripts/coverage.mjs.
 */
const keepModuleUrls = {
  name: 'import.meta.url',
  load: async (id) => {
    if (!id.startsWith(dist)) return undefined
    const [code, map] = await Promise.all([readFile(id, 'utf8'), readFile(`${id}.map`, 'utf8')])
    const path = JSON.stringify(`./${relative(dist, id)}`)
    return { code: code.replaceAll('import.meta.url', `new URL(${path}, import.meta.url).href`), map: JSON.parse(map) }
  },
}

for (const name of await readdir(dist)) if (name.startsWith('chunk-')) await rm(resolve(dist, name))
const bundle = await rolldown({
  input: ['cli.js', 'index.js', 'searchWorker.js'].map((name) => resolve(dist, name)),
  platform: 'node',
  external: (id) => /^[^./\0]/.test(id) && !bundled.includes(id),
  plugins: [keepModuleUrls],
})
await bundle.write({
  dir: dist,
  entryFileNames: '[name].js',
  chunkFileNames: 'chunk-[name].js',
  cleanDir: false,
  sourcemap: 'hidden',
  codeSplitting: {
    groups: [
      { name: 'base', test: base, priority: 3 },
      { name: 'settings', test: settings, priority: 2 },
      { name: 'core', test: (id) => core.test(id) && !id.endsWith('Schema.js'), priority: 1 },
    ],
  },
})
await bundle.close()
