// Generates the reference pages from the code: node scripts/reference.mjs [FOLDER], after the build. "npm run reference" builds first.
// A test compares the output with the committed pages.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import openapiTS from 'openapi-typescript'
import { COMMANDS } from '../dist/commands/commands.js'
import { optionsOf, SHARED_OPTIONS } from '../dist/commands/options.js'
import { configSchema } from '../dist/config/jsonSchema.js'
import { SETTINGS } from '../dist/config/settings.js'
import { FAILURES } from '../dist/errors.js'
import { renderMetrics } from '../dist/metrics/metrics.js'
import { closeContext, openContext } from '../dist/openContext.js'
import { createApp } from '../dist/server/app.js'
import { createEditions } from '../dist/server/editions.js'
import { silentReport } from '../dist/terminal/report.js'

const folder = process.argv[2] ?? 'docs/reference'
mkdirSync(folder, { recursive: true })

const NOTE = '<!-- Generated from the code by "npm run reference". Do not edit. -->\n\n'
const TYPES_NOTE =
  '/** Types of the API for openapi-fetch. Generated from openapi.json by "npm run reference". Do not edit. */\n\n'
const page = (name, text) => writeFileSync(join(folder, name), `${NOTE}${text.trimEnd()}\n`)
const json = (name, value) => writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`)
const cell = (text) => String(text).replaceAll('|', '\\|')
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')
const options = (list) =>
  table(
    ['option', ''],
    list.map(([flags, about]) => [`\`${flags}\``, about]),
  )

const commands = COMMANDS.map((spec) => {
  const { name, about, arguments: args, examples } = spec
  const own = optionsOf(spec).filter((option) => !SHARED_OPTIONS.includes(option))
  return [
    `## ${name}`,
    `\`datagouv-tops ${name}${args ? ` ${args}` : ''}\`: ${about}.`,
    own.length > 0 ? options(own) : '',
    `<!-- not run: examples of one command each -->\n\n\`\`\`sh\n${examples.map((example) => `datagouv-tops ${example}`).join('\n')}\n\`\`\``,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
})
page(
  'commands.md',
  `# Commands\n\n${commands.join('\n\n')}\n\n## Options of every command\n\n${options(SHARED_OPTIONS)}`,
)

const settings = Object.entries(SETTINGS).map(([name, { about, flag, environment, default: fallback, notInFile }]) => [
  `\`${name}\`${notInFile ? ' (not in the file)' : ''}`,
  flag ? `\`${flag}\`` : '',
  environment ? `\`${environment}\`` : '',
  fallback === null ? '' : `\`${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}\``,
  about,
])
page(
  'settings.md',
  `# Settings\n\nFlags override environment variables, which override the file, which overrides the defaults. The file is the one that \`--config\` or the variable \`DATAGOUV_TOPS_CONFIG\` names. Otherwise it is \`./datagouv-tops.yaml\`, or \`$XDG_CONFIG_HOME/datagouv-tops/datagouv-tops.yaml\` (\`~/.config\` by default). \`config init\` writes an example, and [config.schema.json](config.schema.json) is its JSON schema. Unknown settings are refused.\n\n${table(['setting', 'flag', 'variable', 'default', ''], settings)}`,
)

json('config.schema.json', configSchema())

const codes = Object.entries(FAILURES).map(([kind, { exit, meaning, retry }]) => [
  exit,
  `\`${kind}\``,
  meaning,
  retry ? 'yes' : kind === 'gate' ? 'once you have checked the export' : 'no',
])
page(
  'exit-codes.md',
  `# Exit codes\n\nAn expected error is one line: what failed, where, why, and what to do. Exit code 0 means done, or nothing left to do.\n\n${table(['code', 'kind', 'meaning', 'retry?'], codes)}`,
)

const storesFolder = mkdtempSync(join(tmpdir(), 'datagouv-tops-reference-'))
const context = await openContext({
  flags: { archive: `file:${storesFolder}`, documents: `sqlite:${join(storesFolder, 'db')}` },
  report: silentReport,
  signal: new AbortController().signal,
})
try {
  const metrics = [...(await renderMetrics(context)).matchAll(/^# HELP (\w+) (.*)\n# TYPE \w+ (\w+)$/gm)]
  page(
    'metrics.md',
    `# Metrics\n\n[Monitoring](../monitoring.md) explains how to read the metrics and which alerts to set.\n\n${table(
      ['metric', 'type', ''],
      metrics.map(([, name, about, type]) => [`\`${name}\``, type, about]),
    )}`,
  )
  const response = await createApp(context, createEditions(context)).request('/openapi.json')
  const description = await response.json()
  json('openapi.json', description)
  writeFileSync(join(folder, 'openapi.d.ts'), await openapiTS(description, { commentHeader: TYPES_NOTE }))
  for (const [file, name] of [
    ['edition', 'Edition'],
    ['run', 'Run'],
  ])
    json(`${file}.schema.json`, schemaOf(name, description.components.schemas))
} finally {
  await closeContext(context)
  rmSync(storesFolder, { recursive: true })
}

/** Makes a schema of the API self-contained: it includes the schemas that it refers to. */
function schemaOf(title, schemas) {
  const referencesIn = (part) =>
    [...JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
  const references = new Set(referencesIn(schemas[title]))
  for (const name of references) for (const next of referencesIn(schemas[name])) references.add(next)
  const $defs = Object.fromEntries([...references].map((name) => [name, schemas[name]]))
  const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...schemas[title], $defs }
  return JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/'))
}
