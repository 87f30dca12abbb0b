import { dayFormat } from '../text/dayFormat.ts'
import { stripControls } from '../text/stripControls.ts'
import type { TestNews } from './channel.ts'
import type {
  ChangeReason,
  ChangesNews,
  EditionNews,
  FailedNews,
  FiguresNews,
  MissedNews,
  NamedDatasets,
  News,
  PublishedNews,
  RecoveredNews,
  SearchNews,
} from './news.ts'
import { type Language, WORDS } from './words.ts'

/** A notification in words. */
export interface Message {
  /** One line. */
  readonly subject: string
  readonly lines: readonly string[]
}

/** How a channel wants its messages written. */
export interface Wording {
  readonly language: Language
  readonly timeZone: string
  /** Escapes text from outside (one line), so that the channel shows it as plain text. */
  readonly literal: (text: string) => string
}

/** Longer titles and reasons are cut to this many characters. */
const MAX_TITLE = 160
const MAX_REASON = 2_000
/** More warnings than this are only counted. */
const MAX_WARNINGS = 10
/** If more dates were missed, only the last ones are named. */
const MAX_DATES = 10

/** Words, numbers and dates in the language of a message. */
type Formats = ReturnType<typeof formatsFor>

/** Writes news as a message for people. */
export function messageOf(news: News | TestNews, wording: Wording): Message {
  const formats = formatsFor(wording)
  if (news.event === 'test') return { subject: formats.words.test, lines: [formats.words.testReason] }
  switch (news.event) {
    case 'published':
      return publishedMessage(news, formats)
    case 'missed':
      return missedMessage(news, formats)
    case 'recovered':
      return recoveredMessage(news, formats)
    default:
      return failedMessage(news, formats)
  }
}

function formatsFor({ language, timeZone, literal }: Wording) {
  const words = WORDS[language]
  return {
    words,
    literal,
    count: (number: number) => new Intl.NumberFormat(words.locale).format(number),
    date: dayFormat(words.locale, 'long'),
    time: (iso: string) =>
      new Intl.DateTimeFormat(words.locale, { timeZone, timeStyle: 'short' }).format(new Date(iso)),
    outside: (text: string, most = MAX_TITLE) => {
      const line = stripControls(text).trim()
      return literal(line.length > most ? `${line.slice(0, most)}…` : line)
    },
  }
}

function publishedMessage({ date, editions, searches }: PublishedNews, formats: Formats): Message {
  const parts = [
    ...editions.map((edition) => editionLines(edition, formats)),
    ...searches.map((search) => searchLines(search, formats)),
  ]
  return {
    subject: `${formats.date(date)}, ${editions.map((edition) => headline(edition.watch, edition.datasets, formats)).join(', ')}`,
    lines: parts.flatMap((lines, index) => [...(index > 0 ? [''] : []), ...lines]),
  }
}

function recoveredMessage({ date: iso, after }: RecoveredNews, { words, date }: Formats): Message {
  const subject = after === 'remote_failed' ? words.remoteRecovered(date(iso)) : words.recovered(date(iso))
  return { subject, lines: [words.isOver] }
}

function missedMessage({ dates, message }: MissedNews, { words, count, date, outside }: Formats): Message {
  const [from, to] = [date(dates[0]!), date(dates.at(-1)!)]
  const isLong = dates.length > MAX_DATES
  const subject = isLong ? words.missedMany(count(dates.length), from, to) : words.missed(dates.map(date).join(', '))
  const remedies = dates.slice(-MAX_DATES).map(words.makeUp)
  if (!message) return { subject, lines: [...remedies, words.noRun] }
  return { subject, lines: [words.retriesEnded, outside(message, MAX_REASON), ...remedies] }
}

