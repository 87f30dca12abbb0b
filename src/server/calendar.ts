import { z } from '@hono/zod-openapi'
import { Hono, type Context as HonoContext } from 'hono'
import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { dueTime, scheduledDates } from '../editions/calendar.ts'
import { addDays, dateIn } from '../editions/date.ts'
import { uuidOf } from '../editions/uuid.ts'
import { stripControls } from '../text/stripControls.ts'
import { invalidRequest, strictQuery } from './api/route.ts'
import { createBody, respond } from './body.ts'
import { CACHE_CONTROL, cacheControlWithLinks } from './caching.ts'
import { CORS_HEADERS } from './cors.ts'
import type { Editions } from './editions.ts'
import { withQuery } from './pages/paths.ts'
import { negotiateLanguage } from './pages/translations/language.ts'
import { LANGUAGES, type Language } from './pages/translations/translations.ts'
import type { Week } from './weeks.ts'

/** How many of the last editions the calendar has: two years of weeks. */
const MAX_PAST = 104
/** How many days ahead it has scheduled dates, and how many of them. */
const DAYS_AHEAD = 91
const MAX_AHEAD = 100

const calendarQuery = strictQuery({
  watch: z.string().optional(),
  lang: z.enum(LANGUAGES, `must be ${LANGUAGES.join(' or ')}`).optional(),
})
const HEADERS = { vary: 'Accept-Language, Accept-Encoding', ...CORS_HEADERS }

interface Event {
  readonly date: string
  /** Undefined for a whole day: a date outside the schedule. */
  readonly start: Date | undefined
  readonly summary: string
  readonly description?: string
  readonly url?: string
}

const french = {
  name: (watch: string) => `Éditions de la veille ${watch}`,
  datasets: (isOne: boolean): string => (isOne ? 'jeu de données' : 'jeux de données'),
  published: (watch: string, datasets: string) => `${watch}\u00a0: ${datasets} dans les tops`,
  changes: (entered: string, left: string) =>
    `Entrées depuis l’édition précédente\u00a0: ${entered}. Sorties\u00a0: ${left}.`,
  first: 'Première édition.',
  missing: (watch: string) => `${watch}\u00a0: pas d’édition`,
  due: (watch: string) => `${watch}\u00a0: édition prévue`,
}

type Texts = typeof french

const english: Texts = {
  name: (watch) => `Editions of ${watch}`,
  datasets: (isOne) => (isOne ? 'dataset' : 'datasets'),
  published: (watch, datasets) => `${watch}: ${datasets} in the tops`,
  changes: (entered, left) => `Since the edition before: ${entered} entered, ${left} left.`,
  first: 'First edition.',
  missing: (watch) => `${watch}: no edition`,
  due: (watch) => `${watch}: edition due`,
}

const TEXTS: Readonly<Record<Language, Texts>> = { fr: french, en: english }

/**
 * Serves a calendar (iCalendar, RFC 5545) of a watch: its editions, the scheduled dates since the first of them that have none, and the
 * scheduled dates of the next three months.
 */
export function createCalendar({ config, clock }: Context, editions: Editions): Hono {
  const app = new Hono()
  app.get('/calendar.ics', serve)
  return app

  async function serve(c: HonoContext): Promise<Response> {
    const { watch, language } = subjectOf(c)
    const weeks = (await editions.weeks(watch.name)).slice(-MAX_PAST - 1)
    const site = config.public_url ?? new URL(c.req.url).origin
    const texts = TEXTS[language]
    const published = publishedEvents(watch.name, weeks, language, site, config)
    const events = [...published, ...unpublishedEvents(watch.name, published, texts, { config, clock })]
    events.sort((a, b) => (a.date < b.date ? -1 : 1))
    const text = writeCalendar(watch.name, texts.name(watch.name), events, stampOf(weeks))
    const cacheControl = cacheControlWithLinks(CACHE_CONTROL.latest, config)
    return respond(c, createBody(text, 'text/calendar; charset=utf-8'), { ...HEADERS, 'cache-control': cacheControl })
  }

  function subjectOf(c: HonoContext): { readonly watch: Watch; readonly language: Language } {
    const parsed = calendarQuery.safeParse(c.req.query())
    if (!parsed.success) throw invalidRequest(parsed.error, (name) => c.req.query(name))
    const { watch = config.watches[0]!.name, lang } = parsed.data
    const { language } = negotiateLanguage(lang ?? null, c.req.header('accept-language'))
    return { watch: editions.watch(watch), language }
  }
}

