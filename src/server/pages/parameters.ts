import type { z } from '@hono/zod-openapi'
import { searchParams } from '../api/exploreRequest.ts'
import {
  datasetParam,
  dateParam,
  flagParam,
  limitOrAllParam,
  offsetParam,
  organizationParam,
  pageParams,
  runId,
  searchParam,
  sortParam,
} from '../api/parameters.ts'
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

const like = (schema: z.ZodType, allowed: string): Parameter => ({
  accepts: (value) => schema.safeParse(value).success,
  allowed,
})
const sortBy = (fields: readonly string[]): Parameter =>
  like(sortParam(fields), fields.flatMap((field) => [field, `-${field}`]).join(', '))

/** The parameters of the pages. The API has the same ones. */
const PARAMETERS = {
  words: like(searchParams.words, '≤ 600'),
  match: like(searchParams.match, 'substring, word'),
  columns: like(searchParams.columns, 'title, tags, description, …'),
  top: like(searchParams.top, '1–500'),
  q: like(searchParam, '≤ 200'),
  organization: like(organizationParam, '≤ 200'),
  new: like(flagParam(''), '1'),
  gone: like(flagParam(''), '1'),
  since: like(dateParam, '2026-11-18, …'),
  sort: sortBy(SORT_FIELDS),
  view: like(pageParams.view, 'list, groups'),
  limit: like(limitOrAllParam, '1–1000, all'),
  offset: like(offsetParam, '0–1000000'),
  before: like(runId, '≤ 100'),
  id: like(datasetParam, '≤ 300'),
  lang: like(pageParams.lang, 'fr, en'),
} satisfies Record<string, Parameter>
/** The full list has fewer fields to sort by. */
const LIST_SORT = sortBy(LISTED_FIELDS)

type ParameterName = keyof typeof PARAMETERS

/** The parameters of each view. */
export const VIEW_PARAMETERS = {
  tops: ['q', 'organization', 'new', 'gone', 'since', 'sort', 'view', 'limit', 'offset'],
  list: ['q', 'organization', 'sort', 'limit', 'offset'],
  changes: ['since'],
  runs: ['before'],
  explainForm: ['id'],
  explore: ['words', 'match', 'columns', 'top', 'q', 'organization', 'new', 'gone', 'since', 'sort', 'offset'],
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
  name === 'sort' && view === 'list' ? LIST_SORT : PARAMETERS[name]
