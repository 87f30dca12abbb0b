import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'vitest'

const FOLDER = new URL('spec/', import.meta.url)
const read = (file: string) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const ajv = new Ajv2020({
  strictSchema: false,
  allErrors: true,
  formats: {
    uuid: UUID,
    uri: (text: string) => URL.canParse(text),
    'date-time': (text: string) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) && !Number.isNaN(Date.parse(text)),
  },
})

const core = read('OpenLineage.json')
ajv.addSchema({ ...core, $id: 'event' })
// Each facet refers to the core schema of an earlier version; the definitions that it uses have not changed since.
for (const version of ['1-0-1', '1-0-2', '1-0-3', '2-0-2']) {
  const $defs = JSON.parse(JSON.stringify(core.definitions).replaceAll('#/definitions/', '#/$defs/'))
  ajv.addSchema({ $id: `https://openlineage.io/spec/${version}/OpenLineage.json`, $defs })
}
for (const file of readdirSync(FOLDER)) {
  if (/Facet\.json$/.test(file)) ajv.addSchema({ ...read(file), $id: file })
}

// biome-ignore lint/suspicious/noExplicitAny: an event as sent
export type Event = any

/** Validates an event and each of its facets against the published schemas. An unknown facet fails. */
export function expectValid(event: Event): void {
  expect(errors('event', event)).toEqual([])
  const datasets = [...event.inputs, ...event.outputs]
  const facets = [event.run, event.job, ...datasets].flatMap(({ facets = {}, outputFacets = {} }) =>
    Object.entries({ ...facets, ...outputFacets }),
  ) as [string, { _schemaURL: string }][]
  expect(facets.length).toBeGreaterThan(2)
  for (const [name, facet] of facets) {
    const [, file, definition] = /\/([^/]+\.json)#\/\$defs\/(\w+)$/.exec(facet._schemaURL)!
    expect(file).toBe(`${definition}.json`)
    expect(errors(file!, { [name]: facet })).toEqual([])
    expect(Object.keys(read(file!).properties)).toEqual([name])
  }
}

function errors(schema: string, value: unknown) {
  ajv.validate(schema, value)
  return (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