function failedMessage(news: FailedNews, { words, date, time, outside }: Formats): Message {
  const { event, kind, exit_code, message, again } = news
  const next = typeof again === 'string' ? [words.again(time(again))] : again === null ? [words.notAgain] : []
  if (event === 'remote_failed') {
    const lines = [words.why(words.kinds[kind], exit_code), outside(message, MAX_REASON), words.catchUp(news.date)]
    return { subject: words.remoteFailed(date(news.date)), lines }
  }
  const lines = [
    words.why(words.kinds[kind], exit_code),
    outside(message, MAX_REASON),
    ...next,
    ...(typeof again === 'string' ? [] : [words.runAgain(news.date)]),
    ...(event === 'refused' ? [words.look(news.date)] : []),
    words.untouched,
  ]
  return { subject: words[event](date(news.date)), lines }
}

function headline(watch: string, datasets: number, { words, count }: Formats): string {
  const noun = words.datasets[new Intl.PluralRules(words.locale).select(datasets) === 'one' ? 0 : 1]
  return words.published(watch, `${count(datasets)} ${noun}`)
}

function editionLines(edition: EditionNews, formats: Formats): string[] {
  const { words, literal } = formats
  return [
    headline(edition.watch, edition.datasets, formats),
    figuresLine(edition, edition, formats),
    ...(edition.changes === null ? [words.first] : changesLines(edition.changes, formats)),
    ...warningLines(edition, formats),
    `${words.csv}${literal(edition.csv)}`,
    `${words.document}${literal(edition.document)}`,
  ]
}

function warningLines({ warnings }: EditionNews, { words, count, outside }: Formats): string[] {
  if (warnings.length === 0) return []
  const first = warnings.slice(0, MAX_WARNINGS).map((line) => `- ${outside(line, MAX_REASON)}`)
  const others = warnings.length - first.length
  return [words.warnings, ...first, ...(others > 0 ? [`- ${words.more(count(others))}`] : [])]
}

function searchLines(search: SearchNews, formats: Formats): string[] {
  const { words, outside } = formats
  const { found, changes, problem } = search
  const name = words.search(termsOf(search, formats))
  if (found === null) return [words.notSearched(name), outside(problem ?? '', MAX_REASON)]
  const figures = [headline(name, found.datasets, formats), figuresLine(found, search, formats)]
  if (problem !== null) return [...figures, words.notCompared, outside(problem, MAX_REASON)]
  return [...figures, ...(changes === null ? [words.noEarlier] : changesLines(changes, formats))]
}

type Query = Pick<EditionNews, 'terms' | 'top'>

const termsOf = ({ terms }: Pick<Query, 'terms'>, { words }: Formats) =>
  terms.map((term) => words.quote(stripControls(term))).join(words.or)

function figuresLine(figures: FiguresNews, query: Query, formats: Formats): string {
  const { words, count } = formats
  return words.figures({
    all: count(figures.portal_datasets),
    kept: count(figures.archived_datasets),
    terms: termsOf(query, formats),
    datasets: count(figures.datasets),
    organizations: count(figures.organizations),
    top: count(query.top),
  })
}

function changesLines({ from, entered, left, moved }: ChangesNews, formats: Formats): string[] {
  const { words, count, date } = formats
  if (entered.count + left.count + moved.count === 0) return [words.same(date(from))]
  return [
    words.changed(date(from), count(entered.count), count(left.count), count(moved.count)),
    ...namedLines(words.entered, entered, words.entryReasons, formats),
    ...namedLines(words.left, left, words.exitReasons, formats),
    ...namedLines(words.moved, moved, {}, formats),
  ]
}

function namedLines(
  heading: string,
  { count: all, first }: NamedDatasets,
  reasons: Partial<Record<ChangeReason, string>>,
  { words, count, outside }: Formats,
): string[] {
  if (all === 0) return []
  const lines = first.map(({ title, organization, reason }) => {
    const why = reason && reasons[reason]
    return `- ${outside(title)} (${outside(organization)})${why === undefined ? '' : words.because(why)}`
  })
  const others = all > first.length ? [`- ${words.more(count(all - first.length))}`] : []
  return [heading, ...lines, ...others]
}
