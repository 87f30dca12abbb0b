import { useLocale } from '../locale.ts'
import type { Frame } from '../parts/layout.tsx'
import type { Language } from '../translations/translations.ts'
import { english } from './english.ts'
import { french } from './french.ts'

export type ExploreTexts = typeof french

/** The texts of the search. They are apart from the others, which the browser loads with the script. */
const TEXTS: Readonly<Record<Language, ExploreTexts>> = { fr: french, en: english }

/** Returns the texts for what is within a page. */
export const useExploreTexts = () => TEXTS[useLocale().language]
/** Returns the texts for a page itself. */
export const exploreTextsOf = ({ locale }: Frame) => TEXTS[locale.language]
