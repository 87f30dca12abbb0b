import type { Language } from './translations.ts'

/** The English texts of the OpenAPI description, with their translations. */
const TEXTS: Readonly<Record<string, string>> = {
  'Lists the configured watches': 'Liste les veilles configurées',
  Success: 'Succès',
  'Unchanged since the version that `If-None-Match` names': 'Inchangé depuis la version que désigne `If-None-Match`',
  'Invalid parameter; `detail` says which and why': 'Paramètre non valide\u00a0; `detail` indique lequel et pourquoi',
  'Not found; `detail` says what exists': 'Introuvable\u00a0; `detail` indique ce qui existe',
  'A store is unreachable, or the server is busy; `Retry-After` says when to try again':
    'Un espace de stockage est injoignable, ou le serveur est occupé\u00a0; `Retry-After` indique quand réessayer',
  'A store does not answer': 'Un espace de stockage ne répond pas',
  'Lists the editions, latest first': 'Liste les éditions, de la plus récente à la plus ancienne',
  'Only editions of this watch (default: all watches)':
    'Seulement les éditions de cette veille (par défaut\u00a0: de toutes les veilles)',
  'Only editions of this date or later': 'Seulement les éditions à partir de cette date',
  'Only editions of this date or earlier': 'Seulement les éditions jusqu’à cette date',
  'Number of items to skip (default: 0)': 'Nombre d’éléments à sauter (par défaut\u00a0: 0)',
  'For the page only: its language': 'Pour la page uniquement\u00a0: sa langue',
  'Returns an edition: the TOP organizations and their datasets':
    'Renvoie une édition\u00a0: les organisations les plus suivies et leurs jeux de données',
  'Returns the published document, or its datasets as CSV (with `Accept: text/csv`, or `.csv` after the date). Filters, sorting and paging apply to `datasets`. `X-Total-Count` is then the number of datasets that match. With a search and without `sort`, datasets with all words at the start of a word come first.':
    'Renvoie le document publié, ou ses jeux de données en CSV (avec `Accept: text/csv`, ou `.csv` après la date). Filtres, tri et pagination s’appliquent à `datasets`. `X-Total-Count` est alors le nombre de jeux de données trouvés. Avec une recherche et sans `sort`, les jeux de données où chaque mot recherché est au début d’un mot viennent en premier.',
  'Name of a watch': 'Nom d’une veille',
  'Date of an edition, or `latest`; followed by `.csv` for CSV':
    'Date d’une édition, ou `latest`\u00a0; suivie de `.csv` pour du CSV',
  'Words to find in title or organization, ignoring accents, case, hyphens and apostrophes; `"two words"` is a phrase, `-word` excludes':
    'Mots à rechercher dans le titre ou l’organisation, sans tenir compte des accents, des majuscules, des traits d’union ni des apostrophes\u00a0; `"deux mots"` est une expression, `-mot` exclut',
  'If several datasets have the text in their title, `nearest` lists them.':
    'Si plusieurs jeux de données ont ce texte dans leur titre, `nearest` en donne la liste.',
  'ID or name of an organization, or a part of the name that no other organization has':
    'Identifiant ou nom d’une organisation, ou une partie du nom qu’aucune autre organisation n’a',
  'Only datasets that are new since the earlier edition; with `gone`, both kinds':
    'Seulement les jeux de données nouveaux depuis l’édition antérieure\u00a0; avec `gone`, les deux à la fois',
  'Only datasets that left since the earlier edition':
    'Seulement les jeux de données sortis depuis l’édition antérieure',
  'Date of the earlier edition, for `new` and `gone` (default: the one before)':
    'Date de l’édition antérieure, pour `new` et `gone` (par défaut\u00a0: la précédente)',
  'Starts a CSV with a byte order mark, which Excel needs to read accents':
    'Ajoute au début du CSV un indicateur d’ordre des octets (BOM), dont Excel a besoin pour lire les accents',
  'For the page only: how it shows the datasets': 'Pour la page uniquement\u00a0: l’affichage des jeux de données',
  'Returns datasets of the full list, of all organizations':
    'Renvoie des jeux de données de la liste complète, de toutes les organisations',
  'The list comes from the archived CSV, in its order. `archive.csv` has all its columns, byte for byte. The default limit is 100 for JSON and all for CSV.':
    'La liste vient du CSV archivé et en garde l’ordre. `archive.csv` en a toutes les colonnes, à l’octet près. Par défaut, la limite est de 100 en JSON et il n’y en a pas en CSV.',
  'Date of an edition, or `latest`': 'Date d’une édition, ou `latest`',
  'Maximum number of items': 'Nombre maximal d’éléments',
  'Maximum number of items (default: all)': 'Nombre maximal d’éléments (par défaut\u00a0: tous)',
  'Returns datasets of the full list as CSV': 'Renvoie des jeux de données de la liste complète en CSV',
  'Returns the archived CSV of an edition: the matching records of the export, byte for byte':
    'Renvoie le CSV archivé d’une édition\u00a0: les lignes retenues de l’export, à l’octet près',
  'Supports `Range`. The `ETag` is the sha256 that the edition names.':
    'Accepte `Range`. L’`ETag` est le sha256 qu’indique l’édition.',
  'The whole file': 'Le fichier entier',
  'The requested range of the file': 'La partie demandée du fichier',
  'The file has no such range; `Content-Range` gives its size':
    'Le fichier n’a pas cette partie\u00a0; `Content-Range` indique sa taille',
  'Returns the archived CSV of an edition, compressed with gzip':
    'Renvoie le CSV archivé d’une édition, compressé avec gzip',
  'Compressed on the fly to about a fifth of the size. For `Range`, use `archive.csv`.':
    'Compressé à la volée, à un cinquième de la taille. Pour `Range`, utilisez `archive.csv`.',
  'Compares two editions': 'Compare deux éditions',
  'Lists the datasets that entered, left, moved to another organization, were renamed, or gained or lost followers, and the organizations whose name, rank, followers or number of datasets changed. Datasets that entered or left have a reason. It is null if the files that would show it were not kept. The CSV (with `Accept: text/csv`, or `changes.csv`) has one row per change of a dataset: `change`, `reason`, `id`, `title`, `organization`, `from` (the earlier organization or title), `followers`, `before` (the earlier number of followers).':
    'Liste les jeux de données entrés ou sortis, avec la raison, ceux qui ont changé d’organisation ou de titre, les abonnés gagnés ou perdus, et les organisations dont le nom, le rang, les abonnés ou le nombre de jeux de données ont changé. La raison vaut `null` si les fichiers qui la montreraient n’ont pas été conservés. Le CSV (avec `Accept: text/csv`, ou `changes.csv`) a une ligne par changement d’un jeu de données\u00a0: `change`, `reason`, `id`, `title`, `organization`, `from` (l’organisation ou le titre d’avant), `followers`, `before` (abonnés d’avant).',
  'Name of a watch (default: the first one)': 'Nom d’une veille (par défaut\u00a0: la première)',
  'Date of the earlier edition (default: the one before `to`)':
    'Date de l’édition antérieure (par défaut\u00a0: celle qui précède `to`)',
  'Date of the later edition (default: the latest)': 'Date de l’édition postérieure (par défaut\u00a0: la dernière)',
  'Compares two editions, as CSV': 'Compare deux éditions, en CSV',
  'Compares an edition with an earlier one': 'Compare une édition avec une édition antérieure',
  'Date of the earlier edition (default: the one before)':
    'Date de l’édition antérieure (par défaut\u00a0: la précédente)',
  'Compares an edition with an earlier one, as CSV': 'Compare une édition avec une édition antérieure, en CSV',
  'Returns the TOP organizations of an edition, by rank':
    'Renvoie les organisations les plus suivies d’une édition, par rang',
  "Returns an organization's rank, followers and datasets in every edition up to this one, latest first":
    'Renvoie le rang, les abonnés et les jeux de données d’une organisation dans chaque édition jusqu’à celle-ci, de la plus récente à la plus ancienne',
  "Returns an organization's rank, followers and datasets in every edition, latest first":
    'Renvoie le rang, les abonnés et les jeux de données d’une organisation dans chaque édition, de la plus récente à la plus ancienne',
  'Explains why a dataset is in an edition or not':
    'Explique pourquoi un jeu de données est présent ou non dans une édition',
  'ID, slug or URL-encoded page URL of a dataset, its title, or a part of its title':
    'Identifiant, slug ou adresse encodée de la page d’un jeu de données, son titre ou une partie de son titre',
  'Date of the edition (default: the latest)': 'Date de l’édition (par défaut\u00a0: la dernière)',
  'Explains why a dataset is in this edition or not':
    'Explique pourquoi un jeu de données est présent ou non dans cette édition',
  'Returns the history of a dataset up to this edition, latest first, with the reasons why it entered and left':
    'Renvoie un jeu de données dans chaque édition jusqu’à celle-ci, avec les raisons de ses entrées et sorties, de la plus récente à la plus ancienne',
  'A reason is null if nothing changed, or if the files that would show it were not kept.':
    'La raison vaut `null` si rien n’a changé, ou si les fichiers qui la montreraient n’ont pas été conservés.',
  'ID of a dataset': 'Identifiant d’un jeu de données',
  'Lists the runs, latest first': 'Liste les exécutions, de la plus récente à la plus ancienne',
  'Only runs for this edition date': 'Seulement les exécutions pour cette date d’édition',
  'ID of a run: only those before it': 'Identifiant d’une exécution\u00a0: seulement celles qui la précèdent',
  'Only runs with this status': 'Seulement les exécutions qui ont ce statut',
  'Returns a run': 'Renvoie une exécution',
  'ID of a run': 'Identifiant d’une exécution',
  'Returns the latest editions with their changes as an Atom feed':
    'Renvoie les dernières éditions et leurs changements en flux Atom',
  'Language of the feed (default: `Accept-Language`, else `fr`)':
    'Langue du flux (par défaut\u00a0: `Accept-Language`, sinon `fr`)',
  'Returns the latest editions with their changes as a JSON Feed':
    'Renvoie les dernières éditions et leurs changements en JSON Feed',
  'Checks that the server answers': 'Vérifie que le serveur répond',
  'Checks that both stores answer': 'Vérifie que les deux espaces de stockage répondent',
  'Returns metrics for Prometheus': 'Renvoie des métriques pour Prometheus',
  'Returns an Atom feed of a search: an entry each week, with the datasets that entered and left':
    'Renvoie le flux Atom d’une recherche\u00a0: un article par semaine, avec les jeux de données entrés et sortis',
  'Contains only the entry of the latest week. Feed readers keep the earlier ones.':
    'Contient l’article de la dernière semaine. Les lecteurs de flux gardent les précédents.',
  'One to 8 words or phrases of 2 to 64 letters, separated by `,`':
    'De 1 à 8 mots ou expressions de 2 à 64 lettres, séparés par `,`',
  'Whether a word may be part of a longer one (default: `substring`)':
    'Indique si un mot peut faire partie d’un mot plus long (par défaut\u00a0: `substring`)',
  'Columns of the export to search, separated by `,` (default: `title,tags,description`, the fastest)':
    'Colonnes de l’export où rechercher, séparées par `,` (par défaut\u00a0: `title,tags,description`, les plus rapides)',
  'How many of the most followed organizations the tops cover (default: 30)':
    'Nombre d’organisations les plus suivies à retenir (par défaut\u00a0: 30)',
  'Counts the datasets that contain any of the words, in each stored week':
    'Compte les jeux de données contenant des mots au choix, dans chaque semaine conservée',
  'Returns the weeks counted so far, and counts the others in the background. Ask again until `seconds_left` is 0.':
    'Renvoie les semaines déjà comptées, et compte les autres en arrière-plan. Renouvelez la requête jusqu’à ce que `seconds_left` soit à 0.',
  'Searches the whole catalogue of a week for any words':
    'Recherche des mots au choix dans tout le catalogue d’une semaine',
  'Returns what a watch with these words would publish for the snapshot of that date: the TOP organizations and their datasets, with the counts of each word and the place of each match. Filters, sorting and paging apply to `datasets`. With `Accept: text/csv`, or `.csv` after the date, returns the six fields of the datasets as CSV. The default limit is 100 for JSON (at most 1000) and all for CSV. A 503 with `Retry-After` means that too many searches are waiting.':
    'Renvoie ce que publierait une veille sur ces mots pour le catalogue de cette date\u00a0: les organisations les plus suivies et leurs jeux de données, avec les décomptes de chaque mot et l’emplacement de chaque occurrence. Filtres, tri et pagination s’appliquent à `datasets`. Avec `Accept: text/csv`, ou `.csv` après la date, renvoie les six champs des jeux de données en CSV. Par défaut, la limite est de 100 en JSON (au plus 1000) et il n’y en a pas en CSV. Un 503 avec `Retry-After` signale que trop de recherches sont en attente.',
  'Date of a stored snapshot, or `latest`; followed by `.csv` for CSV':
    'Date d’un catalogue conservé, ou `latest`\u00a0; suivie de `.csv` pour du CSV',
  'Only datasets that are new since the earlier snapshot; with `gone`, both kinds':
    'Seulement les jeux de données nouveaux depuis le catalogue antérieur\u00a0; avec `gone`, les deux à la fois',
  'Only datasets that left since the earlier snapshot':
    'Seulement les jeux de données sortis depuis le catalogue antérieur',
  'Date of the earlier snapshot, for `new` and `gone` (default: the one before)':
    'Date du catalogue antérieur, pour `new` et `gone` (par défaut\u00a0: le précédent)',
  'Maximum number of datasets': 'Nombre maximal de jeux de données',
  'Returns all datasets that contain any of the words: the matching records of the export, byte for byte':
    'Renvoie tous les jeux de données contenant au moins un de ces mots\u00a0: les lignes retenues de l’export, à l’octet près',
  'Date of a stored snapshot, or `latest`': 'Date d’un catalogue conservé, ou `latest`',
  'Compares a search with the same search in an earlier week':
    'Compare une recherche à la même recherche dans une semaine antérieure',
  'Has the same fields as the changes of an edition (`/api/editions/{watch}/{edition}/changes`), with all reasons.':
    'Comme pour une édition (`/api/editions/{watch}/{edition}/changes`), avec toutes les raisons.',
  'Date of the earlier snapshot (default: the one before)':
    'Date du catalogue antérieur (par défaut\u00a0: le précédent)',
  'Compares a search with the same search in an earlier week, as CSV':
    'Compare une recherche à la même recherche dans une semaine antérieure, en CSV',
}

/** Texts that contain a value. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [
    /^Sort keys, separated by `,`: (.*)\. `-` in front of a key sorts in descending order$/,
    'Clés de tri, séparées par `,`\u00a0: $1. `-` devant une clé trie par ordre décroissant',
  ],
  [/^Maximum number of items \(default: (\d+)\)$/, 'Nombre maximal d’éléments (par défaut\u00a0: $1)'],
  [/^Covers the last (\d+) runs\.$/, 'Porte sur les $1 dernières exécutions.'],
]

/** Returns a text of the OpenAPI description in a language. A text without translation stays English. */
export function translateApi(text: string, language: Language): string {
  if (language === 'en') return text
  const pattern = PATTERNS.find(([english]) => english.test(text))
  return pattern === undefined ? (TEXTS[text] ?? text) : text.replace(...pattern)
}
