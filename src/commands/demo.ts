import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { type PortalFile, startPortal } from '../demo/portal.ts'
import { EXPORT_NAMES, type ExportName } from '../editions/edition.ts'
import { Failure, quoted } from '../errors.ts'
import { closeContext, openContext } from '../openContext.ts'
import { run } from '../pipeline/pipeline.ts'
import type { RunResult } from '../pipeline/result.ts'
import type { Report } from '../terminal/report.ts'
import { formatTable } from '../terminal/table.ts'
import { formatCount } from '../text/format.ts'
import { type CommandInput, type Options, openReport, print, printJson } from './io.ts'

/** Bundled real exports; `sample/README.md` describes them. */
const SAMPLE = fileURLToPath(new URL('../../sample/', import.meta.url))

/** Runs the pipeline for the bundled Wednesdays, from a local portal into a folder and SQLite. */
export default async function demo(io: CommandInput): Promise<void> {
  const { into, clean = false } = io.options
  if (into !== undefined && clean)
    throw new Failure(
      'usage',
      `cannot use --clean with --into: it would delete ${quoted(into)}. Leave out one of them.`,
    )
  const folder = into ?? (await mkdtemp(join(tmpdir(), 'datagouv-tops-demo-')))
  try {
    await runDemo(io, folder)
  } finally {
    if (clean) await rm(folder, { recursive: true, force: true })
  }
}

async function runDemo(io: CommandInput, folder: string): Promise<void> {
  const stores = { archive: `file:${join(folder, 'datagouv')}`, documents: `sqlite:${join(folder, 'datagouv.db')}` }
  const report = await openReport(io.options)
  report.info(`publishing three Wednesdays of real exports into ${folder}`)
  const portal = await startPortal()
  const results: RunResult[] = []
  try {
    for (const date of (await readdir(SAMPLE)).filter((name) => /^\d{4}-\d{2}-\d{2}$/.test(name)).sort()) {
      for (const name of EXPORT_NAMES) portal.publish(name, await readSample(name, date))
      report.info(`Wednesday ${date}`)
      results.push(await runFor(date, { portal: portal.url, ...stores }, report, io.signal))
    }
  } finally {
    report.close()
    await portal.close()
  }
  if (io.options.json) await printJson({ ...stores, results })
  else if (!io.options.quiet) await print(describe(results, stores, io.options) + describeFolder(io.options, folder))
  if (io.options.serve ?? isInteractive(io)) await serveResults(io, stores)
}

const isInteractive = ({ options: { json, quiet } }: CommandInput) => !json && !quiet && process.stdout.isTTY === true

async function serveResults(io: CommandInput, stores: Stores): Promise<void> {
  const { serve } = await import('./serve.ts')
  const search = (url: string) => `Search these weeks for any words: ${url}explore/latest?words=v%C3%A9lo\n`
  await serve(
    { ...io, options: { ...io.options, ...stores, port: 0 } },
    (url) => `serving ${url}  (Ctrl-C stops)\n${search(url)}`,
  )
}

async function readSample(name: ExportName, date: string): Promise<PortalFile> {
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
  const context = await openContext({ flags, report, signal, clock: () => new Date(`${date}T15:00:00Z`) })
  try {
    return await run({ date, watches: context.config.watches }, context)
  } finally {
    await closeContext(context)
  }
}

function describeFolder({ clean, into }: Options, folder: string): string {
  if (into !== undefined) return ''
  if (clean) return `The demo deletes ${folder} when it ends.\n`
  return `The files stay in ${folder}. "rm -r ${folder}" deletes them; "demo --clean" does it at the end.\n`
}

type Stores = Readonly<Record<'archive' | 'documents', string>>

function describe(results: readonly RunResult[], { archive, documents }: Stores, { clean }: Options): string {
  const columns = [
    { title: 'Wednesday' },
    { title: 'datasets', align: 'right' },
    { title: 'archived', align: 'right' },
    { title: 'in the tops', align: 'right' },
    { title: 'CSV', share: 1 },
  ] as const
  const rows = results.map(({ date, snapshot, archived: [list], published: [edition] }) => [
    date,
    formatCount(snapshot!.datasets.records),
    formatCount(list!.records),
    formatCount(edition!.datasets),
    list!.key,
  ])
  // The examples start the program as the user did: from the checkout, or by its name.
  const [, self = ''] = process.argv
  const program = basename(self) === 'cli.js' ? `node ${relative('.', self)}` : 'datagouv-tops'
  const flags = `--archive ${archive} --documents ${documents}`
  const examples = ['show', 'search vélo', 'changes', 'serve']
    .map((command) => `  ${program} ${command} ${flags}\n`)
    .join('')
  const next = clean ? '' : `Next steps:\n${examples}\n`
  return `\n${formatTable(columns, rows)}\nCSVs       ${archive}\ndocuments  ${documents}\n\n${next}`
}
