// Compiles assembly/ to WebAssembly and embeds it in the sources: node scripts/build-wasm.mjs
// With --check it writes nothing, and fails if the embedded code is not what assembly/ compiles to.
import { readFile, writeFile } from 'node:fs/promises'
import asc from 'assemblyscript/asc'

const embedded = 'src/wasm/code.ts'

/** The initial memory, in pages of 64 KiB. Enough for most matchers; a scanner grows it. */
const initialMemory = '16'

const options = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'simd']
options.push('--initialMemory', initialMemory, '--outFile', 'assembly.wasm')
let code
const { error, stderr } = await asc.main(['assembly/index.ts', ...options], {
  writeFile: (_, contents) => {
    code = contents
  },
})
process.stderr.write(stderr.toString())
if (error !== null) throw error

const source = `/** assembly/ compiled by scripts/build-wasm.mjs: WebAssembly, in base64. */\nexport const CODE =\n  '${Buffer.from(code).toString('base64')}'\n`
if (!process.argv.includes('--check')) await writeFile(embedded, source)
else if ((await readFile(embedded, 'utf8')) !== source) {
  process.stderr.write(`${embedded} is out of date. Run: node scripts/build-wasm.mjs\n`)
  process.exitCode = 1
}
