import { foldTerm } from '../matching/fold.ts'
import { DEFAULT_COLUMNS, DEFAULT_WATCH, type Watch } from './watch.ts'

const MAX_NAME = 60

/** Returns a name for a watch, made from its terms: `velo-cyclable`. Returns undefined if they have no Latin letters. */
export function watchName(terms: readonly string[]): string | undefined {
  const name = terms
    .map((term) => foldTerm(term).replace(/[^a-z0-9]+/g, '-'))
    .join('-')
    .slice(0, MAX_NAME)
    .replace(/-+/g, '-')
    .replace(/^-|-$/g, '')
  return name === '' ? undefined : name
}

/** Writes watches in the form of the configuration file. Leaves out default values. */
export async function watchYaml(watches: readonly Watch[]): Promise<string> {
  const { Document } = await import('yaml')
  const document = new Document({})
  const flow = (texts: readonly string[]) => document.createNode(texts, { flow: true })
  const entries = watches.map(({ name, terms, columns, match, top }) => ({
    name,
    terms: flow(terms),
    ...(columns.join() !== DEFAULT_COLUMNS.join() && { columns: flow(columns) }),
    ...(match !== DEFAULT_WATCH.match && { match }),
    ...(top !== DEFAULT_WATCH.top && { top }),
  }))
  document.set('watches', entries)
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}
