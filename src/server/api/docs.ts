import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import { exampleOf, type Schema } from './example.ts'

/** The parts of an OpenAPI document that this page shows. */
export interface Description {
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly paths: Readonly<Record<string, { readonly get: Operation }>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface Operation {
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly responses: Readonly<Record<string, Reply>>
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly description?: string
  readonly schema: Schema
}

interface Reply {
  readonly description: string
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>
}

const STYLE = `:root{color-scheme:light dark}
html{background:#fff;color:#161616}a{color:#000091}
@media(prefers-color-scheme:dark){html{background:#16161a;color:#ececf1}a{color:#a3a3ff}}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code,pre{font-family:ui-monospace,monospace;font-size:.875rem}code,a{overflow-wrap:anywhere}
pre{overflow-x:auto;padding:.75rem;background:#8881;border-radius:.25rem}
section{border-top:1px solid #8886;margin-top:2rem;padding-top:.5rem}
table{border-collapse:collapse}th,td{overflow-wrap:anywhere;text-align:left;vertical-align:top;padding:.25rem 1rem .25rem 0}
h2 code{font-size:1.1rem}table{margin:1rem 0}`

const styleHash = createHash('sha256').update(STYLE).digest('base64')
/** Allows the page's own style only: no script, nothing from other hosts. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'`

/** Renders the API's documentation from its OpenAPI description. */
export function renderDocs({ info, paths, components }: Description): string {
  const page = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${info.title}: the API</title><style>${raw(STYLE)}</style></head>
<body><main>
<h1>${info.title}: the API</h1>
<p>${info.description} For programs: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1). Back to <a href="/">the tops</a>.</p>
<nav><ul>${Object.entries(paths).map(([path, { get }]) => html`<li><a href="#${anchorOf(path)}">${path}</a>: ${get.summary}</li>`)}</ul></nav>
${Object.entries(paths).map(([path, { get }]) => section(path, get, components.schemas))}
</main></body></html>`
  return String(page)
}

const anchorOf = (path: string) => path.replace(/[^a-z.]+/g, '-').replace(/^-|-$/g, '')

function section(path: string, { summary, description, parameters = [], responses }: Operation, schemas: Schemas) {
  const json = responses[200]?.content?.['application/json']
  return html`<section id="${anchorOf(path)}">
<h2><code>GET ${path}</code></h2>
<p>${summary}. ${withCode(description ?? '')}</p>
${parameters.length > 0 && html`<table><tr><th>parameter</th><th>in</th><th>description</th><th>example</th></tr>${parameters.map(parameterRow)}</table>`}
<table><tr><th>status</th><th>description</th></tr>${Object.entries(responses).map(responseRow)}</table>
${json && html`<pre tabindex="0">${JSON.stringify(exampleOf(json.schema, schemas), null, 2)}</pre>`}
</section>`
}

/** Renders text between backticks as code. */
const withCode = (text: string) =>
  text.split('`').map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))

type Schemas = Description['components']['schemas']

const parameterRow = ({ name, in: where, description, schema }: Parameter) => html`<tr>
<td><code>${name}</code></td><td>${where}</td><td>${withCode(description ?? schema.description ?? '')}</td>
<td>${schema.example !== undefined && html`<code>${schema.example}</code>`}</td></tr>`

const responseRow = ([status, { description, content = {} }]: [string, Reply]) => html`<tr>
<td>${status}</td><td>${withCode(description)}${Object.keys(content).map((type) => html` <code>${type}</code>`)}</td></tr>`
