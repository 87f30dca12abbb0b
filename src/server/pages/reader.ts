import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { type Language, WORDS, type Words } from './words/words.ts'

/** Who reads: in which language and time zone, on which portal's datasets. It says figures, dates and addresses their way. */
export interface Reader {
  readonly facts: ReaderFacts
  readonly language: Language
  readonly words: Words
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
  moment(instant: string): string
  /** Compares as a dictionary of the language does. */
  compare(a: string, b: string): number
  /** What an address needs to keep the language: `lang`, when it was chosen rather than negotiated. */
  readonly chosen: Readonly<Record<string, string>>
  /** An address of this site; keeps the language when it was chosen rather than negotiated. */
  href(path: string, query?: Readonly<Record<string, string>>): string
}

/** What a reader is made of; plain values, because the browser makes the same one again. */
export interface ReaderFacts {
  readonly language: Language
  /** Whether the address names the language. */
  readonly chosen: boolean
  readonly timeZone: string
}

const LOCALES: Record<Language, string> = { fr: 'fr-FR', en: 'en-GB' }

/** Somebody who reads a page: words, numbers, dates and order are in their language. */
export function readerOf(facts: ReaderFacts): Reader {
  const { language, chosen, timeZone } = facts
  const locale = LOCALES[language]
  const whole = new Intl.NumberFormat(locale)
  const collator = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' })
  const longDay = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeZone: 'UTC' })
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' })
  const shortDay = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' })
  const lang: Record<string, string> = chosen ? { lang: language } : {}
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short', timeZone })
  return {
    facts,
    language,
    words: WORDS[language],
    count: (number) => whole.format(number),
    bytes: (number) => bytesIn(locale, number),
    seconds: (number) => unit(locale, 'second', number),
    longDay: (date) => longDay.format(new Date(date)),
    day: (date) => day.format(new Date(date)),
    shortDay: (date) => shortDay.format(new Date(date)),
    moment: (instant) => moment.format(new Date(instant)),
    compare: collator.compare,
    chosen: lang,
    href: (path, query = {}) => {
      const search = new URLSearchParams({ ...query, ...lang }).toString()
      return search === '' ? path : `${path}?${search}`
    },
  }
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']

function bytesIn(locale: string, number: number): string {
  const step = Math.min(UNITS.length - 1, number < 1 ? 0 : Math.floor(Math.log10(number) / 3))
  return unit(locale, UNITS[step]!, number / 1000 ** step)
}

function unit(locale: string, unit: string, number: number): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit, maximumSignificantDigits: 3 }).format(number)
}

export const Reading = createContext<Reader>(readerOf({ language: 'fr', chosen: false, timeZone: 'UTC' }))
export const useReader = () => useContext(Reading)
