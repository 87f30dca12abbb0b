import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { translateApi } from '../../src/server/pages/translations/apiInFrench.ts'
import { TRANSLATIONS } from '../../src/server/pages/translations/translations.ts'
import { openSite, type Site } from '../web/site.ts'

/** The parts of an OpenAPI document that these tests read. */
interface Description {
  readonly paths: Readonly<Record<string, { readonly get: Operation }>>
  readonly components: object
}

interface Operation {
  readonly tags: readonly string[]
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly {
    name: string
    description?: string
    in: string
    required?: boolean
    schema: { example?: unknown; type?: unknown; enum?: unknown }
  }[]
  readonly responses: Readonly<
    Record<string, { description: string; content?: Readonly<Record<string, { schema: object; example?: unknown }>> }>
  >
}

let site: Site
let description: Description
let ajv: Ajv2020
beforeAll(async () => {
  site = await openSite()
  description = closed(await (await fetch(`${site.url}/openapi.json`)).json()) as Description
  ajv = new Ajv2020({
    strict: false,
    formats: { date: /^\d{4}-\d\d-\d\d$/, 'date-time': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ },
  })
  ajv.addSchema({ $id: 'openapi', ...description })
}, 60_000)
afterAll(() => site.close())

/** Returns a description whose objects allow no undocumented properties. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closed(part)]))
  return 'properties' in copy && copy.type === 'object' ? { additionalProperties: false, ...copy } : copy
}

function validatorOf(path: string, status: number, type: string): ValidateFunction {
  const pointer = ['paths', path, 'get', 'responses', String(status), 'content', type, 'schema']
  const encoded = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
  return ajv.getSchema(`openapi#/${encoded}`)!
}

/** Sends a request and checks that the response is as documented. */
async function request(path: string, values: Readonly<Record<string, string>>): Promise<number> {
  const { parameters = [], responses } = description.paths[path]!.get
  const inPath = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]!))
  const query = parameters.filter((one) => one.in === 'query' && values[one.name] !== undefined)
  const search = new URLSearchParams(query.map(({ name }) => [name, values[name]!]))
  const answer = await fetch(`${site.url}${inPath}?${search}`)
  const where = `${answer.status} of ${inPath}?${search}`
  expect(Object.keys(responses), where).toContain(String(answer.status))
  const type = answer.headers.get('content-type')!.split(';')[0]!
  expect(Object.keys(responses[answer.status]!.content ?? {}), where).toContain(type)
  const body = await answer.text()
  if (!type.endsWith('json')) return answer.status
  const validate = validatorOf(path, answer.status, type)
  expect(validate(JSON.parse(body)) || validate.errors, where).toBe(true)
  return answer.status
}

const KNOWN = {
  watch: 'mobilite-transport',
  edition: 'latest',
  date: '2023-08-09',
  from: '2023-07-26',
  since: '2023-07-26',
  to: '2023-08-09',
  organization: '534fff89a3a7292c64a77eb7',
  id: '5eab9f4b7ee4582b405f11df',
  limit: '5',
  words: 'mobilité,transport',
}

test('every response has the documented shape and no other fields', async () => {
  const { items } = (await (await fetch(`${site.url}/api/runs`)).json()) as { items: { _id: string }[] }
  for (const path of Object.keys(description.paths)) {
    const values = { ...KNOWN, id: idFor(path, items[0]!._id) }
    expect([path, await request(path, values)]).toEqual([path, 200])
    if (!path.includes('archive.csv')) expect([path, await request(path, required(path, values))]).toEqual([path, 200])
  }
})

function idFor(path: string, run: string): string {
  if (path.startsWith('/api/runs/')) return run
  return path.includes('/organizations/') ? KNOWN.organization : KNOWN.id
}

const isRequired = (path: string, name: string) =>
  description.paths[path]!.get.parameters?.some((one) => one.name === name && one.required) ?? false
const required = (path: string, values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => path.includes(`{${name}}`) || isRequired(path, name)))

test.each([
  ['hostile names', { ...KNOWN, watch: 'hostile', edition: 'latest' }],
  ['the full edition', { ...KNOWN, watch: 'complet', edition: 'latest' }],
  ['a watch without an edition', { ...KNOWN, watch: 'vide' }],
])('so do the responses about %s', async (_, values) => {
  for (const path of Object.keys(description.paths).filter((one) => one.includes('{watch}'))) {
    // These watches have documents but no archive.
    expect([200, 400, 404]).toContain(await request(path, required(path, values)))
  }
})

const UNUSUAL = [
  '',
  ' ',
  '0',
  '-1',
  '1e9',
  'null',
  '../..',
  '%00',
  '\u0000',
  'é',
  '🚋',
  '<b>',
  "' or 1=1 --",
  'x'.repeat(500),
]

test('unusual values cause at most a documented error', async () => {
  for (const [path, { get }] of Object.entries(description.paths).filter(([path]) => path.startsWith('/api'))) {
    for (const { name } of get.parameters ?? []) {
      // In a path, an empty or dotted segment makes a different path.
      const values = UNUSUAL.filter((value) => !path.includes(`{${name}}`) || !['', '..'].includes(value))
      for (const value of values) {
        const status = await request(path, { ...required(path, KNOWN), [name]: value })
        expect([200, 400, 404], `${path}: ${name}=${value}`).toContain(status)
      }
    }
  }
})

test('every operation has an ID for generated clients, and every response an example of its schema', () => {
  const operations = Object.entries(description.paths).map(([path, { get }]) => [path, get] as const)
  const ids = operations.map(([, { operationId }]) => operationId)
  expect(new Set(ids).size).toBe(operations.length)
  expect(ids.every((id) => /^[a-z][A-Za-z]+$/.test(id))).toBe(true)
  for (const [path, { responses }] of operations) {
    for (const [type, { example }] of Object.entries(responses[200]!.content ?? {})) {
      if (type === 'application/gzip') continue
      expect(example, `${path}, ${type}`).toBeDefined()
      const validate = validatorOf(path, 200, type)
      expect(validate(example) || validate.errors, path).toBe(true)
    }
  }
})

test('the documentation is in French and English', () => {
  const texts = Object.values(description.paths).flatMap(
    ({ get: { summary, description = '', parameters, responses } }) => [
      summary,
      description,
      ...(parameters ?? []).map((one) => one.description ?? ''),
      ...Object.values(responses).map((one) => one.description),
    ],
  )
  const untranslated = texts.filter((text) => text !== '' && translateApi(text, 'fr') === text)
  expect(untranslated, 'add these texts to src/server/pages/translations/apiInFrench.ts').toEqual([])
  const tags = Object.values(description.paths).map(({ get }) => get.tags[0]!)
  for (const { apiTags } of Object.values(TRANSLATIONS))
    expect(Object.keys(apiTags)).toEqual(expect.arrayContaining(tags))
})

test('every parameter and every response has an example', async () => {
  for (const [path, { get }] of Object.entries(description.paths)) {
    for (const { name, schema } of get.parameters ?? []) {
      const hasExample = schema.example !== undefined || schema.enum !== undefined || schema.type === 'integer'
      expect(hasExample, `${path}: ${name}`).toBe(true)
    }
  }
  const docs = await (await fetch(`${site.url}/docs`)).text()
  for (const path of Object.keys(description.paths)) expect(docs).toContain(`GET ${path}`)
  expect(docs.replaceAll(site.url, '')).not.toMatch(/(?:href|src)="https?:\/\/(?!www\.data\.gouv\.fr)/)
})
