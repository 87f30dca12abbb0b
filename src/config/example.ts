import wrapAnsi from 'wrap-ansi'
import { CONFIG_FILE } from './file.ts'
import { FILE_SETTINGS } from './settings.ts'

const WIDTH = 100

/** Examples for settings whose default is empty or too short to learn from. */
const EXAMPLES: Readonly<Record<string, string>> = {
  public_url: 'public_url: https://tops.example.org',
  metrics_file: 'metrics_file: /var/lib/prometheus/node-exporter/datagouv-tops.prom',
  lineage: 'lineage: http://marquez.example.org:5000/api/v1/lineage',
  notify: `notify:
  - kind: slack # or webhook, or email
    url: https://hooks.example.org/services/…
    events: [published, failed, refused, missed]`,
  publish: `publish:
  - portal: https://www.data.gouv.fr
    dataset: id-or-slug-of-your-dataset
    watches: [mobilite-transport] # default: all
    files: [list, tops, tops-json, changes] # the default
    weekly: true # also keep the files of each week; default: false`,
  columns: `columns:
  organizations: { metric.followers: followers }
  datasets: { tags: [keywords, mots_cles] }`,
  watches: `watches:
  - name: mobilite-transport # the default watch: without this entry it is not run any more
    terms: [mobilité, transport]
  - name: velo
    label: { fr: Vélo, en: Cycling } # or one text; default: the terms
    terms: [vélo, cyclable]
    columns: [title, tags] # default: title, tags, description
    match: word # default: substring
    top: 50 # default: 30`,
}

/** Writes an example of the configuration file: every setting as a comment, with its meaning and its default or an example. */
export function exampleFile(): string {
  const settings = FILE_SETTINGS.map(([key, { about, default: fallback }]) => {
    const isExample = key in EXAMPLES
    const yaml = EXAMPLES[key] ?? `${key}: ${JSON.stringify(fallback).replace(/^"([\w./:%-]+)"$/, '$1')}`
    return `${comment(isExample ? `${about}; an example` : about)}${yaml.replace(/^/gm, '# ')}\n`
  })
  const head = comment(
    `The settings of datagouv-tops. Flags and environment variables override this file. To change a setting, remove the # before it. ` +
      `"datagouv-tops config" shows every value and where it comes from. Keep the file as ./${CONFIG_FILE}, or as ` +
      `~/.config/datagouv-tops/${CONFIG_FILE}, or name it with --config.`,
  )
  const schema =
    '# For editors; "datagouv-tops config schema > datagouv-tops.schema.json" writes the schema:\n' +
    '# yaml-language-server: $schema=datagouv-tops.schema.json\n'
  return [head, schema, ...settings].join('\n')
}

/** Writes text as comment lines. They begin with `##`, because settings that are commented out begin with `#`. */
function comment(text: string): string {
  return `${wrapAnsi(text, WIDTH - '## '.length).replace(/^/gm, '## ')}\n`
}
