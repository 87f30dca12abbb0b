import { API_KEY_VARIABLE } from '../config/publish.ts'
import { quoted } from '../errors.ts'
import { stripControls } from '../text/stripControls.ts'

/** Why a portal refuses a call, with what to do. `portal`: a later attempt can succeed. */
interface Refusal {
  readonly kind: 'usage' | 'portal'
  readonly why: string
}

/**
 * Explains a status that a retry will not change.
 *
 * @param words the status, and what the portal says about it
 * @param subject what was called
 * @param location where a redirect leads
 */
export function explainRefusal(status: number, words: string, subject: string, location = ''): Refusal {
  const usage = (why: string): Refusal => ({ kind: 'usage', why })
  switch (status) {
    case 401:
      return usage(`it refuses the API key (${words}). Set ${API_KEY_VARIABLE} to a valid one.`)
    case 403:
      return usage(`the owner of the API key may not do this (${words}). Add the user to the organization.`)
    case 404:
    case 410:
      return usage(`${subject} is not there (${words}). Check the setting publish.`)
    case 413:
      return usage(
        `the file is larger than the portal takes (${words}). Lower max_size in publish, or publish fewer files.`,
      )
    case 423:
      return { kind: 'portal', why: `it is read-only (${words}). Run "publish-remote" later.` }
    default:
  }
  if (status < 400) {
    const where = `it redirects to ${quoted(location)}, where the API key must not go`
    return usage(`${where}. Check portal in the setting publish.`)
  }
  return usage(`it refuses ${subject} (${words}). Check the setting publish.`)
}

/** Names what was called: `the dataset "X"`, or the path itself. */
export function subjectOf(path: string): string {
  const [, dataset] = /^\/api\/\d\/datasets\/([^/]+)\/$/.exec(path) ?? []
  return dataset === undefined ? path : `the dataset ${quoted(dataset)}`
}

/** Returns what a portal says about an error, in one line: uData writes `message`, `error` or `errors`. */
export function messageIn(text: string): string {
  try {
    const { message, error, errors } = JSON.parse(text)
    const said = errors === undefined ? message || error : JSON.stringify(errors)
    return typeof said === 'string' ? stripControls(said) : ''
  } catch {
    return ''
  }
}
