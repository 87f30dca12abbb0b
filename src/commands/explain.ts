import { DEFAULT_COLUMNS, type Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { findEdition } from '../editions/find.ts'
import { Failure } from '../errors.ts'
import { refuseForeignPage } from '../explain/datasetRef.ts'
import { explain as explainAll } from '../explain/explain.ts'
import { findLastSeen } from '../explain/lastSeen.ts'
import { resolveDataset, unknownId } from '../explain/resolve.ts'
import { type Mark, sentencesOf } from '../explain/sentences.ts'
import { openDatasetSource } from '../explain/source.ts'
import { archivedRules } from '../pipeline/archivedCsv.ts'
import { showInPager } from '../terminal/pager.ts'
import { wrap } from '../terminal/wrap.ts'
import { dateToRead } from './dates.ts'
import { type CommandInput, isColored, printJson, withContext } from './io.ts'
import { watchToRead } from './watches.ts'

/** Explains in sentences why a dataset is or is not in the list and in the tops. */
export default async function explain(io: CommandInput): Promise<void> {
  const [dataset] = io.arguments
  if (dataset === undefined)
    throw new Failure(
      'usage',
      'cannot explain: no dataset is given. Add its ID, its slug, the address of its page, or a part of its title.',
    )
  await withContext(io, async (context) => {
    const { json, date: text, pager } = io.options
    const name = await watchToRead(io.options.watch, context)
    const date = text === undefined ? undefined : await dateToRead(text, [name], context)
    const edition = await findEdition(context.documents, name, date)
    const watch = await watchOf(edition, context)
    const source = await openDatasetSource(edition, context)
    const { portal } = context.config
    refuseForeignPage(dataset, [portal, source.snapshot?.portal ?? portal])
    const lastSeen = async (name: string) => (await findLastSeen(new Set([name]), edition, context)).get(name)
    const id = await resolveDataset(dataset, source, lastSeen)
    const [found] = await explainAll([id], edition, watch, context, async () => source)
    context.report.close()
    if (found!.verdict === 'unknown') throw unknownId(id, found!)
    const explanation = { ...found!, asked: dataset }
    if (json) return printJson(explanation)
    const sentences = sentencesOf(explanation, isColored(process.stdout) ? bold : undefined)
    await showInPager(`${sentences.map(wrap).join('\n')}\n`, pager)
  })
}

/** Returns the watch of an edition. If it is no longer configured, reads its rules from the description of the CSV. */
async function watchOf({ watch: name, date, terms, top }: Edition, context: Context): Promise<Watch> {
  const configured = context.config.watches.find((watch) => watch.name === name)
  if (configured !== undefined) return configured
  const rules = await archivedRules(name, date, context)
  return { name, terms, top, columns: DEFAULT_COLUMNS, match: 'substring', ...rules }
}

const bold: Mark = (found) => `\u001b[1;33m${found}\u001b[22;39m`
