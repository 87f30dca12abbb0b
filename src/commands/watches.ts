import { ALL_WATCHES, findWatch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { datesOf } from '../editions/find.ts'
import { Failure } from '../errors.ts'
import type { Options } from './io.ts'

/**
 * Returns the name of the watch whose editions are to be read. A watch may have editions although it is not configured any more.
 *
 * @param given by default the first configured watch
 * @throws NotFound for a name that is neither configured nor has editions; Failure `usage` for all watches
 */
export async function watchToRead(
  given: Options['watch'],
  { config, documents }: Pick<Context, 'config' | 'documents'>,
): Promise<string> {
  const [name = config.watches[0]!.name] = [given].flat()
  if (config.watches.some((watch) => watch.name === name)) return name
  if (name === ALL_WATCHES) {
    const names = config.watches.map((watch) => watch.name).join(', ')
    throw new Failure('usage', `cannot use --watch all: this command reads one watch. Name one of: ${names}.`)
  }
  // findWatch throws for an unknown watch, with a suggestion.
  return (await datesOf(documents, name)).length > 0 ? name : findWatch(name, config).name
}
