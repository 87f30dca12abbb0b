import { useLocale } from '../locale.ts'
import type { TranslationOf } from './french.ts'
import type { Language } from './translations.ts'

/** The texts about runs. They are apart from the others, which the browser loads with the script. */
const french = {
  aboutRuns: 'Chaque exécution laisse une trace\u00a0: sa tâche et son résultat.',
  noRunYet: 'Aucune exécution pour le moment.',
  startFirstRun: 'Pour lancer la première\u00a0:',
  earlierRuns: 'Exécutions précédentes',
  runOf: (day: string) => `Édition du ${day}`,
  runInProgress: 'En cours d’exécution.',
  runUnchanged: 'Rien à faire\u00a0: les mêmes données étaient déjà publiées.',
  runRemoved: 'Les données publiées pour cette date ont été retirées.',
  runStopped:
    'Arrêtée avant la fin, sans publication partielle. La prochaine exécution pour cette date prendra le relais.',
  runPublished: (datasets: string, organizations: string, top: string) =>
    `${datasets} dans les tops, provenant de ${organizations} des ${top} organisations les plus suivies`,
  runArchived: (datasets: string) => `${datasets} dans la liste complète`,
  runFetched: (datasets: string, organizations: string) =>
    `Exports récupérés\u00a0: ${datasets}, ${organizations} organisations.`,
  also: '\u00a0; ',
  forWatch: (watch: string, facts: string) => `${watch}\u00a0: ${facts}.`,
  stored: 'Enregistrée',
  statuses: {
    running: 'En cours',
    published: 'Publiée',
    unchanged: 'Inchangée',
    removed: 'Retirée',
    failed: 'Échec',
    stopped: 'Arrêtée',
  },
  failures: {
    bug: 'Erreur du programme, sans publication partielle.',
    usage: 'La commande ou la configuration était incorrecte.',
    portal: 'Le portail était injoignable ou a fourni des données incomplètes. Une nouvelle tentative peut aboutir.',
    contract: 'Un export n’avait pas le format attendu. Rien n’a été publié.',
    store: 'Un espace de stockage était injoignable ou a refusé l’opération. Une nouvelle tentative peut aboutir.',
    gate: 'Un export semblait incomplet. Il a été mis de côté et rien n’a été publié.',
    held: 'Une autre exécution traitait déjà cette date.',
    interrupted: 'Interrompue. La prochaine exécution prendra le relais.',
    terminated: 'Arrêtée par le système. La prochaine exécution prendra le relais.',
  },
  warnings: 'Avertissements',
  steps: 'Étapes',
  step: 'Étape',
  noStep: 'Aucune étape n’a abouti.',
  stepNames: {
    'read organizations': 'Lire les organisations',
    'read datasets': 'Lire et filtrer les jeux de données',
    'check completeness': 'Contrôler la complétude',
    'keep snapshot': 'Conserver les exports',
    archive: 'Archiver le CSV',
    publish: 'Publier le document',
    prune: 'Supprimer les anciens exports',
  },
  records: 'Lignes',
  size: 'Taille',
  duration: 'Durée',
  command: 'Commande',
  started: 'Début',
  ended: 'Fin',
  version: 'Version',
  identifier: 'Identifiant',
}

type RunTexts = TranslationOf<typeof french>

const english: RunTexts = {
  aboutRuns: 'Every run leaves a record of its task and its outcome.',
  noRunYet: 'No runs yet.',
  startFirstRun: 'To start the first one:',
  earlierRuns: 'Earlier runs',
  runOf: (day) => `Edition of ${day}`,
  runInProgress: 'In progress.',
  runUnchanged: 'Nothing to do: the same data was already published.',
  runRemoved: 'The data published for this date was removed.',
  runStopped: 'Stopped early. Nothing partial was published. The next run for this date will complete the work.',
  runPublished: (datasets, organizations, top) =>
    `${datasets} in the tops, from ${organizations} of the ${top} most followed organizations`,
  runArchived: (datasets) => `${datasets} in the full list`,
  runFetched: (datasets, organizations) => `Exports fetched: ${datasets}, ${organizations} organizations.`,
  also: '; ',
  forWatch: (watch, facts) => `${watch}: ${facts}.`,
  stored: 'Stored',
  statuses: {
    running: 'Running',
    published: 'Published',
    unchanged: 'Unchanged',
    removed: 'Removed',
    failed: 'Failed',
    stopped: 'Stopped',
  },
  failures: {
    bug: 'A bug in the program. Nothing partial was published.',
    usage: 'The command or the configuration was wrong.',
    portal: 'The portal was unreachable or delivered incomplete data. A retry can succeed.',
    contract: 'An export did not have the expected format. Nothing was published.',
    store: 'A store was unreachable or refused the operation. A retry can succeed.',
    gate: 'An export looked incomplete. It was set aside, and nothing was published.',
    held: 'Another run was working on this date.',
    interrupted: 'Interrupted. The next run will complete the work.',
    terminated: 'Stopped by the system. The next run will complete the work.',
  },
  warnings: 'Warnings',
  steps: 'Steps',
  step: 'Step',
  noStep: 'No step was completed.',
  stepNames: {
    'read organizations': 'Read the organizations',
    'read datasets': 'Read and filter the datasets',
    'check completeness': 'Check the completeness',
    'keep snapshot': 'Store the exports',
    archive: 'Archive the CSV',
    publish: 'Publish the document',
    prune: 'Delete old snapshots',
  },
  records: 'Records',
  size: 'Size',
  duration: 'Time',
  command: 'Command',
  started: 'Started',
  ended: 'Ended',
  version: 'Version',
  identifier: 'ID',
}

const TEXTS: Readonly<Record<Language, RunTexts>> = { fr: french, en: english }

export const runTextsIn = (language: Language) => TEXTS[language]
export const useRunTexts = () => TEXTS[useLocale().language]
