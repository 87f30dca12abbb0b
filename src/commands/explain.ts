import { findWatches } from '../config/watch.ts'
import { parseDate } from '../editions/date.ts'
import { findEdition } from '../editions/find.ts'
import { Failure } from '../errors.ts'
import { explain as explainAll } from '../explain/explain.ts'
import { type Mark, sentencesOf } from '../explain/sentences.ts'
import { showInPager } from '../terminal/pager.ts'
import { wrap } from '../terminal/wrap.ts'
import { type CommandInput, isColored, printJson, withContext } from './io.ts'

/** Explains in sentences why a dataset is or is not in the list and in the tops. */
export default async function explain(io: CommandInput): Promise<void> {
  const [dataset] = io.arguments
  if (dataset === undefined)
    throw new Failure('usage', 'cannot explain: no dataset is given. Add its id, or the address of its page.')
  await withContext(io, async (context) => {
    const [watch] = findWatches(io.options.watch, context.config)
    const date = io.options.date === undefined ? undefined : parseDate(io.options.date)
    const edition = await findEdition(context.documents, watch!.name, date)
    const [explanation] = await explainAll([dataset], edition, watch!, context)
    context.report.close()
    if (io.options.json) await printJson(explanation)
    else {
      const sentences = sentencesOf(explanation!, isColored(process.stdout) ? bold : undefined)
      await showInPager(`${sentences.map(wrap).join('\n')}\n`)
    }
  })
}

const bold: Mark = (found) => `\u001b[1;33m${found}\u001b[22;39m`
