import { stringify } from 'yaml'
import { fold } from '../matching/fold.ts'

interface KeptSearch {
  readonly words: readonly string[]
  readonly match: string
  readonly columns: readonly string[]
  readonly top: number
}

/** Returns a name for the watch of a search: its words, `velo-cyclable`. */
export const watchName = ({ words }: Pick<KeptSearch, 'words'>) =>
  fold(words.join(' '))
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60) || 'search'

/** Returns the watch of a search as it is written in the configuration file. */
export const watchYaml = (search: KeptSearch) =>
  stringify({
    watches: [
      { name: watchName(search), terms: search.words, match: search.match, columns: search.columns, top: search.top },
    ],
  })
