import { useLocale } from '../locale.ts'
import type { TranslationOf } from './french.ts'
import type { Language } from './translations.ts'

/** The texts of the explanation of a dataset. They are apart from the others, which the browser loads with the script. */
const french = {
  explainForm: 'Pourquoi un jeu de données est-il présent ou absent\u00a0?',
  onlyListed: (n: number, count: string, top: string) =>
    n === 1
      ? `1 jeu de données mentionne un des mots, mais il n’appartient à aucune des ${top} organisations les plus suivies.`
      : `${count} jeux de données mentionnent un des mots, mais aucun n’appartient à l’une des ${top} organisations les plus suivies.`,
  seeList: 'Voir la liste complète',
  changesOfTops: 'Cette page et les flux ne couvrent que les tops, qui sont vides.',
  noDatasetGiven: 'Aucun jeu de données n’est indiqué. Donnez son titre, son identifiant ou l’adresse de sa page.',
  explainFormPlaceholder: 'Titre, identifiant ou adresse de sa page',
  inTopsSince: (day: string) => `Dans les tops depuis le ${day}.`,
  inTopsSinceFirst: (day: string) => `Dans les tops depuis la première édition, celle du ${day}.`,
  leftTops: (day: string) => `Sorti des tops le ${day}.`,
  overTheWeeks: 'Présence dans les tops',
  notInTops: 'hors des tops',
  enteredOn: (day: string) => `Entré le ${day}`,
  leftOn: (day: string) => `Sorti le ${day}`,
  reason: (reason: string) => `Raison\u00a0: ${reason}.`,
  verdicts: {
    'in-tops': (day: string) => `Ce jeu de données est dans les tops du ${day}\u00a0: il remplit les trois conditions.`,
    unknown: (day: string) => `Aucun jeu de données du catalogue du ${day} n’a cet identifiant ou cette adresse.`,
    'not-listed': (day: string) =>
      `Ce jeu de données n’est pas dans la liste complète du ${day}. L’export de ce jour n’a pas été conservé\u00a0: la raison est inconnue.`,
    'no-term': (day: string) =>
      `Ce jeu de données n’est pas dans l’édition du ${day}\u00a0: il ne mentionne aucun des mots.`,
    'no-organization': (day: string) =>
      `Ce jeu de données est dans la liste complète du ${day}, mais pas dans les tops\u00a0: il n’est rattaché à aucune organisation.`,
    'unknown-organization': (day: string) =>
      `Ce jeu de données est dans la liste complète du ${day}, mais pas dans les tops\u00a0: son organisation est absente de l’export.`,
    'below-top': (day: string) =>
      `Ce jeu de données est dans la liste complète du ${day}, mais pas dans les tops\u00a0: son organisation n’a pas assez d’abonnés.`,
  },
  unknownTitle: (day: string) => `Aucun jeu de données du catalogue du ${day} n’a ce texte dans son titre.`,
  notListedTitle: (day: string) =>
    `Aucun jeu de données de la liste complète du ${day} n’a ce texte dans son titre. Le catalogue de ce jour n’a pas été conservé\u00a0: les autres jeux de données ne peuvent pas être recherchés.`,
  chooseDataset: (count: string, day: string) =>
    `${count} jeux de données du catalogue du ${day} ont ce texte dans leur titre. Choisissez\u2011en un\u00a0:`,
  moreDatasets: (count: string) =>
    count === '1' ? 'Il y en a 1 autre. Précisez le titre.' : `Il y en a ${count} autres. Précisez le titre.`,
  gone: (day: string) => `Ce jeu de données n’est plus au catalogue du ${day}.`,
  stillThere: (day: string) => `Il y était encore le ${day}.`,
  seeLastSeen: 'Voir l’explication de cette édition',
  yes: '(oui)',
  no: '(non)',
  unknown: '(inconnu)',
  inCatalogueOf: (day: string) => `Il figure au catalogue du ${day}`,
  recordOf: (record: string, records: string) => `Ligne ${record} sur ${records} dans l’export.`,
  recordOfList: (record: string, records: string) => `Ligne ${record} sur ${records} dans la liste complète.`,
  mentions: (terms: string) => `Il mentionne ${terms}`,
  foundIn: (term: string, column: string) => `${term}, dans ${column}`,
  times: (count: string) => `${count} fois`,
  searchedIn: (columns: string) =>
    `Recherche dans ${columns}, sans tenir compte des accents, des majuscules, des traits d’union ni des apostrophes.`,
  ofTheTop: (top: string) => `Son organisation fait partie des ${top} plus suivies`,
  ranked: (rank: string, of: string | undefined, followers: string) =>
    of === undefined ? `, ${ordinal(rank)}, ${followers}.` : `, ${ordinal(rank)} sur ${of}, ${followers}.`,
  ahead: (followers: string, last: string) => `Soit ${followers} de plus que la ${ordinal(last)}.`,
  behind: (followers: string, last: string) => `Il lui en manque ${followers} pour rejoindre la ${ordinal(last)}.`,
  noOrganization: 'Il n’est rattaché à aucune organisation.',
  unknownOrganization: 'Son organisation est absente de l’export des organisations.',
}

