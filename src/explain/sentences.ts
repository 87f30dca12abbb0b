import { quoted } from '../errors.ts'
import { count, counted } from '../terminal/format.ts'
import { inert } from '../terminal/inert.ts'
import { type Explanation, type Match, type Near, type Placing, VERDICTS, type Verdict } from './explanation.ts'

/** Makes what was found stand out in its excerpt. */
export type Mark = (found: string) => string

const inBrackets: Mark = (found) => `[${found}]`

/** An explanation in words, a sentence each: the verdict first, then what it rests on. */
export function sentencesOf(facts: Omit<Explanation, 'sentences'>, mark = inBrackets): string[] {
  const { watch, date, asked, verdict, dataset, matches, organization, nearest } = facts
  const name = dataset === null ? quoted(asked) : `${quoted(dataset.title, 120)} (${dataset.id})`
  return [
    `${watch}, ${date}: ${name} ${VERDICTS[verdict]}.`,
    tellSource(facts),
    ...(verdict === 'no-term' ? [tellTerms(facts)] : []),
    ...matches.map((match) => tellMatch(match, mark)),
    ...(organization === null ? [] : [tellPlacing(organization)]),
    ...tellNearest(verdict, nearest),
  ]
}

function tellSource({ dataset, source }: Pick<Explanation, 'dataset' | 'source'>): string {
  return dataset === null
    ? `No record of ${source} is called so.`
    : `It is record ${count(dataset.record)} of ${source}.`
}

function tellTerms({ terms, columns }: Pick<Explanation, 'terms' | 'columns'>): string {
  return `Its ${columns.join(', ')} were searched for ${terms.map((term) => quoted(term)).join(' and ')}.`
}

function tellMatch({ term, column, times, before, found, after }: Match, mark: Mark): string {
  const often = times === 1 ? '' : `, ${count(times)} times`
  const excerpt = `${inert(before)}${mark(inert(found))}${inert(after)}`.trim()
  return `${quoted(term)} is present in its ${column}${often}: ${excerpt}`
}

function tellPlacing({ name, id, rank, followers, of, last, lead }: Placing): string {
  const among = of === null ? '' : ` of ${count(of)}`
  const who = `Its organisation, ${quoted(name, 120)} (${id}), has rank ${count(rank)}${among} with ${counted(followers, 'follower')}`
  if (rank === last.rank) return `${who}: the last one that counts.`
  const other = `the ${ordinal(last.rank)}, ${quoted(last.name, 120)}`
  if (lead === 0) return `${who}, as many as ${other}; among equals the lower id comes first.`
  return `${who}, ${count(Math.abs(lead))} ${lead > 0 ? 'more' : 'fewer'} than ${other}.`
}

function tellNearest(verdict: Verdict, nearest: readonly Near[]): string[] {
  if (nearest.length === 0) {
    if (verdict === 'no-term') return ['No word in it comes near.']
    return verdict === 'unknown' ? ['None is called alike.'] : []
  }
  const told = nearest.map((near) =>
    'word' in near
      ? `${quoted(near.word)} in its ${near.column}`
      : `${near.dataset_id} (${quoted(near.dataset_title, 120)})`,
  )
  return [`Nearest: ${told.join(', ')}.`]
}

/** `30th`, `1st`, `22nd` */
function ordinal(number: number): string {
  const endings = { one: 'st', two: 'nd', few: 'rd', other: 'th', many: 'th', zero: 'th' }
  return `${count(number)}${endings[new Intl.PluralRules('en', { type: 'ordinal' }).select(number)]}`
}
