import type { ENTRY_REASONS, EXIT_REASONS } from '../editions/changes.ts'
import type { FailureKind } from '../errors.ts'

interface Figures {
  readonly all: string
  readonly kept: string
  readonly terms: string
  readonly datasets: string
  readonly organizations: string
  readonly top: string
}

/** The words of messages. Numbers, dates and names are passed in already formatted. */
const en = {
  /** For `Intl`. */
  locale: 'en-GB',
  test: 'test message',
  testReason: 'This message was sent by "datagouv-tops notify --test". The notifications will arrive here.',
  /** Singular and plural. */
  datasets: ['dataset', 'datasets'],
  published: (watch: string, datasets: string) => `${watch}: ${datasets} in the tops`,
  figures: ({ all, kept, terms, datasets, organizations, top }: Figures) =>
    `Datasets of the portal: ${all}. With ${terms}: ${kept}. In the tops: ${datasets}, from ${organizations} of the ${top} most followed organizations.`,
  or: ' or ',
  quote: (term: string) => `“${term}”`,
  first: 'This is the first edition.',
  same: (since: string) => `No dataset entered, left or moved since ${since}.`,
  changed: (since: string, entered: string, left: string, moved: string) =>
    `Since ${since}: ${entered} entered, ${left} left, ${moved} moved.`,
  entered: 'Entered:',
  left: 'Left:',
  moved: 'Moved to another organization:',
  entryReasons: {
    new: 'new in the catalogue',
    matches: 'now mentions one of the words',
    rose: 'its organization is now among the most followed',
    moved: 'moved to one of the most followed organizations',
    watch: 'the watch has changed',
  } satisfies Record<keyof typeof ENTRY_REASONS, string>,
  exitReasons: {
    removed: 'no longer in the catalogue',
    'no-match': 'no longer mentions any of the words',
    fell: 'its organization is no longer among the most followed',
    moved: 'moved to a less followed organization',
    watch: 'the watch has changed',
  } satisfies Record<keyof typeof EXIT_REASONS, string>,
  because: (reason: string) => `: ${reason}`,
  search: (terms: string) => `Search for ${terms}`,
  notSearched: (search: string) => `${search}: this week could not be searched.`,
  notCompared: 'The changes since the earlier week are not known.',
  noEarlier: 'There is no earlier snapshot to compare with.',
  more: (count: string) => `and ${count} more`,
  csv: 'CSV: ',
  document: 'Document: ',
  failed: (date: string) => `no edition of ${date} yet: the run failed`,
  refused: (date: string) => `no edition of ${date}: the completeness gate refused the export`,
  remoteFailed: (date: string) => `the edition of ${date} is published, but not on the portal`,
  catchUp: (date: string) => `Once that is fixed, "datagouv-tops publish-remote ${date}" publishes it there.`,
  why: (kind: string, exitCode: number) => `Why: ${kind} (exit code ${exitCode}).`,
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
  } satisfies Record<FailureKind, string>,
  again: (time: string) =>
    `It will be retried at ${time}, and then until it succeeds or its time limit (give_up_after) has passed.`,
  notAgain: 'It will not be retried.',
  untouched: 'Nothing incomplete was published; the earlier editions are unchanged.',
  look: (date: string) =>
    `If the export is correct after all, "datagouv-tops run --date ${date} --accept-incomplete" publishes it.`,
  runAgain: (date: string) => `Once the cause is fixed, "datagouv-tops run --date ${date}" publishes the edition.`,
  missed: (dates: string) => `no edition of ${dates}`,
  missedMany: (count: string, from: string, to: string) => `no edition of ${count} dates from ${from} to ${to}`,
  makeUp: (date: string) =>
    `"datagouv-tops run --date ${date}" makes one from the snapshot of that date, or without one, from the portal's current export.`,
  /** Why a date was missed. */
  retriesEnded: 'The retries have ended. The last error:',
  noRun: 'No run will try again by itself.',
  recovered: (date: string) => `the edition of ${date} is published after all`,
  remoteRecovered: (date: string) => `the edition of ${date} is on the portal after all`,
  isOver: 'The failure reported earlier is over. There is nothing left to do.',
  warnings: 'Warnings:',
}

