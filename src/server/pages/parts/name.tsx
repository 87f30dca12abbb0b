import { useReader } from '../reader.ts'

/** Titles beyond this many characters are cut; the longest real one has 300. */
const LONGEST = 400

/**
 * A text from the portal, as text: isolated, so that its direction cannot turn what stands around it, and with control and
 * direction characters, which would be invisible, as the replacement character.
 */
export function Name({ children }: { readonly children: string }) {
  const { words } = useReader()
  return <bdi>{visible(children) || words.untitled}</bdi>
}

/** The text of `Name`, for attributes and titles. */
export function visible(text: string, longest = LONGEST): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return withoutControls(cut).trim()
}

/** Line breaks become spaces, what cannot be seen becomes the replacement character. */
export function withoutControls(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\t-\r\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu, '\ufffd')
}
