import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { dayFormat } from '../../text/dayFormat.ts'
import { withQuery } from './paths.ts'
import type { Translation } from './translations/french.ts'
import { type Language, TRANSLATIONS } from './translations/translations.ts'

/** Texts, formats and links in the language of a page. */
export interface Locale {
  readonly settings: LocaleSettings
  readonly language: Language
  readonly texts: Translation
  /** `a, b ou c` */
  anyOf(items: readonly string[]): string
  /** `a, b et c` */
  allOf(items: readonly string[]): string
  /** `121 074` */
  count(number: number): string
  /** `23,7 Mo` */
  bytes(number: number): string
  /** `0,7 s` */
  seconds(number: number): string
  /** `mercredi 21 janvier 2026` */
  longDay(date: string): string
  /** `21 janvier 2026` */
  day(date: string): string
  /** `21 janv. 2026` */
  shortDay(date: string): string
  /** `21/01/2026 17:00`, in the schedule's time zone */
  dateTime(instant: string): string
  /** Query parameters that links need to keep the language: `lang` if the address names it, otherwise none. */
  readonly langQuery: Readonly<Record<string, string>>
  /** Returns a link within this site that keeps the language. */
  href(path: string, query?: Readonly<Record<string, string>>): string
}

/** Plain values from which server and browser create the same locale. */
export interface LocaleSettings {
  readonly language: Language
  /** Whether the address names the language. Otherwise it was negotiated with the browser. */
  readonly isExplicit: boolean
  readonly timeZone: string
}

const TAGS: Record<Language, string> = { fr: 'fr-FR', en: 'en-GB' }

const locales = new Map<string, Locale>()

/** Returns the locale of a page. Its formats are created once, because that takes as long as a request. */
export function localeFor(settings: LocaleSettings): Locale {
  const key = JSON.stringify(settings)
  const locale = locales.get(key) ?? createLocale(settings)
  locales.set(key, locale)
  return locale
}

/** Creates the locale of a page. */
export function createLocale(settings: LocaleSettings): Locale {
  const { language, isExplicit, timeZone } = settings
  const tag = TAGS[language]
  const numbers = new Intl.NumberFormat(tag)
  const dateTimes = new Intl.DateTimeFormat(tag, { dateStyle: 'short', timeStyle: 'short', timeZone })
  const durations = new Intl.NumberFormat(tag, { maximumSignificantDigits: 3 })
  const choices = new Intl.ListFormat(tag, { type: 'disjunction' })
  const lists = new Intl.ListFormat(tag, { type: 'conjunction' })
  const langQuery: Record<string, string> = isExplicit ? { lang: language } : {}
  return {
    settings,
    language,
    texts: TRANSLATIONS[language],
    anyOf: (items) => choices.format(items),
    allOf: (items) => lists.format(items),
    count: (number) => numbers.format(number),
    bytes: (number) => formatBytes(tag, number),
    // The unit's own abbreviation in British English is "secs".
    seconds: (number) => `${durations.format(number)}\u00a0s`,
    longDay: dayFormat(tag, 'full'),
    day: dayFormat(tag, 'long'),
    shortDay: dayFormat(tag, 'medium'),
    dateTime: (instant) => dateTimes.format(new Date(instant)),
    langQuery,
    href: (path, query) => withQuery(path, { ...query, ...langQuery }),
  }
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']

function formatBytes(tag: string, number: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, number < 1 ? 0 : Math.floor(Math.log10(number) / 3))
  const format = new Intl.NumberFormat(tag, { style: 'unit', unit: BYTE_UNITS[power]!, maximumSignificantDigits: 3 })
  return format.format(number / 1000 ** power)
}

export const LocaleContext = createContext<Locale>(createLocale({ language: 'fr', isExplicit: false, timeZone: 'UTC' }))
export const useLocale = () => useContext(LocaleContext)
