// Does many runs in one process, as "schedule" does, and prints the memory in use after 15, 45 and 75 of them.

import { runStep } from '../../../dist/commands/runStep.js'
import { run } from '../../../dist/pipeline/pipeline.js'

const [archive, documents, portal] = process.argv.slice(2)
const options = { archive, documents, portal, quiet: true, date: '2026-11-18' }
const io = { options, arguments: [], signal: new AbortController().signal }

async function memoryAfter(runs) {
  for (let i = 0; i < runs; i++) await runStep(io, run)
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    gc()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

console.log(JSON.stringify([await memoryAfter(15), await memoryAfter(30), await memoryAfter(30)]))
