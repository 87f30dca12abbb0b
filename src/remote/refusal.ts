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
 * @param words the status and the message of the portal
 * @param subject the dataset or the path of the call
 * @param location the target of a redirect
 */
export function explainRefusal(status: number, words: string, subject: string, location = ''): Refusal {
  const usage = (why: string): Refusal => ({ kind: 'usage', why })
  switch (status) {
    case 401:
      return usage(`it refuses the API key (${words}). Set ${API_KEY_VARIABLE} to a valid one.`)
    case 403:
      return usage(`the owner of the API key is not allowed to do this (${words}). Add the user to the organization.`)
    case 404:
    case 410:
      return usage(`${subject} does not exist there (${words}). Check the setting publish.`)
    case 413:
      return usage(
        `the file is larger than the portal accepts (${words}). Lower max_size in publish, or publish fewer files.`,
      )
    case 423:
      return { kind: 'portal', why: `it is read-only (${words}). Run "publish-remote" later.` }
    default:
  }
  if (status < 400) {
    const where = `it redirects to ${quoted(location)}, and the API key must not be sent there`
    return usage(`${where}. Check portal in the setting publish.`)
  }
  return usage(`it refuses ${subject} (${words}). Check the setting publish.`)
}

/** Names the subject of a call: `the dataset "X"`, or the path itself. */
export function subjectOf(path: string): string {
  const [, dataset] = /^\/api\/\d\/datasets\/([^/]+)\/$/.exec(path) ?? []
  return dataset === undefined ? path : `the dataset ${quoted(dataset)}`
}

/** Returns the message in an error response of a portal, in one line. uData writes it as `message`, `error` or `errors`. */
export function messageIn(text: string): string {
  try {
    const { message, error, errors } = JSON.parse(text)
    const found = errors === undefined ? message || error : JSON.stringify(errors)
    return typeof found === 'string' ? stripControls(found) : ''
  } catch {
    return ''
  }
}
