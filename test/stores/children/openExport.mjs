// Opens every file that it may, then reads the export at argv[2], and says how that went: "done", or kind and message.
import { openSync } from 'node:fs'
import { openExport } from '../../../dist/portal/open.js'

try {
  for (;;) openSync('/dev/null', 'r')
} catch (error) {
  if (error.code !== 'EMFILE') throw error
}
try {
  const { chunks } = await openExport(process.argv[2], {})
  for await (const _ of chunks);
  console.log('done')
} catch (error) {
  console.log(`${error.kind} (${error.exitCode}): ${error.message}`)
}
