import { english } from './english.ts'
import { french } from './french.ts'

export const LANGUAGES = ['fr', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** The same words in every language; what a function takes counts, not what it says. */
export type Words = SaidIn<typeof french>
type SaidIn<T> = {
  readonly [K in keyof T]: T[K] extends (...values: infer V) => string
    ? (...values: V) => string
    : T[K] extends string
      ? string
      : SaidIn<T[K]>
}

export const WORDS: Record<Language, Words> = { fr: french, en: english }
