import { english } from './english.ts'
import { french, type Translation } from './french.ts'

export const LANGUAGES = ['fr', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

export const TRANSLATIONS: Record<Language, Translation> = { fr: french, en: english }
