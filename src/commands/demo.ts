import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { closeWorld, openWorld } from '../context.ts'
import { run } from '../pipeline/pipeline.ts'
import { count } from '../terminal/format.ts'
import { table } from '../terminal/table.ts'
import { type Io, openReport, print, printJson } from './io.ts'

/** Bundled real exports; `sample/README.md` says how they were put together. */
const SAMPLE = fileURLToPath(new URL('../../sample/', import.meta.url))

/** Runs the main job over the bundled Wednesdays, with nothing but a folder and SQLite. */
export default async function demo(io: Io): Promise<void> {
  const folder = io.options.into ?? (await mkdtemp(join(tmpdir(), 'datagouv-tops-demo-')))
  const archive = `file:${join(folder, 'datagouv')}`
  const documents = `sqlite:${join(folder, 'datagouv.db')}`
  const report = await openReport(io.options)
  const world = await openWorld({ flags: { archive, documents }, report, signal: io.signal })
  const results = []
  try {
    for (const date of (await readdir(SAMPLE)).filter((name) => /^\d{4}-\d{2}-\d{2}$/.test(name)).sort()) {
      const source = (name: string) => join(SAMPLE, date, `${name}.csv.gz`)
      const sources = { datasets: source('datasets'), organizations: source('organizations') }
      results.push(await run({ date, watches: world.config.watches, sources, refetch: false }, world))
    }
  } finally {
    report.close()
    await closeWorld(world)
  }
  if (io.options.json) return printJson({ archive, documents, results })
  if (io.options.quiet) return
  const columns = [
    { title: 'Wednesday' },
    { title: 'datasets', align: 'right' },
    { title: 'archived', align: 'right' },
    { title: 'in the tops', align: 'right' },
    { title: 'CSV', share: 1 },
  ] as const
  const rows = results.map(({ date, snapshot, archived: [list], published: [edition] }) => [
    date,
    count(snapshot.datasets.records),
    count(list!.records),
    count(edition!.datasets),
    list!.key,
  ])
  const stores = `--archive ${archive} --documents ${documents}`
  await print(
    `\n${table(columns, rows)}\nCSVs       ${archive}\ndocuments  ${documents}\n\nLook at the last one:\n  datagouv-tops show ${stores}\n`,
  )
}
