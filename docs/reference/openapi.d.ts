/** Types of the API for openapi-fetch. Generated from openapi.json by "npm run reference". Do not edit. */


export interface paths {
  "/api/watches": {
    /** Lists the configured watches */
    get: operations["listWatches"];
  };
  "/api/editions": {
    /** Lists the editions, latest first */
    get: operations["listEditions"];
  };
  "/api/editions/{watch}/{edition}": {
    /**
     * Returns an edition: the TOP organizations and their datasets
     * @description Returns the published document, or its datasets as CSV (with `Accept: text/csv`, or `.csv` after the date). Filters, sorting and paging apply to `datasets`. `X-Total-Count` is then the number of datasets that match. With a search and without `sort`, datasets with all words at the start of a word come first.
     */
    get: operations["getEdition"];
  };
  "/api/editions/{watch}/{edition}/list": {
    /**
     * Returns datasets of the full list, of all organizations
     * @description The list comes from the archived CSV, in its order. `archive.csv` has all its columns, byte for byte. The default limit is 100 for JSON and all for CSV.
     */
    get: operations["getList"];
  };
  "/api/editions/{watch}/{edition}/list.csv": {
    /**
     * Returns datasets of the full list as CSV
     * @description The list comes from the archived CSV, in its order. `archive.csv` has all its columns, byte for byte. The default limit is 100 for JSON and all for CSV.
     */
    get: operations["getListAsCsv"];
  };
  "/api/editions/{watch}/{edition}/archive.csv": {
    /**
     * Returns the archived CSV of an edition: the matching records of the export, byte for byte
     * @description Supports `Range`. The `ETag` is the sha256 that the edition names.
     */
    get: operations["getArchive"];
  };
  "/api/editions/{watch}/{edition}/archive.csv.gz": {
    /**
     * Returns the archived CSV of an edition, compressed with gzip
     * @description Compressed on the fly to about a fifth of the size. For `Range`, use `archive.csv`.
     */
    get: operations["getCompressedArchive"];
  };
  "/api/changes": {
    /**
     * Compares two editions
     * @description Lists the datasets that entered, left, moved to another organization, were renamed, or gained or lost followers, and the organizations whose name, rank, followers or number of datasets changed. Datasets that entered or left have a reason. It is null if the files that would show it were not kept. The CSV (with `Accept: text/csv`, or `changes.csv`) has one row per change of a dataset: `change`, `reason`, `id`, `title`, `organization`, `from` (the earlier organization or title), `followers`, `before` (the earlier number of followers).
     */
    get: operations["compareEditions"];
  };
  "/api/changes.csv": {
    /**
     * Compares two editions, as CSV
     * @description Lists the datasets that entered, left, moved to another organization, were renamed, or gained or lost followers, and the organizations whose name, rank, followers or number of datasets changed. Datasets that entered or left have a reason. It is null if the files that would show it were not kept. The CSV (with `Accept: text/csv`, or `changes.csv`) has one row per change of a dataset: `change`, `reason`, `id`, `title`, `organization`, `from` (the earlier organization or title), `followers`, `before` (the earlier number of followers).
     */
    get: operations["compareEditionsAsCsv"];
  };
  "/api/editions/{watch}/{edition}/changes": {
    /**
     * Compares an edition with an earlier one
     * @description Lists the datasets that entered, left, moved to another organization, were renamed, or gained or lost followers, and the organizations whose name, rank, followers or number of datasets changed. Datasets that entered or left have a reason. It is null if the files that would show it were not kept. The CSV (with `Accept: text/csv`, or `changes.csv`) has one row per change of a dataset: `change`, `reason`, `id`, `title`, `organization`, `from` (the earlier organization or title), `followers`, `before` (the earlier number of followers).
     */
    get: operations["getChanges"];
  };
  "/api/editions/{watch}/{edition}/changes.csv": {
    /**
     * Compares an edition with an earlier one, as CSV
     * @description Lists the datasets that entered, left, moved to another organization, were renamed, or gained or lost followers, and the organizations whose name, rank, followers or number of datasets changed. Datasets that entered or left have a reason. It is null if the files that would show it were not kept. The CSV (with `Accept: text/csv`, or `changes.csv`) has one row per change of a dataset: `change`, `reason`, `id`, `title`, `organization`, `from` (the earlier organization or title), `followers`, `before` (the earlier number of followers).
     */
    get: operations["getChangesAsCsv"];
  };
  "/api/editions/{watch}/{edition}/organizations": {
    /** Returns the TOP organizations of an edition, by rank */
    get: operations["listOrganizations"];
  };
  "/api/editions/{watch}/{edition}/organizations/{id}": {
    /** Returns an organization's rank, followers and datasets in every edition up to this one, latest first */
    get: operations["getOrganization"];
  };
  "/api/history/{organization}": {
    /** Returns an organization's rank, followers and datasets in every edition, latest first */
    get: operations["getOrganizationHistory"];
  };
  "/api/explain/{id}": {
    /**
     * Explains why a dataset is in an edition or not
     * @description If several datasets have the text in their title, `nearest` lists them.
     */
    get: operations["explainDataset"];
  };
  "/api/editions/{watch}/{edition}/explain/{id}": {
    /**
     * Explains why a dataset is in this edition or not
     * @description If several datasets have the text in their title, `nearest` lists them.
     */
    get: operations["explainDatasetInEdition"];
  };
  "/api/editions/{watch}/{edition}/datasets/{id}": {
    /**
     * Explains why a dataset is in this edition or not
     * @description If several datasets have the text in their title, `nearest` lists them.
     */
    get: operations["getDataset"];
  };
  "/api/editions/{watch}/{edition}/datasets/{id}/history": {
    /**
     * Returns the history of a dataset up to this edition, latest first, with the reasons why it entered and left
     * @description A reason is null if nothing changed, or if the files that would show it were not kept.
     */
    get: operations["getDatasetHistory"];
  };
  "/api/explore/feed.atom": {
    /**
     * Returns an Atom feed of a search: an entry each week, with the datasets that entered and left
     * @description Contains only the entry of the latest week. Feed readers keep the earlier ones.
     */
    get: operations["getSearchFeed"];
  };
  "/api/explore/history": {
    /**
     * Counts the datasets that contain any of the words, in each stored week
     * @description Returns the weeks counted so far, and counts the others in the background. Ask again until `seconds_left` is 0.
     */
    get: operations["countWeeks"];
  };
  "/api/explore/{date}": {
    /**
     * Searches the whole catalogue of a week for any words
     * @description Returns what a watch with these words would publish for the snapshot of that date: the TOP organizations and their datasets, with the counts of each word and the place of each match. Filters, sorting and paging apply to `datasets`. With `Accept: text/csv`, or `.csv` after the date, returns the six fields of the datasets as CSV. The default limit is 100 for JSON (at most 1000) and all for CSV. A 503 with `Retry-After` means that too many searches are waiting.
     */
    get: operations["searchWeek"];
  };
  "/api/explore/{date}/archive.csv": {
    /** Returns all datasets that contain any of the words: the matching records of the export, byte for byte */
    get: operations["getSearchArchive"];
  };
  "/api/explore/{date}/changes": {
    /**
     * Compares a search with the same search in an earlier week
     * @description Has the same fields as the changes of an edition (`/api/editions/{watch}/{edition}/changes`), with all reasons.
     */
    get: operations["getSearchChanges"];
  };
  "/api/explore/{date}/changes.csv": {
    /**
     * Compares a search with the same search in an earlier week, as CSV
     * @description Has the same fields as the changes of an edition (`/api/editions/{watch}/{edition}/changes`), with all reasons.
     */
    get: operations["getSearchChangesAsCsv"];
  };
  "/api/runs": {
    /**
     * Lists the runs, latest first
     * @description Covers the last 1000 runs.
     */
    get: operations["listRuns"];
  };
  "/api/runs/{id}": {
    /** Returns a run */
    get: operations["getRun"];
  };
  "/feed.atom": {
    /** Returns the latest editions with their changes as an Atom feed */
    get: operations["getAtomFeed"];
  };
  "/feed.json": {
    /** Returns the latest editions with their changes as a JSON Feed */
    get: operations["getJsonFeed"];
  };
  "/healthz": {
    /** Checks that the server answers */
    get: operations["getHealth"];
  };
  "/readyz": {
    /** Checks that both stores answer */
    get: operations["getReadiness"];
  };
  "/metrics": {
    /** Returns metrics for Prometheus */
    get: operations["getMetrics"];
  };
}

