/** The texts of the pages. Functions take formatted numbers; `n` is a plain number that chooses singular or plural. */
export const french = {
  siteName: (portal: string) => `Tops de ${portal}`,
  /** A title that a colon divides. */
  titled: (subject: string, about: string) => `${subject}\u00a0: ${about}`,
  skip: 'Aller au contenu',
  sections: 'Rubriques',
  language: 'Langue',
  tops: 'Tops',
  organizations: 'Organisations',
  changes: 'Changements',
  explore: 'Explorer',
  changeWords: 'Modifier\u00a0les\u00a0mots',
  editions: 'Éditions',
  runs: 'Exécutions',

  term: (term: string) => `«\u00a0${term}\u00a0»`,
  thisWord: 'ce mot',
  oneOfTheseWords: 'l’un de ces mots',
  about: (words: string, portal: string, top: string) =>
    `Jeux de données mentionnant ${words}, publiés par les ${top} organisations les plus suivies de ${portal}.`,
  watches: 'Veilles',

  edition: 'Édition du',
  editionOf: (day: string) => `Édition du ${day}`,
  latest: 'dernière édition',
  earlier: 'Édition précédente',
  later: 'Édition suivante',
  chooseEdition: 'Choisir une édition',
  description: 'Chaque semaine, les jeux de données sur un thème, publiés par les organisations les plus suivies.',
  go: 'Afficher',

  inCatalogue: (n: number) => (n === 1 ? 'jeu de données au catalogue' : 'jeux de données au catalogue'),
  mentioning: (terms: number) => (terms === 1 ? 'mentionnant le mot' : 'mentionnant l’un des mots'),
  inTops: (organizations: string, top: string) =>
    `provenant de ${organizations} des ${top} organisations les plus suivies`,
  downloadRows: (n: number, count: string) =>
    n === 1 ? 'Télécharger cette ligne (CSV)' : `Télécharger ces ${count} lignes (CSV)`,
  forExcel: 'pour Excel',
  compressed: 'compressé',
  browseList: 'parcourir la liste',
  figures: 'Chiffres clés',
  thisView: 'Cette vue\u00a0:',
  permalink: 'lien',
  thisPageAsJson: 'Cette page en JSON',
  downloads: 'Télécharger',
  downloadAll: (n: number, count: string) =>
    n === 1 ? 'Télécharger le jeu de données (CSV)' : `Télécharger les ${count} jeux de données (CSV)`,
  csvOfTops: (datasets: string) => `CSV des tops, ${datasets}`,
  csvOfList: (datasets: string, size: string) => `CSV complet, ${datasets} (${size})`,
  allOrganizations: 'toutes les organisations, à l’identique de l’export',

  sinceDay: (day: string) => `Depuis le ${day}`,
  entered: (n: number, count: string) => (n > 1 ? `${count} nouveaux` : `${count} nouveau`),
  left: (n: number, count: string) => (n > 1 ? `${count} sortis des tops` : `${count} sorti des tops`),
  reasonsFollow: 'Recherche des raisons en cours. Actualisez la page dans quelques secondes.',
  allChanges: 'Tous les changements',
  nothingNew: 'Aucun jeu de données n’est entré ni sorti.',
  firstEdition: 'C’est la première édition. Les changements apparaîtront à partir de la prochaine.',
  firstEditionTitle: 'première édition',
  andMore: (count: string) => (count === '1' ? 'et 1 autre' : `et ${count} autres`),
  newBadge: 'Nouveau',
  newOrganization: 'Nouvelle',
  newColumn: 'Nouveaux',
  goneColumn: 'Sortis',

  find: 'Rechercher',
  findLabel: 'Rechercher dans les titres et les organisations',
  findPlaceholder: 'Titre ou organisation',
  filters: 'Filtrer',
  goneBadge: 'Sorti',
  goneOnly: 'Sortis uniquement',
  organization: 'Organisation',
  everyOrganization: 'Toutes les organisations',
  newOnly: 'Nouveaux uniquement',
  grouped: 'Par organisation',
  flat: 'En liste',
  presentation: 'Affichage',
  apply: 'Appliquer',
  dataset: 'Jeu de données',
  datasets: 'Jeux de données',
  followers: 'Abonnés',
  followersOf: (n: number, count: string) => (n > 1 ? `${count} abonnés` : `${count} abonné`),
  datasetsOf: (n: number, count: string) => (n > 1 ? `${count} jeux de données` : `${count} jeu de données`),
  shown: (shown: string, all: string) => `${shown} sur ${all} jeux de données`,
  why: 'Pourquoi\u00a0?',
  untitled: '(sans titre)',
  noneFound: 'Aucun jeu de données ne correspond à ces critères.',
  noneFoundHint:
    'La recherche porte sur le titre et l’organisation. Elle ignore les accents, les majuscules, les traits d’union et les apostrophes.',
  foundInList: (n: number, count: string) =>
    n > 1
      ? `Voir les ${count} jeux de données trouvés dans la liste complète`
      : 'Voir le jeu de données trouvé dans la liste complète',
  searchList: 'Rechercher dans la liste complète',
  noneInList: 'La liste complète n’en contient aucun non plus.',
  searchCatalogue: 'Rechercher ces mots dans tout le catalogue',
  clear: 'Tout afficher',
  emptyEdition: 'Cette édition ne contient aucun jeu de données des organisations les plus suivies.',
  pages: 'Pages',
  page: (page: string, pages: string) => `Page ${page} sur ${pages}`,
  previous: 'Précédente',
  next: 'Suivante',

  docs: 'L’API',
  aboutApi:
    'Toutes les données de ce site, pour vos programmes\u00a0: en lecture seule, sans clé, en JSON et en CSV. Ajoutez /api devant le chemin d’une page pour obtenir ses données.',
  apiTags: {
    watches: 'Veilles',
    editions: 'Éditions',
    changes: 'Changements',
    organizations: 'Organisations',
    datasets: 'Jeux de données',
    explore: 'Explorer',
    runs: 'Exécutions',
    feeds: 'Flux',
    probes: 'Supervision',
  },
  parameters: 'Paramètres',
  responses: 'Réponses',
  example: 'Exemple de réponse',
  openExample: 'Ouvrir cette adresse',
  tryIt: 'Essayer',
  madeFrom: (portal: string) => `Réalisé à partir des exports du catalogue de ${portal}, publiés sous licence ouverte.`,
  feed: 'Flux Atom',
  breadcrumbs: 'Fil d’Ariane',

  sinceEdition: (topic: string, day: string) => `${topic}, depuis l’édition du ${day}.`,
  compareWith: 'Comparer avec l’édition du',
  entryGroups: {
    new: (n: number, count: string, _organization: string) =>
      n > 1 ? `${count} nouveaux sur le portail` : `${count} nouveau sur le portail`,
    matches: (n: number, count: string, _organization: string) =>
      n > 1 ? `${count} mentionnent désormais l’un des mots` : `${count} mentionne désormais l’un des mots`,
    rose: (n: number, count: string, organization: string) =>
      n > 1
        ? `${count} entrés avec ${organization}, désormais parmi les plus suivies`
        : `${count} entré avec ${organization}, désormais parmi les plus suivies`,
    moved: (n: number, count: string, _organization: string) =>
      n > 1
        ? `${count} transférés à l’une des organisations les plus suivies`
        : `${count} transféré à l’une des organisations les plus suivies`,
    unknown: (n: number, count: string, _organization: string) =>
      n > 1 ? `${count} entrés pour une raison inconnue` : `${count} entré pour une raison inconnue`,
  },
  exitGroups: {
    removed: (n: number, count: string, _organization: string) =>
      n > 1 ? `${count} supprimés du portail` : `${count} supprimé du portail`,
    'no-match': (n: number, count: string, _organization: string) =>
      n > 1 ? `${count} ne mentionnent plus aucun des mots` : `${count} ne mentionne plus aucun des mots`,
    fell: (n: number, count: string, organization: string) =>
      n > 1
        ? `${count} sortis avec ${organization}, qui n’est plus parmi les plus suivies`
        : `${count} sorti avec ${organization}, qui n’est plus parmi les plus suivies`,
    moved: (n: number, count: string, _organization: string) =>
      n > 1
        ? `${count} transférés à une organisation moins suivie`
        : `${count} transféré à une organisation moins suivie`,
    unknown: (n: number, count: string, _organization: string) =>
      n > 1 ? `${count} sortis pour une raison inconnue` : `${count} sorti pour une raison inconnue`,
  },
  otherChanges: 'Autres changements',
  renamed: (n: number, count: string) => (n > 1 ? `${count} ont changé de titre` : `${count} a changé de titre`),
  titleBefore: (title: string) => `anciennement «\u00a0${title}\u00a0»`,
  nameBefore: (name: string) => `anciennement ${name}`,
  smallChanges: (n: number, count: string) =>
    n > 1 ? `${count} organisations ont peu changé` : `${count} organisation a peu changé`,
  newAndGone: 'Nouveaux et sortis, par semaine',
  entryReasons: {
    new: 'nouveau sur le portail',
    matches: 'mentionne désormais l’un des mots',
    rose: 'son organisation est désormais parmi les plus suivies',
    moved: 'transféré à l’une des organisations les plus suivies',
  },
  exitReasons: {
    removed: 'supprimé du portail',
    'no-match': 'ne mentionne plus aucun des mots',
    fell: 'son organisation n’est plus parmi les plus suivies',
    moved: 'transféré à une organisation moins suivie',
  },
  movedElsewhere: (n: number, count: string) =>
    n > 1 ? `${count} ont changé d’organisation` : `${count} a changé d’organisation`,
  movedFrom: (organization: string) => `auparavant publié par ${organization}`,
  followersChanged: 'Abonnés gagnés et perdus',
  leftRanking: 'sortie du classement',

  fullList: (terms: string) => `Liste complète\u00a0: ${terms}`,
  aboutList: (words: string, portal: string) =>
    `Tous les jeux de données de ${portal} mentionnant ${words}, quelle que soit l’organisation.`,
  columns: {
    title: 'le titre',
    tags: 'les mots-clés',
    description: 'la description',
  },
  nearest: 'Les plus proches\u00a0:',

  mostFollowed: (top: string) => `Les ${top} organisations les plus suivies`,
  aboutOrganizations: (portal: string, terms: string) =>
    `Classement par nombre d’abonnés sur ${portal}. La dernière colonne compte les jeux de données qui mentionnent ${terms}.`,
  rank: 'Rang',
  ranksGained: (ranks: string) => `(en hausse de ${ranks})`,
  ranksLost: (ranks: string) => `(en baisse de ${ranks})`,
  datasetsOfOrganization: (name: string, count: number) => `${count < 2 ? 'jeu' : 'jeux'} de données de ${name}`,
  overWeeks: (n: number, count: string, terms: string) =>
    `${terms}, ${n > 1 ? `au fil des ${count} éditions` : 'dans l’unique édition'}.`,
  itsDatasets: 'Ses jeux de données dans cette édition',
  onPortal: (portal: string) => `Voir sur ${portal}`,
  weekByWeek: 'Semaine par semaine',
  editionColumn: 'Édition',
  outsideTop: (top: string) => `hors des ${top} premières`,

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

  noEditionYet: 'Aucune édition pour le moment',
  noEditionYetHint: 'La prochaine exécution publiera la première. Pour la publier maintenant\u00a0:',
  publishStoredWeeks:
    'La prochaine exécution publiera la première. Pour publier dès maintenant les semaines conservées\u00a0:',
  noSuchEdition: (day: string) => `Pas d’édition du ${day}`,
  noSuchEditionHint: 'Éditions les plus proches\u00a0:',
  allEditions: 'Toutes les éditions',
  noSuchWatch: (watch: string) => `Veille «\u00a0${watch}\u00a0» introuvable`,
  noSuchWatchHint: 'Veilles disponibles\u00a0:',
  unknownParameter: (name: string) => `Paramètre «\u00a0${name}\u00a0» inconnu`,
  knownParameters: (names: string) => `Paramètres possibles\u00a0: ${names}.`,
  badValue: (value: string, name: string) => `Valeur «\u00a0${value}\u00a0» non valide pour «\u00a0${name}\u00a0»`,
  possibleValues: (values: string) => `Valeurs possibles\u00a0: ${values}.`,
  badRequest: 'Requête non valide',
  badRequestHint: 'L’édition de comparaison doit précéder l’édition affichée.',
  noSuchPage: 'Page introuvable',
  noSuchPageHint: 'Aucune page n’existe à cette adresse.',
  noSuchOrganization: 'Organisation non classée',
  noSuchOrganizationHint: 'Cette organisation ne figure parmi les plus suivies dans aucune édition.',
  noSuchRun: 'Exécution introuvable',
  noSuchRunHint: 'Aucune exécution n’a cet identifiant.',
  notADataset: 'Ce n’est pas un jeu de données',
  notADatasetHint: 'Saisissez son titre, son identifiant ou l’adresse de sa page sur le portail.',
  toLatest: 'Voir la dernière édition',
  unavailable: 'Momentanément indisponible',
  unavailableHint: 'Les données ne peuvent pas être lues pour l’instant. Actualisez la page dans une minute.',
  bug: 'Une erreur s’est produite',
  bugHint: 'Rien n’a été modifié. Si l’erreur se reproduit, consultez le journal du serveur.',
}

export type TranslationOf<T> = {
  readonly [K in keyof T]: T[K] extends (...values: infer V) => string
    ? (...values: V) => string
    : T[K] extends string
      ? string
      : TranslationOf<T[K]>
}

/** The texts of a language: those that the French ones define. */
export type Translation = TranslationOf<typeof french>
