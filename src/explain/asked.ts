import { Failure, quoted } from '../errors.ts'

/** Nothing that is longer can be an id or a slug. */
const LONGEST = 300

/**
 * The id or slug of the dataset that is asked for; addresses of its page name it behind `datasets`:
 * `https://www.data.gouv.fr/fr/datasets/horaires-theoriques/#/resources`.
 *
 * @throws Failure `usage` when the text can be neither
 */
export function datasetAsked(text: string): string {
  const path = /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text).pathname : undefined
  const name = path === undefined ? text : /\/datasets\/([^/]+)/.exec(path)?.[1]
  if (name !== undefined && name !== '' && name.length <= LONGEST) return name
  throw new Failure('usage', `${quoted(text)} is neither the id of a dataset nor the address of its page`)
}