export type webhooks = Record<string, never>;

export interface components {
  schemas: {
    Watch: {
      /** @example mobilite-transport */
      name: string;
      /** @description What the pages show in place of the terms; null if the watch has no label */
      label: {
        /** @example Mobilité et transport */
        fr: string;
        /** @example Mobility and transport */
        en: string;
      } | null;
      /**
       * @example [
       *   "mobilité",
       *   "transport"
       * ]
       */
      terms: string[];
      /**
       * @example [
       *   "title",
       *   "tags",
       *   "description"
       * ]
       */
      columns: string[];
      /** @enum {string} */
      match: "substring" | "word";
      /**
       * @description How many of the most followed organizations the tops cover
       * @example 30
       */
      top: number;
      /** @example 12 */
      editions: number;
      /**
       * Format: date
       * @description Date of the latest edition
       * @example 2026-11-18
       */
      latest: string | null;
    };
    /**
     * @description RFC 9457 problem details
     * @example {
     *   "type": "about:blank",
     *   "title": "Not Found",
     *   "status": 404,
     *   "detail": "there is no edition of mobilite-transport of 2026-11-17, a Tuesday; the nearest are those of 2026-11-11, a Wednesday, and 2026-11-18, a Wednesday",
     *   "instance": "/api/editions/mobilite-transport/2026-11-17"
     * }
     */
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      instance: string;
    };
    EditionItem: {
      /** @example mobilite-transport */
      watch: string;
      /**
       * Format: date
       * @example 2026-11-18
       */
      date: string;
      /** @example /api/editions/mobilite-transport/2026-11-18 */
      url: string;
      /** @example /api/editions/mobilite-transport/2026-11-18.csv */
      csv: string;
      /** @example /api/editions/mobilite-transport/2026-11-18/archive.csv */
      archive: string;
      /** @example /api/editions/mobilite-transport/2026-11-18/changes */
      changes: string;
    };
    Edition: {
      /** @example mobilite-transport/2026-11-18 */
      _id: string;
      /** @example mobilite-transport */
      watch: string;
      /**
       * Format: date
       * @example 2026-11-18
       */
      date: string;
      /**
       * Format: date-time
       * @example 2026-11-18T16:00:09.123Z
       */
      generated_at: string;
      /** @example 20261118T160002123Z-3f9a1c */
      run_id: string;
      /**
       * @example [
       *   "mobilité",
       *   "transport"
       * ]
       */
      terms: string[];
      /** @example 30 */
      top: number;
      source: {
        datasets: {
          url: string;
          sha1: string;
          bytes: number;
          /** @example 121074 */
          records: number;
          /** @description When the portal wrote the export */
          last_modified: string | null;
        };
        organizations: {
          url: string;
          sha1: string;
          bytes: number;
          /** @example 121074 */
          records: number;
          /** @description When the portal wrote the export */
          last_modified: string | null;
        };
      };
      archive: {
        /** @example 2026-11-18/mobilite-transport.csv */
        key: string;
        sha256: string;
        bytes: number;
        /** @example 11155 */
        records: number;
      };
      organizations: components["schemas"]["RankedOrganization"][];
      datasets: components["schemas"]["TopDataset"][];
    };
    RankedOrganization: {
      /** @example 1 */
      rank: number;
      /** @example 534fff75a3a7292c64a77de4 */
      id: string;
      /** @example Institut national de la statistique et des études économiques */
      name: string;
      /** @example 626 */
      followers: number;
      /**
       * @description How many of its datasets the edition has
       * @example 11
       */
      datasets: number;
    };
    TopDataset: {
      /** @example 534fff75a3a7292c64a77de4 */
      dataset_id: string;
      /** @example Horaires théoriques du réseau de transport */
      dataset_title: string;
      /** @example 12 */
      dataset_followers: number;
      /** @example Île-de-France Mobilités */
      organization: string;
      /** @example 534fff75a3a7292c64a77de4 */
      organization_id: string;
      /** @example 122 */
      organization_followers: number;
    };
    ListedDataset: {
      /** @example 534fff75a3a7292c64a77de4 */
      dataset_id: string;
      /** @example Horaires théoriques du réseau de transport */
      dataset_title: string;
      /** @example 12 */
      dataset_followers: number;
      /** @example Île-de-France Mobilités */
      organization: string;
      /** @example 534fff75a3a7292c64a77de4 */
      organization_id: string;
    };
    Changes: {
      /** @example mobilite-transport */
      watch: string;
      /**
       * Format: date
       * @example 2026-11-18
       */
      from: string;
      /**
       * Format: date
       * @example 2026-11-18
       */
      to: string;
      entered: ({
          /** @example 534fff75a3a7292c64a77de4 */
          dataset_id: string;
          /** @example Horaires théoriques du réseau de transport */
          dataset_title: string;
          /** @example 12 */
          dataset_followers: number;
          /** @example Île-de-France Mobilités */
          organization: string;
          /** @example 534fff75a3a7292c64a77de4 */
          organization_id: string;
          /** @example 122 */
          organization_followers: number;
          /** @enum {string|null} */
          reason: "new" | "matches" | "rose" | "moved" | "watch" | null;
          moved_from?: string;
        })[];
      left: ({
          /** @example 534fff75a3a7292c64a77de4 */
          dataset_id: string;
          /** @example Horaires théoriques du réseau de transport */
          dataset_title: string;
          /** @example 12 */
          dataset_followers: number;
          /** @example Île-de-France Mobilités */
          organization: string;
          /** @example 534fff75a3a7292c64a77de4 */
          organization_id: string;
          /** @example 122 */
          organization_followers: number;
          /** @enum {string|null} */
          reason: "removed" | "no-match" | "fell" | "moved" | "watch" | null;
          moved_to?: string;
        })[];
      moved: {
          /** @example 534fff75a3a7292c64a77de4 */
          dataset_id: string;
          /** @example Horaires théoriques du réseau de transport */
          dataset_title: string;
          /** @example 12 */
          dataset_followers: number;
          /** @example Île-de-France Mobilités */
          organization: string;
          /** @example 534fff75a3a7292c64a77de4 */
          organization_id: string;
          /** @example 122 */
          organization_followers: number;
          moved_from: string;
        }[];
      renamed: {
          /** @example 534fff75a3a7292c64a77de4 */
          dataset_id: string;
          /** @example Horaires théoriques du réseau de transport */
          dataset_title: string;
          /** @example 12 */
          dataset_followers: number;
          /** @example Île-de-France Mobilités */
          organization: string;
          /** @example 534fff75a3a7292c64a77de4 */
          organization_id: string;
          /** @example 122 */
          organization_followers: number;
          dataset_title_before: string;
        }[];
      followers: {
          /** @example 534fff75a3a7292c64a77de4 */
          dataset_id: string;
          /** @example Horaires théoriques du réseau de transport */
          dataset_title: string;
          /** @example 12 */
          dataset_followers: number;
          /** @example Île-de-France Mobilités */
          organization: string;
          /** @example 534fff75a3a7292c64a77de4 */
          organization_id: string;
          /** @example 122 */
          organization_followers: number;
          dataset_followers_before: number;
        }[];
      /** @description Fields are null where the organization was not ranked */
      organizations: ({
          /** @example 534fff75a3a7292c64a77de4 */
          id: string;
          name: string;
          name_before: string | null;
          rank: number | null;
          rank_before: number | null;
          followers: number | null;
          followers_before: number | null;
          datasets: number | null;
          datasets_before: number | null;
        })[];
    };
    History: {
      /** @example mobilite-transport */
      watch: string;
      /** @example 534fff75a3a7292c64a77de4 */
      id: string;
      /** @description Name in the latest edition that ranks it */
      name: string;
      editions: ({
          /**
           * Format: date
           * @example 2026-11-18
           */
          date: string;
          /** @description Null if not ranked */
          rank: number | null;
          followers: number | null;
          datasets: number | null;
        })[];
    };
    Explanation: {
      /** @example mobilite-transport */
      watch: string;
      /**
       * Format: date
       * @example 2026-11-18
       */
      date: string;
      asked: string;
      /** @enum {string} */
      verdict: "in-tops" | "unknown" | "not-listed" | "no-term" | "no-organization" | "unknown-organization" | "below-top";
      /** @example snapshots/2026-11-18/datasets.csv.gz */
      source: string;
      terms: string[];
      columns: string[];
      top: number;
      dataset: {
        /** @example 534fff75a3a7292c64a77de4 */
        id: string;
        title: string;
        followers: number;
        organization_id: string;
        record: number;
      } | null;
      matches: {
          term: string;
          column: string;
          times: number;
          before: string;
          found: string;
          after: string;
        }[];
      organization: ({
        rank: number;
        /** @example 534fff75a3a7292c64a77de4 */
        id: string;
        name: string;
        followers: number;
        of: number | null;
        last: {
          rank: number;
          /** @example 534fff75a3a7292c64a77de4 */
          id: string;
          name: string;
          followers: number;
        };
        lead: number;
      }) | null;
      nearest: ({
          dataset_id: string;
          dataset_title: string;
          organization: string;
        } | {
          word: string;
          column: string;
          term: string;
        })[];
      last_seen: {
        /**
         * Format: date
         * @example 2026-11-18
         */
        date: string;
        dataset_id: string;
        dataset_title: string;
      } | null;
      sentences: string[];
    };
    DatasetHistory: {
      /** @example mobilite-transport */
      watch: string;
      /** @example 534fff75a3a7292c64a77de4 */
      id: string;
      /** @description Title in the latest edition whose tops include it */
      title: string;
      editions: ({
          /**
           * Format: date
           * @example 2026-11-18
           */
          date: string;
          /** @example true */
          in_tops: boolean;
          /** @description Null if not in the tops */
          followers: number | null;
          organization_id: string | null;
          /** @enum {string|null} */
          change: "entered" | "left" | null;
          /** @enum {string|null} */
          reason: "new" | "matches" | "rose" | "moved" | "watch" | "removed" | "no-match" | "fell" | null;
        })[];
    };
    SearchHistory: {
      terms: string[];
      /**
       * @example [
       *   "title",
       *   "tags",
       *   "description"
       * ]
       */
      columns: string[];
      /** @enum {string} */
      match: "substring" | "word";
      /** @description The weeks counted so far, latest first */
      weeks: ({
          /**
           * Format: date
           * @example 2026-11-18
           */
          date: string;
          /** @description Null if the snapshot is damaged */
          datasets: number | null;
        })[];
      /**
       * @description How many weeks are stored
       * @example 200
       */
      total: number;
      /**
       * @description Expected time until all weeks are counted; 0 when they are; null if unknown
       * @example 120
       */
      seconds_left: number | null;
    };
    SearchPage: {
      /**
       * Format: date
       * @example 2026-11-18
       */
      date: string;
      terms: string[];
      /**
       * @example [
       *   "title",
       *   "tags",
       *   "description"
       * ]
       */
      columns: string[];
      /** @enum {string} */
      match: "substring" | "word";
      /** @example 30 */
      top: number;
      source: {
        datasets: {
          url: string;
          sha1: string;
          bytes: number;
          /** @example 121074 */
          records: number;
          /** @description When the portal wrote the export */
          last_modified: string | null;
        };
        organizations: {
          url: string;
          sha1: string;
          bytes: number;
          /** @example 121074 */
          records: number;
          /** @description When the portal wrote the export */
          last_modified: string | null;
        };
      };
      /** @description The full list: all datasets that contain any of the words */
      archive: {
        /** @example 45000000 */
        bytes: number;
        /** @example 22263 */
        records: number;
      };
      words: components["schemas"]["TermCount"][];
      /** @description For whole words: the longer words that are not counted, such as "vélos" for "vélo" */
      longer_words: components["schemas"]["WordCount"][];
      organizations: components["schemas"]["RankedOrganization"][];
      /**
       * @description How many datasets of the list belong to the TOP organizations
       * @example 700
       */
      in_tops: number;
      /**
       * @description How many of these the filters select
       * @example 700
       */
      total: number;
      datasets: components["schemas"]["FoundDataset"][];
    };
    TermCount: {
      /** @example vélo */
      word: string;
      /**
       * @description How many datasets of the full list contain the word
       * @example 22263
       */
      datasets: number;
      /** @description For substrings: the whole words in which it occurs most, such as "développement" for "vélo" */
      most_hit: components["schemas"]["WordCount"][];
      /** @description If no dataset contains the word: the closest words of the catalogue */
      nearest: components["schemas"]["WordCount"][];
    };
    WordCount: {
      /** @example vélo */
      word: string;
      /** @example 1425 */
      datasets: number;
    };
    FoundDataset: {
      dataset_id: string;
      dataset_title: string;
      dataset_followers: number;
      organization: string;
      organization_id: string;
      organization_followers: number;
      /** @description The first match of each word in each column */
      matches: components["schemas"]["Match"][];
    };
    Match: {
      /** @example vélo */
      term: string;
      /** @example title */
      column: string;
      /** @example Pistes pour */
      before: string;
      /** @example vélo */
      found: string;
      /** @example s de la ville */
      after: string;
    };
    Run: {
      /** @example 20261118T160002123Z-3f9a1c */
      _id: string;
      /** @example run */
      command: string;
      /**
       * Format: date
       * @example 2026-11-18
       */
      date: string;
      watches: string[];
      version: string;
      /** @enum {string} */
      status: "running" | "published" | "unchanged" | "removed" | "failed" | "stopped";
      summary: string;
      /**
       * Format: date
       * @description The date of the last snapshot, if the run skipped its date because the portal has published nothing since
       * @example 2026-11-18
       */
      unchanged_since?: string;
      /**
       * Format: date-time
       * @example 2026-11-18T16:00:09.123Z
       */
      started_at: string;
      /**
       * Format: date-time
       * @example 2026-11-18T16:00:09.123Z
       */
      ended_at: string | null;
      host: string;
      pid: number;
      steps: {
          name: string;
          /**
           * Format: date-time
           * @example 2026-11-18T16:00:09.123Z
           */
          started_at: string;
          /**
           * Format: date-time
           * @example 2026-11-18T16:00:09.123Z
           */
          ended_at: string;
          facts: {
            [key: string]: unknown;
          };
        }[];
      warnings: string[];
      notifications?: ({
          event: string;
          target: string;
          address_hash?: string;
          /** @enum {string} */
          status: "sent" | "failed";
          tries: number;
          /**
           * Format: date-time
           * @example 2026-11-18T16:00:09.123Z
           */
          at: string;
          error: string | null;
        })[];
      error: {
        kind: string;
        exit_code: number;
        message: string;
      } | null;
    };
    JsonFeed: {
      /** @example https://jsonfeed.org/version/1.1 */
      version: string;
      /** @example data.gouv.fr tops: “mobilité”, “transport” */
      title: string;
      /** @example https://tops.example/editions/mobilite-transport/latest?lang=en */
      home_page_url: string;
      /** @example https://tops.example/feed.json?lang=en */
      feed_url: string;
      /** @example en */
      language: string;
      authors: {
          /** @example datagouv-tops */
          name: string;
        }[];
      items: {
          /** @example urn:uuid:6a1de5f4-3c55-5c3e-8a6b-0d0f8f0b7c11 */
          id: string;
          /** @example https://tops.example/editions/mobilite-transport/2026-11-18/changes?lang=en */
          url: string;
          /** @example 18 November 2026: 3 new, 1 gone */
          title: string;
          /** @example <h3>3 new</h3><ul>…</ul> */
          content_html: string;
          /**
           * Format: date-time
           * @example 2026-11-18T16:00:09.123Z
           */
          date_published: string;
        }[];
    };
  };
  responses: never;
  parameters: {
  };
  requestBodies: never;
  headers: never;
  pathItems: never;
}