/** Ordinal of an organization's rank, which is feminine: `1re`, `2e`. */
function ordinal(rank: string): string {
  return rank === '1' ? '1re' : `${rank}e`
}

type ExplainTexts = TranslationOf<typeof french>

const english: ExplainTexts = {
  explainForm: 'Why is a dataset listed or missing?',
  onlyListed: (n, count, top) =>
    n === 1
      ? `1 dataset mentions one of the words, but it does not belong to any of the ${top} most followed organizations.`
      : `${count} datasets mention one of the words, but none belongs to the ${top} most followed organizations.`,
  seeList: 'See the full list',
  changesOfTops: 'This page and the feeds cover only the tops, which are empty.',
  noDatasetGiven: 'No dataset is given. Enter its title, its ID or the address of its page.',
  explainFormPlaceholder: 'Its title, ID or page address',
  inTopsSince: (day) => `In the tops since ${day}.`,
  inTopsSinceFirst: (day) => `In the tops since the first edition (${day}).`,
  leftTops: (day) => `Left the tops on ${day}.`,
  overTheWeeks: 'In the tops over time',
  notInTops: 'not in the tops',
  enteredOn: (day) => `Entered on ${day}`,
  leftOn: (day) => `Left on ${day}`,
  reason: (reason) => `Reason: ${reason}.`,
  verdicts: {
    'in-tops': (day) => `This dataset is in the tops of ${day}: it meets all three conditions.`,
    unknown: (day) => `No dataset in the catalogue of ${day} has this ID or address.`,
    'not-listed': (day) =>
      `This dataset is not in the full list of ${day}. That day’s export was not kept, so the reason is unknown.`,
    'no-term': (day) => `This dataset is not in the edition of ${day}: it mentions none of the words.`,
    'no-organization': (day) =>
      `This dataset is in the full list of ${day}, but not in the tops: it does not belong to an organization.`,
    'unknown-organization': (day) =>
      `This dataset is in the full list of ${day}, but not in the tops: its organization is missing from the export.`,
    'below-top': (day) =>
      `This dataset is in the full list of ${day}, but not in the tops: its organization has too few followers.`,
  },
  unknownTitle: (day) => `No dataset in the catalogue of ${day} has this text in its title.`,
  notListedTitle: (day) =>
    `No dataset in the full list of ${day} has this text in its title. That day’s catalogue was not kept, so other datasets cannot be searched.`,
  chooseDataset: (count, day) =>
    `${count} datasets in the catalogue of ${day} have this text in their titles. Choose one:`,
  moreDatasets: (count) =>
    count === '1' ? 'There is 1 more. Enter more of the title.' : `There are ${count} more. Enter more of the title.`,
  gone: (day) => `This dataset is no longer in the catalogue of ${day}.`,
  stillThere: (day) => `It was still there on ${day}.`,
  seeLastSeen: 'See the explanation in that edition',
  yes: '(yes)',
  no: '(no)',
  unknown: '(unknown)',
  inCatalogueOf: (day) => `It is in the catalogue of ${day}`,
  recordOf: (record, records) => `Record ${record} of ${records} in the export.`,
  recordOfList: (record, records) => `Record ${record} of ${records} in the full list.`,
  mentions: (terms) => `It mentions ${terms}`,
  foundIn: (term, column) => `${term}, in ${column}`,
  times: (count) => `${count} times`,
  searchedIn: (columns) => `Searched in ${columns}, ignoring accents, case, hyphens and apostrophes.`,
  ofTheTop: (top) => `Its organization is one of the ${top} most followed`,
  ranked: (rank, of, followers) =>
    of === undefined ? `, rank ${rank}, ${followers}.` : `, rank ${rank} of ${of}, ${followers}.`,
  ahead: (followers, last) => `That is ${followers} more than rank ${last}.`,
  behind: (followers, last) => `It needs ${followers} more to reach rank ${last}.`,
  noOrganization: 'It does not belong to an organization.',
  unknownOrganization: 'Its organization is missing from the organizations export.',
}

const TEXTS: Readonly<Record<Language, ExplainTexts>> = { fr: french, en: english }

export const explainTextsIn = (language: Language) => TEXTS[language]
export const useExplainTexts = () => TEXTS[useLocale().language]
