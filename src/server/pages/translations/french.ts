/** Returns a text in the singular or in the plural. `#` stands for the number, `@` for the organization. */
const counted = (one: string, more: string) => (n: number, count: string, organization?: string) =>
  (n > 1 ? more : one).replace('#', count).replace('@', () => organization ?? '')

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
  entered: counted('# nouveau', '# nouveaux'),
  left: counted('# sorti des tops', '# sortis des tops'),
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
  followersOf: counted('# abonné', '# abonnés'),
  datasetsOf: counted('# jeu de données', '# jeux de données'),
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
    new: counted('# nouveau dans le catalogue', '# nouveaux dans le catalogue'),
    matches: counted('# mentionne désormais l’un des mots', '# mentionnent désormais l’un des mots'),
    rose: counted(
      '# entré avec @, désormais parmi les plus suivies',
      '# entrés avec @, désormais parmi les plus suivies',
    ),
    moved: counted(
      '# transféré à l’une des organisations les plus suivies',
      '# transférés à l’une des organisations les plus suivies',
    ),
    watch: counted('# entré après un changement de la veille', '# entrés après un changement de la veille'),
    unknown: counted('# entré pour une raison inconnue', '# entrés pour une raison inconnue'),
  },
  exitGroups: {
    removed: counted('# absent du catalogue', '# absents du catalogue'),
    'no-match': counted('# ne mentionne plus aucun des mots', '# ne mentionnent plus aucun des mots'),
    fell: counted(
      '# sorti avec @, qui n’est plus parmi les plus suivies',
      '# sortis avec @, qui n’est plus parmi les plus suivies',
    ),
    moved: counted('# transféré à une organisation moins suivie', '# transférés à une organisation moins suivie'),
    watch: counted('# sorti après un changement de la veille', '# sortis après un changement de la veille'),
    unknown: counted('# sorti pour une raison inconnue', '# sortis pour une raison inconnue'),
  },
  otherChanges: 'Autres changements',
  renamed: counted('# a changé de titre', '# ont changé de titre'),
  titleBefore: (title: string) => `anciennement «\u00a0${title}\u00a0»`,
  nameBefore: (name: string) => `anciennement ${name}`,
  smallChanges: counted('# organisation a peu changé', '# organisations ont peu changé'),
  newAndGone: 'Nouveaux et sortis, par semaine',
  entryReasons: {
    new: 'nouveau dans le catalogue',
    matches: 'mentionne désormais l’un des mots',
    rose: 'son organisation est désormais parmi les plus suivies',
    moved: 'transféré à l’une des organisations les plus suivies',
    watch: 'la veille a changé',
  },
  exitReasons: {
    removed: 'absent du catalogue',
    'no-match': 'ne mentionne plus aucun des mots',
    fell: 'son organisation n’est plus parmi les plus suivies',
    moved: 'transféré à une organisation moins suivie',
    watch: 'la veille a changé',
  },
  movedElsewhere: counted('# a changé d’organisation', '# ont changé d’organisation'),
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

  laterCatalogue: (later: string, day: string) =>
    `Édition établie à partir du catalogue du ${later}, faute de catalogue du ${day}.`,
  noEditionYet: 'Aucune édition pour le moment',
  noEditionYetHint: 'La prochaine exécution publiera la première. Pour la publier maintenant\u00a0:',
  publishStoredWeeks:
    'La prochaine exécution publiera la première. Pour publier dès maintenant les semaines conservées\u00a0:',
  noSuchEdition: (day: string) => `Pas d’édition du ${day}`,
  noSuchDate: (day: string) => `${day} n’est pas une date du calendrier`,
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
