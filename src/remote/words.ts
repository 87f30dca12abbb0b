import type { FileKind } from '../config/publish.ts'
import type { Edition } from '../editions/edition.ts'
import { dayFormat } from '../text/dayFormat.ts'
import { stripControls } from '../text/stripControls.ts'

/** The values in a title and a description. Numbers, dates and terms are already formatted. */
interface Subject {
  readonly terms: string
  /** The date of the edition, in words. */
  readonly date: string
  /** The date of the previous edition, for the changes. */
  readonly from: string
  readonly portal: string
  readonly all: string
  readonly listed: string
  readonly top: string
  readonly datasets: string
}

/** The titles and descriptions of resources in one language. Descriptions are Markdown. */
interface Templates {
  /** For `Intl`. */
  readonly locale: string
  readonly or: string
  readonly more: (count: string) => string
  readonly quote: (term: string) => string
  readonly title: Readonly<Record<FileKind, (subject: Subject) => string>>
  /** Added to the title of the file that each edition replaces, and to that of the file of one week. */
  readonly latest: string
  readonly edition: (date: string) => string
  readonly description: Readonly<Record<FileKind, (subject: Subject) => string>>
  /** Added to the description of the file that each edition replaces. */
  readonly replaced: string
}

const fr: Templates = {
  locale: 'fr-FR',
  or: ' ou ',
  more: (count) => (count === '1' ? '1 autre mot' : `${count} autres mots`),
  quote: (term) => `«\u00a0${term}\u00a0»`,
  title: {
    list: ({ terms }) => `Jeux de données mentionnant ${terms}\u00a0: la liste complète`,
    tops: ({ terms, top }) =>
      `Jeux de données mentionnant ${terms}\u00a0: ceux des ${top} organisations les plus suivies`,
    'tops-json': ({ terms, top }) =>
      `Jeux de données mentionnant ${terms}\u00a0: ceux des ${top} organisations les plus suivies, en JSON`,
    changes: ({ terms }) => `Jeux de données mentionnant ${terms}\u00a0: les changements depuis l’édition précédente`,
  },
  latest: '(dernière édition)',
  edition: (date) => `(édition du ${date})`,
  description: {
    list: ({ date, terms, portal, all, listed }) =>
      `Édition du ${date}. Jeux de données mentionnant ${terms}\u00a0: ${listed}, sur ${all} au catalogue de ${portal}. Chaque ligne est identique à celle de l’export du catalogue.\n\nCSV en UTF-8, séparateur «\u00a0;\u00a0».`,
    tops: ({ date, terms, portal, top, datasets }) =>
      `Édition du ${date}. Jeux de données de ${portal} mentionnant ${terms}, publiés par les ${top} organisations les plus suivies\u00a0: ${datasets}, triés par nombre d’abonnés de leur organisation, puis par leur propre nombre d’abonnés.\n\nColonnes\u00a0: \`dataset_id\`, \`dataset_title\`, \`dataset_followers\`, \`organization\`, \`organization_id\`, \`organization_followers\`. CSV en UTF-8, séparateur «\u00a0;\u00a0».`,
    'tops-json': ({ date, terms, portal, top, datasets }) =>
      `Édition du ${date}. Jeux de données de ${portal} mentionnant ${terms}, publiés par les ${top} organisations les plus suivies\u00a0: ${datasets}, avec le classement des organisations, les exports d’origine et leurs sommes de contrôle.`,
    changes: ({ date, from, terms }) =>
      `Ce qui a changé de l’édition du ${from} à celle du ${date}, parmi les jeux de données mentionnant ${terms}, publiés par les organisations les plus suivies\u00a0: une ligne par entrée (\`entered\`), sortie (\`left\`), changement d’organisation (\`moved\`), de titre (\`renamed\`) ou de nombre d’abonnés (\`followers\`), avec sa raison.\n\nColonnes\u00a0: \`change\`, \`reason\`, \`id\`, \`title\`, \`organization\`, \`from\`, \`followers\`, \`before\`. CSV en UTF-8, séparateur «\u00a0;\u00a0».`,
  },
  replaced: 'Ce fichier est remplacé à chaque édition\u00a0; son lien permanent reste le même.',
}

