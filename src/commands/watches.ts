import { findWatch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { datesOf } from '../editions/find.ts'

/**
 * Checks the names of watches whose editions are to be read. A watch may have editions although it is not configured any more.
 *
 * @param given names; by default the first configured watch
 * @throws NotFound for a name that is neither configured nor has editions
 */
export async function watchesToRead(
  given: string | readonly string[] | undefined,
  { config, documents }: Pick<Context, 'config' | 'documents'>,
): Promise<string[]> {
  const names = given === undefined ? [config.watches[0]!.name] : [...new Set([given].flat())]
  for (const name of names) {
    const isConfigured = config.watches.some((watch) => watch.name === name)
    // findWatch throws for an unknown watch, with a suggestion.
    if (!isConfigured && (await datesOf(documents, name)).length === 0) findWatch(name, config)
  }
  return names
}
