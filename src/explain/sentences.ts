import { quoted } from '../errors.ts'
import { formatCount, pluralize } from '../text/format.ts'
import { stripControls } from '../text/stripControls.ts'
import {
  type Explanation,
  type LastSeen,
  type Match,
  type Placing,
  type Suggestion,
  VERDICTS,
  type Verdict,
} from './explanation.ts'

/** Highlights the matched text in an excerpt. */
export type Mark = (found: string) => string

const AND = new Intl.ListFormat('en', { type: 'conjunction' })
const OR = new Intl.ListFormat('en', { type: 'disjunction' })

const inBrackets: Mark = (found) => `[${found}]`

/**
 * Writes an explanation as sentences: the verdict, then the facts it is based on.
 *
 * @param titles how many datasets have the given text in their title
 */
export function sentencesOf(facts: Omit<Explanation, 'sentences'>, mark = inBrackets, titles = 0): string[] {
  const { watch, date, asked, verdict, dataset, matches, organization, nearest, last_seen } = facts
  const name = dataset === null ? quoted(asked) : `${quoted(dataset.title, 120)} (${dataset.id})`
  return [
    `${watch}, ${date}: ${name} ${VERDICTS[verdict]}.`,
    describeSource(facts),
    ...(verdict === 'no-term' ? [describeTerms(facts)] : []),
    ...matches.map((match) => describeMatch(match, mark)),
    ...(organization === null ? [] : [describePlacing(organization)]),
    ...(last_seen === null ? [] : [describeLastSeen(last_seen)]),
    ...describeNearest(verdict, nearest, titles),
  ]
}

function describeSource({ dataset, source }: Pick<Explanation, 'dataset' | 'source'>): string {
  return dataset === null
    ? `No dataset in ${source} has this ID or slug.`
    : `It is record ${formatCount(dataset.record)} of ${source}.`
}

/** `It was still there on 2026-11-11, as "Horaires".` */
export const describeLastSeen = ({ date, dataset_title }: LastSeen) =>
  `It was still there on ${date}, as ${quoted(dataset_title, 120)}.`

function describeTerms({ terms, columns }: Pick<Explanation, 'terms' | 'columns'>): string {
  const verb = columns.length === 1 ? 'does' : 'do'
  return `Its ${AND.format(columns)} ${verb} not mention ${OR.format(terms.map((term) => quoted(term)))}.`
}

function describeMatch({ term, column, times, before, found, after }: Match, mark: Mark): string {
  const often = times === 1 ? '' : `, ${formatCount(times)} times`
  const excerpt = `${stripControls(before)}${mark(stripControls(found))}${stripControls(after)}`.trim()
  return `${quoted(term)} is present in its ${column}${often}: ${excerpt}`
}

function describePlacing({ name, id, rank, followers, of, last, lead }: Placing): string {
  const among = of === null ? '' : ` of ${formatCount(of)}`
  const who = `Its organization, ${quoted(name, 120)} (${id}), has rank ${formatCount(rank)}${among} with ${pluralize(followers, 'follower')}`
  if (rank === last.rank) return `${who}: the last one that counts.`
  const other = `the ${ordinal(last.rank)}, ${quoted(last.name, 120)}`
  if (lead === 0) return `${who}, as many as ${other}; among equals the lower ID comes first.`
  return `${who}, ${formatCount(Math.abs(lead))} ${lead > 0 ? 'more' : 'fewer'} than ${other}.`
}

function describeNearest(verdict: Verdict, nearest: readonly Suggestion[], titles: number): string[] {
  if (nearest.length === 0) {
    if (verdict === 'no-term') return ['No word in it is similar.']
    return verdict === 'unknown' ? ['No dataset has a similar name.'] : []
  }
  const names = nearest.map((near) =>
    'word' in near
      ? `${quoted(near.word)} in its ${near.column}`
      : `${near.dataset_id} (${quoted(near.dataset_title, 120)}${near.organization && `, ${stripControls(near.organization)}`})`,
  )
  if (titles === 0) return [`Nearest: ${names.join(', ')}.`]
  const more = titles > names.length ? ` and ${formatCount(titles - names.length)} more` : ''
  return [
    `${formatCount(titles)} datasets have this text in their title: ${names.join(', ')}${more}. Give one of these IDs.`,
  ]
}

const ORDINALS = new Intl.PluralRules('en', { type: 'ordinal' })
const ENDINGS = { one: 'st', two: 'nd', few: 'rd', other: 'th', many: 'th', zero: 'th' }

/** `30th`, `1st`, `22nd` */
const ordinal = (number: number) => `${formatCount(number)}${ENDINGS[ORDINALS.select(number)]}`
