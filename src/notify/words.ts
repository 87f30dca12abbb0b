import type { ENTRY_REASONS, EXIT_REASONS } from '../editions/changes.ts'
import type { FailureKind } from '../errors.ts'

/** The words of messages in one language. Numbers, dates and names are passed in already formatted. */
interface Words {
  /** For `Intl`. */
  readonly locale: string
  /** Singular and plural. */
  readonly datasets: readonly [string, string]
  readonly published: (watch: string, datasets: string) => string
  readonly figures: (of: Figures) => string
  readonly or: string
  readonly quote: (term: string) => string
  readonly first: string
  readonly same: (since: string) => string
  readonly changed: (since: string, entered: string, left: string, moved: string) => string
  readonly entered: string
  readonly left: string
  readonly moved: string
  readonly entryReasons: Readonly<Record<keyof typeof ENTRY_REASONS, string>>
  readonly exitReasons: Readonly<Record<keyof typeof EXIT_REASONS, string>>
  readonly because: (reason: string) => string
  readonly search: (terms: string) => string
  readonly notSearched: (search: string) => string
  readonly notCompared: string
  readonly noEarlier: string
  readonly more: (count: string) => string
  readonly csv: string
  readonly document: string
  readonly failed: (date: string) => string
  readonly refused: (date: string) => string
  readonly remoteFailed: (date: string) => string
  readonly catchUp: (date: string) => string
  readonly why: (kind: string, exitCode: number) => string
  readonly kinds: Readonly<Record<FailureKind, string>>
  readonly again: (time: string) => string
  readonly notAgain: string
  readonly untouched: string
  readonly look: (date: string) => string
  readonly runAgain: (date: string) => string
  readonly missed: (dates: string) => string
  readonly missedMany: (count: string, from: string, to: string) => string
  readonly makeUp: (date: string) => string
  /** Why a date was missed. */
  readonly retriesEnded: string
  readonly noRun: string
  readonly recovered: (date: string) => string
  readonly remoteRecovered: (date: string) => string
  readonly isOver: string
  readonly warnings: string
}

interface Figures {
  readonly all: string
  readonly kept: string
  readonly terms: string
  readonly datasets: string
  readonly organizations: string
  readonly top: string
}

const en: Words = {
  locale: 'en-GB',
  datasets: ['dataset', 'datasets'],
  published: (watch, datasets) => `${watch}: ${datasets} in the tops`,
  figures: ({ all, kept, terms, datasets, organizations, top }) =>
    `Datasets of the portal: ${all}. With ${terms}: ${kept}. In the tops: ${datasets}, from ${organizations} of the ${top} most followed organizations.`,
  or: ' or ',
  quote: (term) => `“${term}”`,
  first: 'This is the first edition.',
  same: (since) => `No dataset entered, left or moved since ${since}.`,
  changed: (since, entered, left, moved) => `Since ${since}: ${entered} entered, ${left} left, ${moved} moved.`,
  entered: 'Entered:',
  left: 'Left:',
  moved: 'Moved to another organization:',
  entryReasons: {
    new: 'new on the portal',
    matches: 'now mentions one of the words',
    rose: 'its organization is now among the most followed',
    moved: 'moved to one of the most followed organizations',
  },
  exitReasons: {
    removed: 'removed from the portal',
    'no-match': 'no longer mentions any of the words',
    fell: 'its organization is no longer among the most followed',
    moved: 'moved to a less followed organization',
  },
  because: (reason) => `: ${reason}`,
  search: (terms) => `Search for ${terms}`,
  notSearched: (search) => `${search}: this week could not be searched.`,
  notCompared: 'The changes since the earlier week are not known.',
  noEarlier: 'There is no earlier snapshot to compare with.',
  more: (count) => `and ${count} more`,
  csv: 'CSV: ',
  document: 'Document: ',
  failed: (date) => `no edition of ${date} yet: the run failed`,
  refused: (date) => `no edition of ${date}: the completeness gate refused the export`,
  remoteFailed: (date) => `the edition of ${date} is published, but not on the portal`,
  catchUp: (date) => `Once that is fixed, "datagouv-tops publish-remote ${date}" publishes it there.`,
  why: (kind, exitCode) => `Why: ${kind} (exit code ${exitCode}).`,
  kinds: {
    bug: 'a bug',
    usage: 'a usage or configuration error',
    portal: 'the portal cannot be reached or does not deliver',
    contract: 'an export breaks its contract',
    store: 'a store cannot be reached, or refuses a request',
    gate: 'the export seems incomplete',
    held: 'another run is working on this date',
    interrupted: 'interrupted',
    terminated: 'terminated',
  },
  again: (time) => `It will be retried at ${time}, and then until it succeeds or the day is over.`,
  notAgain: 'It will not be retried.',
  untouched: 'Nothing incomplete was published; the earlier editions are unchanged.',
  look: (date) =>
    `If the export is correct after all, "datagouv-tops run --date ${date} --accept-incomplete" publishes it.`,
  runAgain: (date) => `Once the cause is fixed, "datagouv-tops run --date ${date}" publishes the edition.`,
  missed: (dates) => `no edition of ${dates}`,
  missedMany: (count, from, to) => `no edition of ${count} dates from ${from} to ${to}`,
  makeUp: (date) => `"datagouv-tops run --date ${date}" makes one from the portal's current export.`,
  retriesEnded: 'The retries have ended. The last error:',
  noRun: 'No run has succeeded, and none will try again by itself.',
  recovered: (date) => `the edition of ${date} is published after all`,
  remoteRecovered: (date) => `the edition of ${date} is on the portal after all`,
  isOver: 'The failure reported earlier is over. There is nothing left to do.',
  warnings: 'Warnings:',
}

