// Makes run after run in one process, as "schedule" does, and prints how much memory is in use after some and after many.

import { carryOut } from '../../../dist/commands/order.js'
import { run } from '../../../dist/pipeline/pipeline.js'

const [archive, documents, portal] = process.argv.slice(2)
const options = { archive, documents, portal, quiet: true, date: '2026-11-18' }
const io = { options, arguments: [], signal: new AbortController().signal }

async function inUseAfter(runs) {
  for (let i = 0; i < runs; i++) await carryOut(io, run)
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    gc()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

console.log(JSON.stringify([await inUseAfter(15), await inUseAfter(30), await inUseAfter(30)]))