/** Returns the events of the latest editions. @param weeks the editions, oldest first */
function publishedEvents(
  watch: string,
  weeks: readonly Week[],
  language: Language,
  site: string,
  config: Context['config'],
): Event[] {
  const texts = TEXTS[language]
  const count = (number: number) => new Intl.NumberFormat(language === 'fr' ? 'fr-FR' : 'en-GB').format(number)
  const nounFor = (number: number) => texts.datasets(new Intl.PluralRules(language).select(number) === 'one')
  return weeks.slice(-MAX_PAST).map((week) => {
    const before = weeks[weeks.indexOf(week) - 1]
    return {
      date: week.date,
      start: dueTime(config, week.date),
      summary: texts.published(watch, `${count(week.datasets.size)} ${nounFor(week.datasets.size)}`),
      description: before === undefined ? texts.first : changesIn(week, before, texts, count),
      url: `${site}${withQuery(`/editions/${watch}/${week.date}`, { lang: language })}`,
    }
  })
}

/** Returns the events of the scheduled dates without an edition: those since the first edition, and those of the next months. */
function unpublishedEvents(
  watch: string,
  published: readonly Event[],
  { missing, due }: Texts,
  { config, clock }: Pick<Context, 'config' | 'clock'>,
): Event[] {
  const now = clock()
  const today = dateIn(config.time_zone, now)
  const dates = new Set(published.map(({ date }) => date))
  const events = scheduledDates(config, published[0]?.date ?? today, addDays(today, DAYS_AHEAD))
    .filter((date) => !dates.has(date))
    .map((date) => ({ date, start: dueTime(config, date)! }))
  const past = events.filter(({ start }) => start <= now).slice(-MAX_PAST)
  const ahead = events.filter(({ start }) => start > now).slice(0, MAX_AHEAD)
  return [
    ...past.map((event) => ({ ...event, summary: missing(watch) })),
    ...ahead.map((event) => ({ ...event, summary: due(watch) })),
  ]
}

function changesIn(week: Week, before: Week, { changes }: Texts, count: (number: number) => string): string {
  const entered = [...week.datasets.keys()].filter((id) => !before.datasets.has(id)).length
  const left = [...before.datasets.keys()].filter((id) => !week.datasets.has(id)).length
  return changes(count(entered), count(left))
}

/** Returns the time of the newest edition. The calendar stays the same until there is a newer one. */
function stampOf(weeks: readonly Week[]): Date {
  const times = weeks.map(({ version }) => version.split(' ').at(-1)!).sort()
  return new Date(times.at(-1) ?? 0)
}

function writeCalendar(watch: string, name: string, events: readonly Event[], stamp: Date): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//datagouv-tops//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${escapeText(name)}`,
    'REFRESH-INTERVAL;VALUE=DURATION:PT6H',
    'X-PUBLISHED-TTL:PT6H',
    ...events.flatMap((event) => [
      'BEGIN:VEVENT',
      // An edition keeps the identity of its scheduled date.
      `UID:${uuidOf(`calendar ${watch} ${event.date}`)}@datagouv-tops`,
      `DTSTAMP:${utc(stamp)}`,
      ...timesOf(event),
      `SUMMARY:${escapeText(event.summary)}`,
      ...(event.description === undefined ? [] : [`DESCRIPTION:${escapeText(event.description)}`]),
      ...(event.url === undefined ? [] : [`URL:${event.url}`]),
      'TRANSP:TRANSPARENT',
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
  ]
  return lines.map((line) => `${fold(line)}\r\n`).join('')
}

function timesOf({ date, start }: Event): string[] {
  if (start !== undefined) return [`DTSTART:${utc(start)}`, 'DURATION:PT30M']
  return [`DTSTART;VALUE=DATE:${date.replaceAll('-', '')}`]
}

/** `20261118T160000Z` */
const utc = (instant: Date) => instant.toISOString().replace(/[-:]|\.\d+/g, '')

const escapeText = (text: string) => stripControls(text).replace(/[\\;,]/g, '\\$&')

/** Breaks a line after at most 75 bytes, between characters (RFC 5545, 3.1). */
function fold(line: string): string {
  const parts: string[] = []
  let part = ''
  let bytes = 0
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (bytes + size > 75) {
      parts.push(part)
      // A continuation begins with a space, which counts.
      part = ' '
      bytes = 1
    }
    part += character
    bytes += size
  }
  return [...parts, part].join('\r\n')
}
