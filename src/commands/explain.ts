import { watchesNamed } from '../config/watch.ts'
import { parseDate } from '../editions/date.ts'
import { findEdition } from '../editions/find.ts'
import { Failure } from '../errors.ts'
import { explain as explainAll } from '../explain/explain.ts'
import { type Mark, sentencesOf } from '../explain/sentences.ts'
import { page } from '../terminal/pager.ts'
import { wrapped } from '../terminal/text.ts'
import { type Io, inWorld, printJson } from './io.ts'

/** Why a dataset is, or is not, in the list and in the tops, in words. */
export default async function explain(io: Io): Promise<void> {
  const [asked] = io.arguments
  if (asked === undefined) throw new Failure('usage', 'name a dataset: its id, or the address of its page')
  await inWorld(io, async (world) => {
    const [watch] = watchesNamed(io.options.watch, world.config)
    const date = io.options.date === undefined ? undefined : parseDate(io.options.date)
    const edition = await findEdition(world.documents, watch!.name, date)
    const [explanation] = await explainAll([asked], edition, watch!, world)
    world.report.close()
    if (io.options.json) await printJson(explanation)
    else
      await page(
        `${sentencesOf(explanation!, isColored() ? bold : undefined)
          .map(wrapped)
          .join('\n')}\n`,
      )
  })
}

const isColored = () => process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === ''
const bold: Mark = (found) => `\u001b[1;33m${found}\u001b[22;39m`