const en: Templates = {
  locale: 'en-GB',
  or: ' or ',
  more: (count) => `${count} more terms`,
  quote: (term) => `“${term}”`,
  title: {
    list: ({ terms }) => `Datasets with ${terms}: the full list`,
    tops: ({ terms, top }) => `Datasets with ${terms}: those of the ${top} most followed organizations`,
    'tops-json': ({ terms, top }) => `Datasets with ${terms}: those of the ${top} most followed organizations, as JSON`,
    changes: ({ terms }) => `Datasets with ${terms}: what has changed since the previous edition`,
  },
  latest: '(latest edition)',
  edition: (date) => `(edition of ${date})`,
  description: {
    list: ({ date, terms, portal, all, listed }) =>
      `Edition of ${date}. Datasets with ${terms}: ${listed}, of ${all} in the catalogue of ${portal}. The rows are unchanged from the export of the catalogue.\n\nCSV in UTF-8, delimiter ";".`,
    tops: ({ date, terms, portal, top, datasets }) =>
      `Edition of ${date}. Datasets of ${portal} with ${terms} that belong to the ${top} most followed organizations: ${datasets}, by the followers of their organization, then by their own.\n\nColumns: \`dataset_id\`, \`dataset_title\`, \`dataset_followers\`, \`organization\`, \`organization_id\`, \`organization_followers\`. CSV in UTF-8, delimiter ";".`,
    'tops-json': ({ date, terms, portal, top, datasets }) =>
      `Edition of ${date}. Datasets of ${portal} with ${terms} that belong to the ${top} most followed organizations: ${datasets}, with the ranking of the organizations, and the source exports with their checksums.`,
    changes: ({ date, from, terms }) =>
      `What has changed from the edition of ${from} to that of ${date}, among the datasets with ${terms} of the most followed organizations: a row for each dataset that \`entered\`, \`left\`, \`moved\` to another organization, was \`renamed\`, or gained or lost \`followers\`, with the reason.\n\nColumns: \`change\`, \`reason\`, \`id\`, \`title\`, \`organization\`, \`from\`, \`followers\`, \`before\`. CSV in UTF-8, delimiter ";".`,
  },
  replaced: 'This file is replaced with each edition; its permanent link stays the same.',
}

const TEMPLATES = { fr, en } as const

/** uData refuses a longer title. */
const MAX_TITLE = 350
/** How many terms to name. Any others are only counted. */
const MAX_TERMS = 3
const MAX_TERM = 60

/** Writes the title and the description of a resource. @param weekly whether it is the file of one week, which no edition replaces */
export function describeFile(
  kind: FileKind,
  edition: Edition,
  from: string | undefined,
  weekly: boolean,
  { language, portal }: { readonly language: 'fr' | 'en'; readonly portal: string },
): { readonly title: string; readonly description: string } {
  const templates = TEMPLATES[language]
  const count = (number: number) => new Intl.NumberFormat(templates.locale).format(number)
  const inWords = dayFormat(templates.locale, 'long')
  const subject = (write: (text: string) => string): Subject => ({
    terms: listTerms(edition.terms.map(write), templates, count),
    date: inWords(edition.date),
    from: from === undefined ? '' : inWords(from),
    portal,
    all: count(edition.source.datasets.records),
    listed: count(edition.archive.records),
    top: count(edition.top),
    datasets: count(edition.datasets.length),
  })
  const title = templates.title[kind](subject(stripControls))
  const suffix = weekly ? templates.edition(inWords(edition.date)) : templates.latest
  const description = templates.description[kind](subject((text) => literal(stripControls(text))))
  return {
    title: `${cut(title, MAX_TITLE - suffix.length - 1)} ${suffix}`,
    description: weekly ? description : `${description}\n\n${templates.replaced}`,
  }
}

function listTerms(
  terms: readonly string[],
  { or, more, quote }: Templates,
  count: (number: number) => string,
): string {
  const others = terms.length - MAX_TERMS
  const first = terms.slice(0, MAX_TERMS).map((term) => quote(cut(term, MAX_TERM)))
  return [...first, ...(others > 0 ? [more(count(others))] : [])].join(or)
}

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** Escapes text for Markdown. */
const literal = (text: string) => text.replace(/[\\`*_[\]<>#|~&!]/g, '\\$&')
