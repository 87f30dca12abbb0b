// Compiles assembly/ to WebAssembly and embeds it in the sources: node scripts/build-wasm.mjs
import { readFile, rm, writeFile } from 'node:fs/promises'
import asc from 'assemblyscript/asc'

const binary = 'assembly.wasm'
const embedded = 'src/wasm/code.ts'

/** In pages of 64 KiB: enough for a usual matcher; a scanner lets it grow. */
const initialMemory = '16'

const options = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'simd']
options.push('--initialMemory', initialMemory, '--outFile', binary)
const { error, stderr } = await asc.main(['assembly/index.ts', ...options])
process.stderr.write(stderr.toString())
if (error !== null) throw error
const code = await readFile(binary)
await rm(binary)
await writeFile(
  embedded,
  `/** assembly/ compiled by scripts/build-wasm.mjs: WebAssembly, in base64. */\nexport const CODE =\n  '${code.toString('base64')}'\n`,
)
