import { watchesNamed } from '../config/watch.ts'
import type { World } from '../context.ts'
import type { Order } from '../pipeline/order.ts'
import type { EditionFacts, ListFacts, SnapshotFacts } from '../pipeline/result.ts'
import type { Outcome } from '../runs/run.ts'
import { namedDate } from '../scheduler/calendar.ts'
import { counted } from '../terminal/format.ts'
import { type Io, inWorld, print, printJson } from './io.ts'

type Result = Outcome & { readonly replaced?: true } & Partial<SnapshotFacts & ListFacts & EditionFacts>

/** Runs a step of the pipeline (or all of them) as the options request it, and prints the result. */
export async function runStep(io: Io, step: (request: Order, world: World) => Promise<Result>): Promise<void> {
  await inWorld(io, async (world) => {
    const { date, watch, datasets, organizations, refetch, acceptIncomplete, json, quiet } = io.options
    const request: Order = {
      date: namedDate(date, world.config, world.clock()),
      watches: watchesNamed(watch, world.config),
      sources: { datasets, organizations },
      refetch,
      acceptIncomplete,
    }
    const result = await step(request, world)
    world.report.close()
    if (json) await printJson(result)
    else if (!quiet) await print(describe(result, request, world))
  })
}

/** Lists what was stored and where, one line each. */
function describe(result: Result, { date }: Order, { archive, documents }: World): string {
  const { snapshot, archived = [], published = [] } = result
  const rows: [string, string, string][] = []
  if (snapshot) {
    const { datasets, organizations, key } = snapshot
    const what = `${counted(datasets.records, 'dataset')}, ${counted(organizations.records, 'organization')}`
    rows.push(['snapshot', what, `${archive.address}/${key}`])
  }
  for (const { key, records } of archived)
    rows.push(['archived', counted(records, 'dataset'), `${archive.address}/${key}`])
  for (const { _id, datasets, organizations, top } of published) {
    const what = `${counted(datasets, 'dataset')} of ${organizations} of the TOP ${top}`
    rows.push(['published', what, `${documents.address}, tops, ${_id}`])
  }
  const width = Math.max(...rows.map(([, what]) => what.length))
  const lines = rows.map(([verb, what, where]) => `  ${verb.padEnd(9)}  ${what.padEnd(width)}  ${where}\n`)
  return `${date}${titleSuffix(result)}\n${lines.join('')}`
}

function titleSuffix({ status, replaced }: Result): string {
  if (status === 'unchanged') return ': nothing to do, everything was published before'
  return replaced ? ': replaced what was published before' : ''
}
