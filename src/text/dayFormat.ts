/**
 * Returns a function that formats dates in a language: `2026-08-01` as `1er août 2026` or `August 1, 2026`. French writes the first of a
 * month as an ordinal, which Intl does not.
 *
 * @param locale such as `fr-FR`
 */
export function dayFormat(locale: string, dateStyle: 'full' | 'long' | 'medium'): (date: string) => string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle, timeZone: 'UTC' })
  return (date) => {
    const text = format.format(new Date(date))
    return locale.startsWith('fr') ? text.replace(/\b1 (?=\p{L})/u, '1er ') : text
  }
}
