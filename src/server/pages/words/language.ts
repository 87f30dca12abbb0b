import { LANGUAGES, type Language } from './words.ts'

/** The language of a page: the one its address names, else the one the browser prefers, else French. */
export function languageOf(
  asked: string | null,
  accepted: string | undefined,
): { language: Language; chosen: boolean } {
  const named = LANGUAGES.find((language) => language === asked)
  if (named !== undefined) return { language: named, chosen: true }
  return { language: preferred(accepted ?? '') ?? 'fr', chosen: false }
}

/** Of `Accept-Language: en-GB,en;q=0.9,fr;q=0.8`, the first language that there is. */
function preferred(header: string): Language | undefined {
  const wishes = header
    .split(',')
    .slice(0, 20)
    .map((wish) => {
      const [tag = '', quality] = wish.trim().split(/\s*;\s*q=/)
      return { language: tag.toLowerCase().split('-')[0], quality: quality === undefined ? 1 : Number(quality) }
    })
  const known = wishes.filter(({ language, quality }) => LANGUAGES.some((one) => one === language) && quality > 0)
  return known.sort((a, b) => b.quality - a.quality)[0]?.language as Language | undefined
}
