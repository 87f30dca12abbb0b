// Compiles assembly/ to WebAssembly and embeds it in the sources: node scripts/build-wasm.mjs
// With --check it writes nothing, and fails if the embedded code is out of date.
import { readFile, writeFile } from 'node:fs/promises'
import asc from 'assemblyscript/asc'

/** The entry of each module, and the file that embeds its code. */
const modules = { 'assembly/index.ts': 'src/wasm/code.ts', 'assembly/words/index.ts': 'src/wasm/wordsCode.ts' }

/** The initial memory, in pages of 64 KiB. Enough for most matchers; a scanner grows it. */
const initialMemory = '16'

const options = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'simd']
options.push('--initialMemory', initialMemory, '--outFile', 'assembly.wasm')

for (const [entry, embedded] of Object.entries(modules)) {
  let code
  const { error, stderr } = await asc.main([entry, ...options], {
    writeFile: (_, contents) => {
      code = contents
    },
  })
  process.stderr.write(stderr.toString())
  if (error !== null) throw error

  const folder = entry.slice(0, entry.lastIndexOf('/') + 1)
  const source = `/** ${folder} compiled by scripts/build-wasm.mjs: WebAssembly, in base64. */\nexport const CODE =\n  '${Buffer.from(code).toString('base64')}'\n`
  if (!process.argv.includes('--check')) await writeFile(embedded, source)
  else if ((await readFile(embedded, 'utf8')) !== source) {
    process.stderr.write(`${embedded} is out of date. Run: node scripts/build-wasm.mjs\n`)
    process.exitCode = 1
  }
}
