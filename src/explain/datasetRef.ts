import { Failure, quoted } from '../errors.ts'

/** The longest ID or slug, in characters. */
const MAX_LENGTH = 300

/**
 * Parses a reference to a dataset: its ID, its slug, or the address of its page, which has one of these after `datasets`
 * (`https://www.data.gouv.fr/fr/datasets/horaires-theoriques/#/resources`).
 *
 * @throws Failure `usage` if the text is none of these
 */
export function parseDatasetRef(text: string): string {
  const path = /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text).pathname : undefined
  const name = path === undefined ? text : /\/datasets\/([^/]+)/.exec(path)?.[1]
  if (name !== undefined && name !== '' && name.length <= MAX_LENGTH) return name
  throw new Failure('usage', `${quoted(text)} is neither the ID of a dataset nor the address of its page`)
}