const fr: typeof en = {
  locale: 'fr-FR',
  test: 'message de test',
  testReason:
    'Ce message a été envoyé par la commande «\u00a0datagouv-tops notify --test\u00a0». Les notifications arriveront ici.',
  datasets: ['jeu de données', 'jeux de données'],
  published: (watch, datasets) => `${watch}\u00a0: ${datasets} dans les tops`,
  figures: ({ all, kept, terms, datasets, organizations, top }) =>
    `Jeux de données du portail\u00a0: ${all}. Mentionnant ${terms}\u00a0: ${kept}. Dans les tops\u00a0: ${datasets}, provenant de ${organizations} des ${top} organisations les plus suivies.`,
  or: ' ou ',
  quote: (term) => `«\u00a0${term}\u00a0»`,
  first: 'C’est la première édition.',
  same: (since) => `Depuis le ${since}, aucun jeu de données n’est entré, n’est sorti ni n’a changé d’organisation.`,
  changed: (since, entered, left, moved) =>
    `Entrées depuis le ${since}\u00a0: ${entered}. Sorties\u00a0: ${left}. Changements d’organisation\u00a0: ${moved}.`,
  entered: 'Entrées\u00a0:',
  left: 'Sorties\u00a0:',
  moved: 'Changements d’organisation\u00a0:',
  entryReasons: {
    new: 'nouveau dans le catalogue',
    matches: 'mentionne désormais l’un des mots',
    rose: 'son organisation est désormais parmi les plus suivies',
    moved: 'transféré à l’une des organisations les plus suivies',
    watch: 'la veille a changé',
  },
  warnings: 'Avertissements\u00a0:',
  runAgain: (date) =>
    `Une fois le problème résolu, la commande «\u00a0datagouv-tops run --date ${date}\u00a0» publie l’édition.`,
  retriesEnded: 'Les tentatives sont terminées. La dernière erreur\u00a0:',
  noRun: 'Aucune nouvelle tentative n’est prévue.',
  recovered: (date) => `l’édition du ${date} est finalement publiée`,
  remoteRecovered: (date) => `l’édition du ${date} est finalement sur le portail`,
  isOver: 'L’échec signalé précédemment est résolu. Il n’y a plus rien à faire.',
  exitReasons: {
    removed: 'absent du catalogue',
    'no-match': 'ne mentionne plus aucun des mots',
    fell: 'son organisation n’est plus parmi les plus suivies',
    moved: 'transféré à une organisation moins suivie',
    watch: 'la veille a changé',
  },
  because: (reason) => `\u00a0: ${reason}`,
  search: (terms) => `Recherche ${terms}`,
  notSearched: (search) => `${search}\u00a0: la recherche n’a pas pu être effectuée pour cette semaine.`,
  notCompared: 'Les changements depuis la semaine précédente ne sont pas connus.',
  noEarlier: 'Aucun catalogue antérieur n’est conservé\u00a0: la comparaison n’est pas possible.',
  more: (count) => (count === '1' ? 'et 1 autre' : `et ${count} autres`),
  csv: 'CSV\u00a0: ',
  document: 'Document\u00a0: ',
  failed: (date) => `pas encore d’édition du ${date}\u00a0: l’exécution a échoué`,
  refused: (date) => `pas d’édition du ${date}\u00a0: le contrôle de complétude a refusé l’export`,
  remoteFailed: (date) => `l’édition du ${date} est publiée, mais pas sur le portail`,
  catchUp: (date) =>
    `Une fois le problème résolu, la commande «\u00a0datagouv-tops publish-remote ${date}\u00a0» l’y publiera.`,
  why: (kind, exitCode) => `Raison\u00a0: ${kind} (code de sortie ${exitCode}).`,
  kinds: {
    bug: 'une erreur du programme',
    usage: 'la commande ou la configuration est incorrecte',
    portal: 'le portail est injoignable ou ne fournit pas les données',
    contract: 'un export n’a pas le format attendu',
    store: 'un espace de stockage est injoignable ou refuse une opération',
    gate: 'l’export semble incomplet',
    held: 'une autre exécution traite déjà cette date',
    interrupted: 'exécution interrompue',
    terminated: 'exécution arrêtée',
  },
  again: (time) =>
    `Nouvelle tentative à ${time}, puis d’autres jusqu’à la réussite ou jusqu’au délai fixé (give_up_after).`,
  notAgain: 'Il n’y aura pas de nouvelle tentative.',
  untouched: 'Rien d’incomplet n’a été publié\u00a0; les éditions précédentes restent inchangées.',
  look: (date) =>
    `Si l’export est correct malgré tout, la commande «\u00a0datagouv-tops run --date ${date} --accept-incomplete\u00a0» le publie.`,
  missed: (dates) => `pas d’édition du ${dates.replaceAll(', ', ', du ')}`,
  missedMany: (count, from, to) => `pas d’édition pour ${count} dates, du ${from} au ${to}`,
  makeUp: (date) =>
    `La commande «\u00a0datagouv-tops run --date ${date}\u00a0» en produit une à partir des exports conservés pour cette date ou, à défaut, de l’export actuel du portail.`,
}

export const WORDS = { en, fr } as const

export type Language = keyof typeof WORDS
