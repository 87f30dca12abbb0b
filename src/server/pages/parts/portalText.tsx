import type { ComponentChildren } from 'preact'
import type { MatchMode } from '../../../matching/fold.ts'
import { FoldedText } from '../../../matching/locate.ts'
import { useLocale } from '../locale.ts'

/** Longer titles are cut. The longest real one has 300 characters. */
const MAX_LENGTH = 400

interface PortalTextProps {
  readonly children: string
  /** Folded words of a search, to mark. */
  readonly words?: readonly string[]
  /** Where the words may be (default: anywhere in a word). */
  readonly match?: MatchMode
}

/** Shows a text from the portal safely: isolated, so that its direction cannot affect the text around it, and sanitized. */
export function PortalText({ children, words = [], match = 'substring' }: PortalTextProps) {
  const { texts } = useLocale()
  const text = sanitize(children) || texts.untitled
  return <bdi>{words.length === 0 ? text : marked(text, words, match)}</bdi>
}

/** Marks every place of the words in a text. */
function marked(text: string, words: readonly string[], match: MatchMode): ComponentChildren {
  const folded = new FoldedText(text)
  const places = words.flatMap((word) => folded.locate(word, match)).sort((a, b) => a.start - b.start)
  const parts: ComponentChildren[] = []
  let end = 0
  for (const place of places) {
    // Two words may overlap.
    const start = Math.max(place.start, end)
    if (place.end <= start) continue
    parts.push(text.slice(end, start), <mark key={start}>{text.slice(start, place.end)}</mark>)
    end = place.end
  }
  return [...parts, text.slice(end)]
}

/** Cuts a text from the portal and replaces its invisible characters. */
export function sanitize(text: string, most = MAX_LENGTH): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text
  return replaceControls(cut).trim()
}

/** Replaces line breaks by spaces, and other control and direction characters by U+FFFD. */
export function replaceControls(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\t-\r\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu, '\ufffd')
}
