import { useLocale } from '../locale.ts'

/** Longer titles are cut. The longest real one has 300 characters. */
const MAX_LENGTH = 400

/** Shows a text from the portal safely: isolated, so that its direction cannot affect the text around it, and sanitized. */
export function PortalText({ children }: { readonly children: string }) {
  const { texts } = useLocale()
  return <bdi>{sanitize(children) || texts.untitled}</bdi>
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
