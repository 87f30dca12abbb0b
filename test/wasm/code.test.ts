import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { test } from 'vitest'

test('the embedded WebAssembly is what assembly/ compiles to', async () => {
  await promisify(execFile)(process.execPath, ['scripts/build-wasm.mjs', '--check'])
})
