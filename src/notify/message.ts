import { inert } from '../terminal/inert.ts'
import type { ChangesNews, EditionNews, FailedNews, Named, News } from './news.ts'
import { type Language, WORDS } from './words.ts'

/** News in words. */
export interface Message {
  /** One line. */
  readonly subject: string
  readonly lines: readonly string[]
}

export interface Wording {
  readonly language: Language
  readonly timeZone: string
  /** Makes text from outside stand in the message as nothing but text. It is one line already. */
  readonly literal: (text: string) => string
}

/** Of a longer title or reason, this many characters are told. */
const MOST_TITLE = 160
const MOST_REASON = 2_000

/** News as people read them. */
export function messageOf(news: News, { language, timeZone, literal }: Wording): Message {
  const words = WORDS[language]
  const count = (number: number) => new Intl.NumberFormat(words.locale).format(number)
  const date = (iso: string) =>
    new Intl.DateTimeFormat(words.locale, { timeZone: 'UTC', dateStyle: 'long' }).format(new Date(iso))
  const time = (iso: string) =>
    new Intl.DateTimeFormat(words.locale, { timeZone, timeStyle: 'short' }).format(new Date(iso))
  const outside = (text: string, most = MOST_TITLE) => {
    const line = inert(text).trim()
    return literal(line.length > most ? `${line.slice(0, most)}…` : line)
  }

  switch (news.event) {
    case 'published':
      return {
        subject: `${date(news.date)}, ${news.editions.map(headline).join(', ')}`,
        lines: news.editions.flatMap((edition, index) => [...(index > 0 ? [''] : []), ...told(edition)]),
      }
    case 'missed':
      return {
        subject: words.missed(news.dates.map(date).join(', ')),
        lines: news.dates.map(words.makeUp),
      }
    default:
      return { subject: words[news.event](date(news.date)), lines: reasons(news) }
  }

  function headline({ watch, datasets }: EditionNews): string {
    const noun = words.datasets[new Intl.PluralRules(words.locale).select(datasets) === 'one' ? 0 : 1]
    return words.published(watch, `${count(datasets)} ${noun}`)
  }

  function told(edition: EditionNews): string[] {
    const figures = words.figures({
      all: count(edition.portal_datasets),
      kept: count(edition.archived_datasets),
      terms: edition.terms.map((term) => words.quote(inert(term))).join(words.or),
      datasets: count(edition.datasets),
      organizations: count(edition.organizations),
      top: count(edition.top),
    })
    return [
      headline(edition),
      figures,
      ...(edition.changes === null ? [words.first] : changed(edition.changes)),
      `${words.csv}${literal(edition.csv)}`,
      `${words.document}${literal(edition.document)}`,
    ]
  }

  function changed({ from, entered, left, moved }: ChangesNews): string[] {
    if (entered.count + left.count + moved.count === 0) return [words.same(date(from))]
    return [
      words.changed(date(from), count(entered.count), count(left.count), count(moved.count)),
      ...listed(words.entered, entered),
      ...listed(words.left, left),
      ...listed(words.moved, moved),
    ]
  }

  function listed(title: string, { count: all, first }: Named): string[] {
    if (all === 0) return []
    const lines = first.map((dataset) => `- ${outside(dataset.title)} (${outside(dataset.organization)})`)
    const others = all > first.length ? [`- ${words.more(count(all - first.length))}`] : []
    return [title, ...lines, ...others]
  }

  function reasons({ event, date, kind, exit_code, message, again }: FailedNews): string[] {
    const next = again === null ? [words.notAgain] : again === undefined ? [] : [words.again(time(again))]
    return [
      words.why(words.kinds[kind], exit_code),
      outside(message, MOST_REASON),
      ...next,
      ...(event === 'refused' ? [words.look(date)] : []),
      words.untouched,
    ]
  }
}
