import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { closeWorld, openWorld } from '../context.ts'
import { type Replica, type ReplicaFile, startReplica } from '../demo/replica.ts'
import type { ExportName } from '../editions/edition.ts'
import { run } from '../pipeline/pipeline.ts'
import type { RunResult } from '../pipeline/result.ts'
import { count } from '../terminal/format.ts'
import type { Report } from '../terminal/report.ts'
import { table } from '../terminal/table.ts'
import { type Io, openReport, print, printJson } from './io.ts'

/** Bundled real exports; `sample/README.md` describes them. */
const SAMPLE = fileURLToPath(new URL('../../sample/', import.meta.url))

/** Runs the pipeline for the bundled Wednesdays, from a local portal into a folder and SQLite. */
export default async function demo(io: Io): Promise<void> {
  const folder = io.options.into ?? (await mkdtemp(join(tmpdir(), 'datagouv-tops-demo-')))
  const stores = { archive: `file:${join(folder, 'datagouv')}`, documents: `sqlite:${join(folder, 'datagouv.db')}` }
  const report = await openReport(io.options)
  let portal: Replica | undefined
  const results: RunResult[] = []
  try {
    for (const date of (await readdir(SAMPLE)).filter((name) => /^\d{4}-\d{2}-\d{2}$/.test(name)).sort()) {
      const files = {
        datasets: await readSample('datasets', date),
        organizations: await readSample('organizations', date),
      }
      portal ??= await startReplica({ files })
      portal.publish('datasets', files.datasets)
      portal.publish('organizations', files.organizations)
      report.info(`Wednesday ${date}`)
      results.push(await runFor(date, { portal: portal.url, ...stores }, report, io.signal))
    }
  } finally {
    report.close()
    await portal?.close()
  }
  if (io.options.json) await printJson({ ...stores, results })
  else if (!io.options.quiet) await print(describe(results, stores))
  if (io.options.serve ?? isInteractive(io)) await serveResults(io, stores)
}

const isInteractive = ({ options: { json, quiet } }: Io) => !json && !quiet && process.stdout.isTTY === true

/** Serves the page of the published editions until it is stopped. */
async function serveResults(io: Io, stores: Stores): Promise<void> {
  const { default: serve } = await import('./serve.ts')
  await serve({ ...io, options: { ...io.options, ...stores, port: 0 } })
}

async function readSample(name: ExportName, date: string): Promise<ReplicaFile> {
  const content = gunzipSync(await readFile(join(SAMPLE, date, `${name}.csv.gz`)))
  return { content, modified: new Date(`${date}T04:00:00Z`) }
}

/** Runs the pipeline at the time at which the date was due. */
async function runFor(
  date: string,
  flags: Record<string, string>,
  report: Report,
  signal: AbortSignal,
): Promise<RunResult> {
  const world = await openWorld({ flags, report, signal, clock: () => new Date(`${date}T15:00:00Z`) })
  try {
    return await run({ date, watches: world.config.watches }, world)
  } finally {
    await closeWorld(world)
  }
}

type Stores = Readonly<Record<'archive' | 'documents', string>>

function describe(results: readonly RunResult[], { archive, documents }: Stores): string {
  const columns = [
    { title: 'Wednesday' },
    { title: 'datasets', align: 'right' },
    { title: 'archived', align: 'right' },
    { title: 'in the tops', align: 'right' },
    { title: 'CSV', share: 1 },
  ] as const
  const rows = results.map(({ date, snapshot, archived: [list], published: [edition] }) => [
    date,
    count(snapshot!.datasets.records),
    count(list!.records),
    count(edition!.datasets),
    list!.key,
  ])
  // The examples start the program as the user did: from the checkout, or by its name.
  const [, self = ''] = process.argv
  const program = basename(self) === 'cli.js' ? `node ${relative('.', self)}` : 'datagouv-tops'
  const flags = `--archive ${archive} --documents ${documents}`
  const examples = ['show', 'changes', 'serve'].map((command) => `  ${program} ${command} ${flags}\n`).join('')
  return `\n${table(columns, rows)}\nCSVs       ${archive}\ndocuments  ${documents}\n\nNext steps:\n${examples}\n`
}
