import { isDate } from '../../editions/date.ts'
import { LISTED_FIELDS, SORT_FIELDS } from '../selection.ts'
import { isTracking } from './paths.ts'

/** Thrown if an address has a parameter that the page does not know, or a value that it cannot take. */
export class BadParameter extends Error {
  readonly parameter: string
  readonly value: string
  /** The known parameters, if this one is unknown; otherwise the possible values. */
  readonly allowed: string
  readonly isUnknown: boolean

  constructor(parameter: string, value: string, allowed: string, isUnknown: boolean) {
    super(`${parameter}=${value}`)
    this.parameter = parameter
    this.value = value
    this.allowed = allowed
    this.isUnknown = isUnknown
  }
}

interface Parameter {
  readonly accepts: (value: string) => boolean
  /** The possible values, in a form that needs no translation. */
  readonly allowed: string
}

const oneOf = (...values: string[]): Parameter => ({
  accepts: (value) => values.includes(value),
  allowed: values.join(', '),
})
const text: Parameter = { accepts: (value) => value.length <= 200, allowed: '≤ 200' }
const sortBy = (fields: readonly string[]): Parameter => ({
  accepts: (value) => value.split(',').every((key) => fields.includes(key.replace(/^-/, ''))),
  allowed: fields.flatMap((field) => [field, `-${field}`]).join(', '),
})

/** The parameters of the pages, as the API accepts them. */
const PARAMETERS = {
  q: text,
  organization: text,
  new: oneOf('1'),
  gone: oneOf('1'),
  since: { accepts: isDate, allowed: '2026-11-18, …' },
  sort: sortBy(SORT_FIELDS),
  view: oneOf('list', 'groups'),
  limit: { accepts: (value: string) => /^(all|[1-9]\d{0,2}|1000)$/.test(value), allowed: '1–1000, all' },
  offset: { accepts: (value: string) => /^\d{1,7}$/.test(value), allowed: '0, 1, 2, …' },
  before: text,
  lang: oneOf('fr', 'en'),
} satisfies Record<string, Parameter>

type ParameterName = keyof typeof PARAMETERS

/** The parameters of each view. */
export const VIEW_PARAMETERS = {
  tops: ['q', 'organization', 'new', 'gone', 'since', 'sort', 'view', 'limit', 'offset'],
  list: ['q', 'organization', 'sort', 'limit', 'offset'],
  changes: ['since'],
  runs: ['before'],
  none: [],
} as const satisfies Record<string, readonly ParameterName[]>

/**
 * Returns the parameters of an address that a page uses, in a fixed order and without empty ones, which forms send.
 *
 * @throws BadParameter
 */
export function readParameters(search: URLSearchParams, view: keyof typeof VIEW_PARAMETERS): URLSearchParams {
  const known: readonly ParameterName[] = [...VIEW_PARAMETERS[view], 'lang']
  for (const [name, value] of search) {
    if (isTracking(name) || value === '') continue
    const isKnown = known.some((one) => one === name)
    if (!isKnown) throw new BadParameter(name, value, known.join(', '), true)
    const { accepts, allowed } = parameterOf(name as ParameterName, view)
    if (!accepts(value)) throw new BadParameter(name, value, allowed, false)
  }
  const values = known.map((name) => [name, search.get(name) ?? ''] as [string, string])
  return new URLSearchParams(values.filter(([, value]) => value !== ''))
}

const parameterOf = (name: ParameterName, view: keyof typeof VIEW_PARAMETERS): Parameter =>
  name === 'sort' && view === 'list' ? sortBy(LISTED_FIELDS) : PARAMETERS[name]