export type $defs = Record<string, never>;

export type external = Record<string, never>;

export interface operations {

  /** Lists the configured watches */
  listWatches: {
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "application/json": {
            /** @example 1 */
            total: number;
            items: components["schemas"]["Watch"][];
          };
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /** Lists the editions, latest first */
  listEditions: {
    parameters: {
      query?: {
        /** @description Only editions of this watch (default: all watches) */
        watch?: string;
        /** @description Only editions of this date or later */
        from?: string;
        /** @description Only editions of this date or earlier */
        to?: string;
        /** @description Sort keys, separated by `,`: date, watch. `-` in front of a key sorts in descending order */
        sort?: string;
        /** @description Maximum number of items (default: 100) */
        limit?: number;
        /** @description Number of items to skip (default: 0) */
        offset?: number;
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
          /** @description Number of all matching items */
          "X-Total-Count"?: string;
          /** @description Addresses of the next and the previous page (RFC 8288), if there are any */
          Link?: string;
        };
        content: {
          "application/json": {
            /** @example 1 */
            total: number;
            items: components["schemas"]["EditionItem"][];
          };
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Returns an edition: the TOP organizations and their datasets
   * @description Returns the published document, or its datasets as CSV (with `Accept: text/csv`, or `.csv` after the date). Filters, sorting and paging apply to `datasets`. `X-Total-Count` is then the number of datasets that match. With a search and without `sort`, datasets with all words at the start of a word come first.
   */
  getEdition: {
    parameters: {
      query?: {
        /** @description Words to find in title or organization, ignoring accents, case, hyphens and apostrophes; `"two words"` is a phrase, `-word` excludes */
        q?: string;
        /** @description ID or name of an organization, or a part of the name that no other organization has */
        organization?: string;
        /** @description Only datasets that are new since the earlier edition; with `gone`, both kinds */
        new?: "1";
        /** @description Only datasets that left since the earlier edition */
        gone?: "1";
        /** @description Date of the earlier edition, for `new` and `gone` (default: the one before) */
        since?: string;
        /** @description Sort keys, separated by `,`: rank, dataset_id, dataset_title, dataset_followers, organization, organization_id, organization_followers. `-` in front of a key sorts in descending order */
        sort?: string;
        /** @description Maximum number of items (default: all) */
        limit?: string | number;
        /** @description Number of items to skip (default: 0) */
        offset?: number;
        /** @description Starts a CSV with a byte order mark, which Excel needs to read accents */
        bom?: "1";
        /** @description For the page only: how it shows the datasets */
        view?: "list" | "groups";
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description Name of a watch */
        watch: string;
        /** @description Date of an edition, or `latest`; followed by `.csv` for CSV */
        edition: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
          /** @description Number of all matching items */
          "X-Total-Count"?: string;
          /** @description Addresses of the next and the previous page (RFC 8288), if there are any */
          Link?: string;
        };
        content: {
          "application/json": components["schemas"]["Edition"];
          "text/csv": string;
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Returns datasets of the full list, of all organizations
   * @description The list comes from the archived CSV, in its order. `archive.csv` has all its columns, byte for byte. The default limit is 100 for JSON and all for CSV.
   */
  getList: {
    parameters: {
      query?: {
        /** @description Words to find in title or organization, ignoring accents, case, hyphens and apostrophes; `"two words"` is a phrase, `-word` excludes */
        q?: string;
        /** @description ID or name of an organization, or a part of the name that no other organization has */
        organization?: string;
        /** @description Sort keys, separated by `,`: dataset_id, dataset_title, dataset_followers, organization, organization_id. `-` in front of a key sorts in descending order */
        sort?: string;
        /** @description Maximum number of items */
        limit?: string | number;
        /** @description Number of items to skip (default: 0) */
        offset?: number;
        /** @description Starts a CSV with a byte order mark, which Excel needs to read accents */
        bom?: "1";
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description Name of a watch */
        watch: string;
        /** @description Date of an edition, or `latest` */
        edition: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
          /** @description Number of all matching items */
          "X-Total-Count"?: string;
          /** @description Addresses of the next and the previous page (RFC 8288), if there are any */
          Link?: string;
        };
        content: {
          "application/json": {
            /** @example 1 */
            total: number;
            items: components["schemas"]["ListedDataset"][];
          };
          "text/csv": string;
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Returns datasets of the full list as CSV
   * @description The list comes from the archived CSV, in its order. `archive.csv` has all its columns, byte for byte. The default limit is 100 for JSON and all for CSV.
   */
  getListAsCsv: {
    parameters: {
      query?: {
        /** @description Words to find in title or organization, ignoring accents, case, hyphens and apostrophes; `"two words"` is a phrase, `-word` excludes */
        q?: string;
        /** @description ID or name of an organization, or a part of the name that no other organization has */
        organization?: string;
        /** @description Sort keys, separated by `,`: dataset_id, dataset_title, dataset_followers, organization, organization_id. `-` in front of a key sorts in descending order */
        sort?: string;
        /** @description Maximum number of items */
        limit?: string | number;
        /** @description Number of items to skip (default: 0) */
        offset?: number;
        /** @description Starts a CSV with a byte order mark, which Excel needs to read accents */
        bom?: "1";
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description Name of a watch */
        watch: string;
        /** @description Date of an edition, or `latest` */
        edition: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
          /** @description Number of all matching items */
          "X-Total-Count"?: string;
          /** @description Addresses of the next and the previous page (RFC 8288), if there are any */
          Link?: string;
        };
        content: {
          "text/csv": string;
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Returns the archived CSV of an edition: the matching records of the export, byte for byte
   * @description Supports `Range`. The `ETag` is the sha256 that the edition names.
   */
  getArchive: {
    parameters: {
      header?: {
        range?: string;
      };
      path: {
        /** @description Name of a watch */
        watch: string;
        /** @description Date of an edition, or `latest` */
        edition: string;
      };
    };
    responses: {
      /** @description The whole file */
      200: {
        content: {
          "text/csv": string;
        };
      };
      /** @description The requested range of the file */
      206: {
        content: {
          "text/csv": string;
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description The file has no such range; `Content-Range` gives its size */
      416: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Returns the archived CSV of an edition, compressed with gzip
   * @description Compressed on the fly to about a fifth of the size. For `Range`, use `archive.csv`.
   */
  getCompressedArchive: {
    parameters: {
      path: {
        /** @description Name of a watch */
        watch: string;
        /** @description Date of an edition, or `latest` */
        edition: string;
      };
    };
    responses: {
      /** @description The whole file */
      200: {
        content: {
          "application/gzip": string;
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Compares two editions
   * @description Lists the datasets that entered, left, moved to another organization, were renamed, or gained or lost followers, and the organizations whose name, rank, followers or number of datasets changed. Datasets that entered or left have a reason. It is null if the files that would show it were not kept. The CSV (with `Accept: text/csv`, or `changes.csv`) has one row per change of a dataset: `change`, `reason`, `id`, `title`, `organization`, `from` (the earlier organization or title), `followers`, `before` (the earlier number of followers).
   */
  compareEditions: {
    parameters: {
      query?: {
        /** @description Name of a watch (default: the first one) */
        watch?: string;
        /** @description Date of the earlier edition (default: the one before `to`) */
        from?: string;
        /** @description Date of the later edition (default: the latest) */
        to?: string;
        /** @description Starts a CSV with a byte order mark, which Excel needs to read accents */
        bom?: "1";
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "application/json": components["schemas"]["Changes"];
          "text/csv": string;
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Compares two editions, as CSV
   * @description Lists the datasets that entered, left, moved to another organization, were renamed, or gained or lost followers, and the organizations whose name, rank, followers or number of datasets changed. Datasets that entered or left have a reason. It is null if the files that would show it were not kept. The CSV (with `Accept: text/csv`, or `changes.csv`) has one row per change of a dataset: `change`, `reason`, `id`, `title`, `organization`, `from` (the earlier organization or title), `followers`, `before` (the earlier number of followers).
   */
  compareEditionsAsCsv: {
    parameters: {
      query?: {
        /** @description Name of a watch (default: the first one) */
        watch?: string;
        /** @description Date of the earlier edition (default: the one before `to`) */
        from?: string;
        /** @description Date of the later edition (default: the latest) */
        to?: string;
        /** @description Starts a CSV with a byte order mark, which Excel needs to read accents */
        bom?: "1";
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "text/csv": string;
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Compares an edition with an earlier one
   * @description Lists the datasets that entered, left, moved to another organization, were renamed, or gained or lost followers, and the organizations whose name, rank, followers or number of datasets changed. Datasets that entered or left have a reason. It is null if the files that would show it were not kept. The CSV (with `Accept: text/csv`, or `changes.csv`) has one row per change of a dataset: `change`, `reason`, `id`, `title`, `organization`, `from` (the earlier organization or title), `followers`, `before` (the earlier number of followers).
   */
  getChanges: {
    parameters: {
      query?: {
        /** @description Date of the earlier edition (default: the one before) */
        since?: string;
        /** @description Starts a CSV with a byte order mark, which Excel needs to read accents */
        bom?: "1";
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description Name of a watch */
        watch: string;
        /** @description Date of an edition, or `latest` */
        edition: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "application/json": components["schemas"]["Changes"];
          "text/csv": string;
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Compares an edition with an earlier one, as CSV
   * @description Lists the datasets that entered, left, moved to another organization, were renamed, or gained or lost followers, and the organizations whose name, rank, followers or number of datasets changed. Datasets that entered or left have a reason. It is null if the files that would show it were not kept. The CSV (with `Accept: text/csv`, or `changes.csv`) has one row per change of a dataset: `change`, `reason`, `id`, `title`, `organization`, `from` (the earlier organization or title), `followers`, `before` (the earlier number of followers).
   */
  getChangesAsCsv: {
    parameters: {
      query?: {
        /** @description Date of the earlier edition (default: the one before) */
        since?: string;
        /** @description Starts a CSV with a byte order mark, which Excel needs to read accents */
        bom?: "1";
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description Name of a watch */
        watch: string;
        /** @description Date of an edition, or `latest` */
        edition: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "text/csv": string;
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /** Returns the TOP organizations of an edition, by rank */
  listOrganizations: {
    parameters: {
      query?: {
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description Name of a watch */
        watch: string;
        /** @description Date of an edition, or `latest` */
        edition: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "application/json": {
            /** @example 1 */
            total: number;
            items: components["schemas"]["RankedOrganization"][];
          };
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /** Returns an organization's rank, followers and datasets in every edition up to this one, latest first */
  getOrganization: {
    parameters: {
      query?: {
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description Name of a watch */
        watch: string;
        /** @description Date of an edition, or `latest` */
        edition: string;
        /** @description ID or name of an organization, or a part of the name that no other organization has */
        id: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "application/json": components["schemas"]["History"];
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /** Returns an organization's rank, followers and datasets in every edition, latest first */
  getOrganizationHistory: {
    parameters: {
      query?: {
        /** @description Name of a watch (default: the first one) */
        watch?: string;
      };
      path: {
        /** @description ID or name of an organization, or a part of the name that no other organization has */
        organization: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "application/json": components["schemas"]["History"];
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Explains why a dataset is in an edition or not
   * @description If several datasets have the text in their title, `nearest` lists them.
   */
  explainDataset: {
    parameters: {
      query?: {
        /** @description Name of a watch (default: the first one) */
        watch?: string;
        /** @description Date of the edition (default: the latest) */
        date?: string;
      };
      path: {
        /** @description ID, slug or URL-encoded page URL of a dataset, its title, or a part of its title */
        id: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "application/json": components["schemas"]["Explanation"];
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Explains why a dataset is in this edition or not
   * @description If several datasets have the text in their title, `nearest` lists them.
   */
  explainDatasetInEdition: {
    parameters: {
      query?: {
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description Name of a watch */
        watch: string;
        /** @description Date of an edition, or `latest` */
        edition: string;
        /** @description ID, slug or URL-encoded page URL of a dataset, its title, or a part of its title */
        id: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "application/json": components["schemas"]["Explanation"];
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Explains why a dataset is in this edition or not
   * @description If several datasets have the text in their title, `nearest` lists them.
   */
  getDataset: {
    parameters: {
      query?: {
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description Name of a watch */
        watch: string;
        /** @description Date of an edition, or `latest` */
        edition: string;
        /** @description ID, slug or URL-encoded page URL of a dataset, its title, or a part of its title */
        id: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "application/json": components["schemas"]["Explanation"];
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Returns the history of a dataset up to this edition, latest first, with the reasons why it entered and left
   * @description A reason is null if nothing changed, or if the files that would show it were not kept.
   */
  getDatasetHistory: {
    parameters: {
      query?: {
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description Name of a watch */
        watch: string;
        /** @description Date of an edition, or `latest` */
        edition: string;
        /** @description ID of a dataset */
        id: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "application/json": components["schemas"]["DatasetHistory"];
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Returns an Atom feed of a search: an entry each week, with the datasets that entered and left
   * @description Contains only the entry of the latest week. Feed readers keep the earlier ones.
   */
  getSearchFeed: {
    parameters: {
      query: {
        /** @description One to 8 words or phrases of 2 to 64 letters, separated by `,` */
        words: string;
        /** @description Whether a word may be part of a longer one (default: `substring`) */
        match?: "substring" | "word";
        /** @description Columns of the export to search, separated by `,` (default: `title,tags,description`, the fastest) */
        columns?: string;
        /** @description How many of the most followed organizations the tops cover (default: 30) */
        top?: number;
        /** @description Language of the feed (default: `Accept-Language`, else `fr`) */
        lang?: "fr" | "en";
      };
    };
    responses: {
      /** @description Success */
      200: {
        content: {
          "application/atom+xml": string;
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Counts the datasets that contain any of the words, in each stored week
   * @description Returns the weeks counted so far, and counts the others in the background. Ask again until `seconds_left` is 0.
   */
  countWeeks: {
    parameters: {
      query: {
        /** @description One to 8 words or phrases of 2 to 64 letters, separated by `,` */
        words: string;
        /** @description Whether a word may be part of a longer one (default: `substring`) */
        match?: "substring" | "word";
        /** @description Columns of the export to search, separated by `,` (default: `title,tags,description`, the fastest) */
        columns?: string;
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "application/json": components["schemas"]["SearchHistory"];
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Searches the whole catalogue of a week for any words
   * @description Returns what a watch with these words would publish for the snapshot of that date: the TOP organizations and their datasets, with the counts of each word and the place of each match. Filters, sorting and paging apply to `datasets`. With `Accept: text/csv`, or `.csv` after the date, returns the six fields of the datasets as CSV. The default limit is 100 for JSON (at most 1000) and all for CSV. A 503 with `Retry-After` means that too many searches are waiting.
   */
  searchWeek: {
    parameters: {
      query: {
        /** @description One to 8 words or phrases of 2 to 64 letters, separated by `,` */
        words: string;
        /** @description Whether a word may be part of a longer one (default: `substring`) */
        match?: "substring" | "word";
        /** @description Columns of the export to search, separated by `,` (default: `title,tags,description`, the fastest) */
        columns?: string;
        /** @description How many of the most followed organizations the tops cover (default: 30) */
        top?: number;
        /** @description Words to find in title or organization, ignoring accents, case, hyphens and apostrophes; `"two words"` is a phrase, `-word` excludes */
        q?: string;
        /** @description ID or name of an organization, or a part of the name that no other organization has */
        organization?: string;
        /** @description Only datasets that are new since the earlier snapshot; with `gone`, both kinds */
        new?: "1";
        /** @description Only datasets that left since the earlier snapshot */
        gone?: "1";
        /** @description Date of the earlier snapshot, for `new` and `gone` (default: the one before) */
        since?: string;
        /** @description Sort keys, separated by `,`: rank, dataset_id, dataset_title, dataset_followers, organization, organization_id, organization_followers. `-` in front of a key sorts in descending order */
        sort?: string;
        /** @description Maximum number of datasets */
        limit?: string | number;
        /** @description Number of items to skip (default: 0) */
        offset?: number;
        /** @description Starts a CSV with a byte order mark, which Excel needs to read accents */
        bom?: "1";
        /** @description For the page only: how it shows the datasets */
        view?: "list" | "groups";
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description Date of a stored snapshot, or `latest`; followed by `.csv` for CSV */
        date: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
          /** @description Number of all matching items */
          "X-Total-Count"?: string;
          /** @description Addresses of the next and the previous page (RFC 8288), if there are any */
          Link?: string;
        };
        content: {
          "application/json": components["schemas"]["SearchPage"];
          "text/csv": string;
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /** Returns all datasets that contain any of the words: the matching records of the export, byte for byte */
  getSearchArchive: {
    parameters: {
      query: {
        /** @description One to 8 words or phrases of 2 to 64 letters, separated by `,` */
        words: string;
        /** @description Whether a word may be part of a longer one (default: `substring`) */
        match?: "substring" | "word";
        /** @description Columns of the export to search, separated by `,` (default: `title,tags,description`, the fastest) */
        columns?: string;
        /** @description How many of the most followed organizations the tops cover (default: 30) */
        top?: number;
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description Date of a stored snapshot, or `latest` */
        date: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "text/csv": string;
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Compares a search with the same search in an earlier week
   * @description Has the same fields as the changes of an edition (`/api/editions/{watch}/{edition}/changes`), with all reasons.
   */
  getSearchChanges: {
    parameters: {
      query: {
        /** @description One to 8 words or phrases of 2 to 64 letters, separated by `,` */
        words: string;
        /** @description Whether a word may be part of a longer one (default: `substring`) */
        match?: "substring" | "word";
        /** @description Columns of the export to search, separated by `,` (default: `title,tags,description`, the fastest) */
        columns?: string;
        /** @description How many of the most followed organizations the tops cover (default: 30) */
        top?: number;
        /** @description Date of the earlier snapshot (default: the one before) */
        since?: string;
        /** @description Starts a CSV with a byte order mark, which Excel needs to read accents */
        bom?: "1";
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description Date of a stored snapshot, or `latest` */
        date: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "application/json": components["schemas"]["Changes"];
          "text/csv": string;
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Compares a search with the same search in an earlier week, as CSV
   * @description Has the same fields as the changes of an edition (`/api/editions/{watch}/{edition}/changes`), with all reasons.
   */
  getSearchChangesAsCsv: {
    parameters: {
      query: {
        /** @description One to 8 words or phrases of 2 to 64 letters, separated by `,` */
        words: string;
        /** @description Whether a word may be part of a longer one (default: `substring`) */
        match?: "substring" | "word";
        /** @description Columns of the export to search, separated by `,` (default: `title,tags,description`, the fastest) */
        columns?: string;
        /** @description How many of the most followed organizations the tops cover (default: 30) */
        top?: number;
        /** @description Date of the earlier snapshot (default: the one before) */
        since?: string;
        /** @description Starts a CSV with a byte order mark, which Excel needs to read accents */
        bom?: "1";
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description Date of a stored snapshot, or `latest` */
        date: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "text/csv": string;
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /**
   * Lists the runs, latest first
   * @description Covers the last 1000 runs.
   */
  listRuns: {
    parameters: {
      query?: {
        /** @description Only runs for this edition date */
        date?: string;
        /** @description ID of a run: only those before it */
        before?: string;
        /** @description Only runs with this status */
        status?: "running" | "published" | "unchanged" | "removed" | "failed" | "stopped";
        /** @description Sort keys, separated by `,`: started_at, date, command, status. `-` in front of a key sorts in descending order */
        sort?: string;
        /** @description Maximum number of items (default: 50) */
        limit?: number;
        /** @description Number of items to skip (default: 0) */
        offset?: number;
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
          /** @description Number of all matching items */
          "X-Total-Count"?: string;
          /** @description Addresses of the next and the previous page (RFC 8288), if there are any */
          Link?: string;
        };
        content: {
          "application/json": {
            /** @example 1 */
            total: number;
            items: components["schemas"]["Run"][];
          };
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /** Returns a run */
  getRun: {
    parameters: {
      query?: {
        /** @description For the page only: its language */
        lang?: "fr" | "en";
      };
      path: {
        /** @description ID of a run */
        id: string;
      };
    };
    responses: {
      /** @description Success */
      200: {
        headers: {
          /** @description Version of the response, for `If-None-Match` */
          ETag?: string;
        };
        content: {
          "application/json": components["schemas"]["Run"];
        };
      };
      /** @description Unchanged since the version that `If-None-Match` names */
      304: {
        content: never;
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description A store is unreachable, or the server is busy; `Retry-After` says when to try again */
      503: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /** Returns the latest editions with their changes as an Atom feed */
  getAtomFeed: {
    parameters: {
      query?: {
        /** @description Name of a watch (default: the first one) */
        watch?: string;
        /** @description ID or name of an organization, or a part of the name that no other organization has */
        organization?: string;
        /** @description Words to find in title or organization, ignoring accents, case, hyphens and apostrophes; `"two words"` is a phrase, `-word` excludes */
        q?: string;
        /** @description Language of the feed (default: `Accept-Language`, else `fr`) */
        lang?: "fr" | "en";
      };
    };
    responses: {
      /** @description Success */
      200: {
        content: {
          "application/atom+xml": string;
        };
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /** Returns the latest editions with their changes as a JSON Feed */
  getJsonFeed: {
    parameters: {
      query?: {
        /** @description Name of a watch (default: the first one) */
        watch?: string;
        /** @description ID or name of an organization, or a part of the name that no other organization has */
        organization?: string;
        /** @description Words to find in title or organization, ignoring accents, case, hyphens and apostrophes; `"two words"` is a phrase, `-word` excludes */
        q?: string;
        /** @description Language of the feed (default: `Accept-Language`, else `fr`) */
        lang?: "fr" | "en";
      };
    };
    responses: {
      /** @description Success */
      200: {
        content: {
          "application/feed+json": components["schemas"]["JsonFeed"];
        };
      };
      /** @description Invalid parameter; `detail` says which and why */
      400: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Not found; `detail` says what exists */
      404: {
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  /** Checks that the server answers */
  getHealth: {
    responses: {
      /** @description Success */
      200: {
        content: {
          "application/json": {
            /** @enum {string} */
            status: "ok";
          };
        };
      };
    };
  };
  /** Checks that both stores answer */
  getReadiness: {
    responses: {
      /** @description Success */
      200: {
        content: {
          "application/json": {
            /** @example ready */
            status: string;
            documents: boolean;
            archive: boolean;
          };
        };
      };
      /** @description A store does not answer */
      503: {
        content: {
          "application/json": {
            /** @example ready */
            status: string;
            documents: boolean;
            archive: boolean;
          };
        };
      };
    };
  };
  /** Returns metrics for Prometheus */
  getMetrics: {
    responses: {
      /** @description Success */
      200: {
        content: {
          "text/plain": string;
        };
      };
    };
  };
}
