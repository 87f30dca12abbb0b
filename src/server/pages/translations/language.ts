import { LANGUAGES, type Language } from './translations.ts'

/** Chooses the language of a page: the one its address names, else the one the browser prefers, else French. */
export function negotiateLanguage(
  lang: string | null,
  acceptLanguage: string | undefined,
): { language: Language; isExplicit: boolean } {
  const explicit = LANGUAGES.find((language) => language === lang)
  if (explicit !== undefined) return { language: explicit, isExplicit: true }
  return { language: preferredLanguage(acceptLanguage ?? '') ?? 'fr', isExplicit: false }
}

/** Returns the first available language of a header such as `Accept-Language: en-GB,en;q=0.9,fr;q=0.8`. */
function preferredLanguage(header: string): Language | undefined {
  const ranges = header
    .split(',')
    .slice(0, 20)
    .map((range) => {
      // A regular expression with `\s*;` would take a tenth of a second for a header full of spaces.
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim())
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      return { language: tag.toLowerCase().split('-')[0], quality: quality === undefined ? 1 : Number(quality) }
    })
  const available = ranges.filter(({ language, quality }) => LANGUAGES.some((one) => one === language) && quality > 0)
  return available.sort((a, b) => b.quality - a.quality)[0]?.language as Language | undefined
}