const fr: Words = {
  locale: 'fr-FR',
  datasets: ['jeu de données', 'jeux de données'],
  published: (watch, datasets) => `${watch} : ${datasets} au classement`,
  figures: ({ all, kept, terms, datasets, organizations, top }) =>
    `Jeux de données du portail : ${all}. Avec ${terms} : ${kept}. Dont ceux de ${organizations} des ${top} organisations les plus suivies : ${datasets}.`,
  or: ' ou ',
  quote: (term) => `« ${term} »`,
  first: 'C’est la première édition.',
  same: (since) => `Aucun jeu de données n’est entré, sorti ou passé à une autre organisation depuis le ${since}.`,
  changed: (since, entered, left, moved) =>
    `Depuis le ${since} : entrées ${entered}, sorties ${left}, changements d’organisation ${moved}.`,
  entered: 'Entrées :',
  left: 'Sorties :',
  moved: 'Passés à une autre organisation :',
  entryReasons: {
    new: 'nouveau sur le portail',
    matches: 'mentionne désormais l’un des mots',
    rose: 'son organisation est désormais parmi les plus suivies',
    moved: 'transféré à l’une des organisations les plus suivies',
  },
  warnings: 'Avertissements\u00a0:',
  runAgain: (date) =>
    `Une fois le problème résolu, la commande «\u00a0datagouv-tops run --date ${date}\u00a0» publie l’édition.`,
  retriesEnded: 'Les tentatives sont terminées. La dernière erreur\u00a0:',
  noRun: 'Aucune exécution n’a abouti, et aucune nouvelle tentative n’est prévue.',
  recovered: (date) => `l’édition du ${date} est finalement publiée`,
  remoteRecovered: (date) => `l’édition du ${date} est finalement sur le portail`,
  isOver: 'L’échec signalé précédemment est résolu. Il n’y a plus rien à faire.',
  exitReasons: {
    removed: 'supprimé du portail',
    'no-match': 'ne mentionne plus aucun des mots',
    fell: 'son organisation n’est plus parmi les plus suivies',
    moved: 'transféré à une organisation moins suivie',
  },
  because: (reason) => ` : ${reason}`,
  search: (terms) => `Recherche ${terms}`,
  notSearched: (search) => `${search} : la recherche dans cette semaine n’a pas été possible.`,
  notCompared: 'Les changements depuis la semaine précédente ne sont pas connus.',
  noEarlier: 'Il n’y a pas d’export antérieur auquel comparer.',
  more: (count) => `et ${count} de plus`,
  csv: 'CSV : ',
  document: 'Document : ',
  failed: (date) => `pas encore d’édition du ${date} : l’exécution a échoué`,
  refused: (date) => `pas d’édition du ${date} : le contrôle de complétude a refusé l’export`,
  remoteFailed: (date) => `l’édition du ${date} est publiée, mais pas sur le portail`,
  catchUp: (date) => `Une fois la cause réglée, « datagouv-tops publish-remote ${date} » l’y publie.`,
  why: (kind, exitCode) => `Raison : ${kind} (code de sortie ${exitCode}).`,
  kinds: {
    bug: 'une erreur du programme',
    usage: 'un mauvais usage ou une mauvaise configuration',
    portal: 'le portail est injoignable ou ne livre pas',
    contract: 'un export ne respecte pas son format',
    store: 'un stockage est injoignable ou refuse',
    gate: 'l’export semble incomplet',
    held: 'une autre exécution traite déjà cette date',
    interrupted: 'interrompue',
    terminated: 'arrêtée',
  },
  again: (time) => `Nouvel essai à ${time}, puis d’autres jusqu’à la réussite ou la fin de la journée.`,
  notAgain: 'Il n’y aura pas d’autre essai.',
  untouched: 'Rien d’inachevé n’a été publié ; les éditions précédentes restent en place.',
  look: (date) =>
    `Si l’export est correct malgré tout, « datagouv-tops run --date ${date} --accept-incomplete » le publie.`,
  missed: (dates) => `pas d’édition du ${dates}`,
  missedMany: (count, from, to) => `pas d’édition pour ${count} dates, du ${from} au ${to}`,
  makeUp: (date) => `« datagouv-tops run --date ${date} » en produit une à partir de l’export actuel du portail.`,
}

export const WORDS = { en, fr } as const

export type Language = keyof typeof WORDS
