import type { ComponentChildren } from 'preact'
import { calendarProblem, isDate } from '../../editions/date.ts'
import { Failure, NotFound } from '../../errors.ts'
import type { Report } from '../../terminal/report.ts'
import { Problem } from '../problem.ts'
import { BadParameter } from './parameters.ts'
import type { WatchLink } from './parts/editionHeader.tsx'
import { type Frame, labelOf, Page } from './parts/layout.tsx'
import { sanitize } from './parts/portalText.tsx'
import { editionPath } from './paths.ts'
import type { Translation } from './translations/french.ts'

/** Key of the text that says what was not found; the text of `KEYHint` says what to do. */
export type NotFoundText = 'noSuchPage' | 'noSuchOrganization' | 'noSuchRun' | 'notADataset'

/** Thrown if an address names nothing that exists. */
export class PageNotFound extends Error {
  readonly text: NotFoundText

  constructor(text: NotFoundText) {
    super(text)
    this.text = text
  }
}

/** The texts of an error's page. */
interface ErrorTexts {
  readonly status: number
  readonly title: string
  readonly hint: string
}

/** Chooses status and texts of an error's page. Internal reasons go to the log. */
export function errorPageFor(error: Error, path: string, report: Report, texts: Translation): ErrorTexts {
  const withHint = (name: NotFoundText | 'unavailable' | 'bug', status: number) => ({
    status,
    title: texts[name],
    hint: texts[`${name}Hint`],
  })
  if (error instanceof BadParameter) return badParameter(error, texts)
  if (error instanceof PageNotFound) return withHint(error.text, 404)
  if (error instanceof NotFound) return withHint('noSuchPage', 404)
  if (error instanceof Problem && error.status === 503) return withHint('unavailable', 503)
  if (error instanceof Failure && error.kind === 'usage')
    return { status: 400, title: texts.badRequest, hint: texts.badRequestHint }
  report.warn(`${path}: ${error instanceof Failure ? error.message : error.stack}`)
  return error instanceof Failure && error.kind === 'store' ? withHint('unavailable', 503) : withHint('bug', 500)
}

function badParameter({ parameter, value, allowed, isUnknown }: BadParameter, texts: Translation): ErrorTexts {
  const [name, given] = [sanitize(parameter, 50), sanitize(value, 50)]
  return {
    status: 400,
    title: isUnknown ? texts.unknownParameter(name) : texts.badValue(given, name),
    hint: isUnknown ? texts.knownParameters(allowed) : texts.possibleValues(allowed),
  }
}

interface ErrorPageProps {
  readonly frame: Frame
  readonly title: string
  readonly hint: string
  readonly children?: ComponentChildren
}

/** Says what went wrong and what to do next. */
export function ErrorPage({ frame, title, hint, children }: ErrorPageProps) {
  const { texts, href } = frame.locale
  return (
    <Page frame={frame} title={title}>
      <div>
        <h1>{title}</h1>
        <p class="lede">{hint}</p>
        {children ?? (
          <p>
            <a href={href('/')}>{texts.toLatest}</a>
          </p>
        )}
      </div>
    </Page>
  )
}

interface NoEditionYetProps {
  readonly frame: Frame
  readonly watch: string
  /** The dates that have a snapshot, latest first. */
  readonly snapshots: readonly string[]
}

/** Shown before the first run, and for a new watch. If snapshots are stored, the watch needs no run. */
export function NoEditionYet({ frame, watch, snapshots }: NoEditionYetProps) {
  const { texts } = frame.locale
  const first = snapshots.at(-1)
  const [hint, command] =
    first === undefined
      ? [texts.noEditionYetHint, 'run']
      : [texts.publishStoredWeeks, `backfill --from ${first} --watch ${watch}`]
  return (
    <ErrorPage frame={frame} title={texts.noEditionYet} hint={hint}>
      <pre>
        <code>datagouv-tops {command}</code>
      </pre>
    </ErrorPage>
  )
}

interface NoSuchWatchProps {
  readonly frame: Frame
  readonly watch: string
  readonly watches: readonly WatchLink[]
}

/** Shown for an unknown watch: offers those that exist. */
export function NoSuchWatch({ frame, watch, watches }: NoSuchWatchProps) {
  const { texts, href } = frame.locale
  return (
    <ErrorPage frame={frame} title={texts.noSuchWatch(sanitize(watch, 50))} hint={texts.noSuchWatchHint}>
      <ul>
        {watches.map(({ name }) => (
          <li key={name}>
            <a href={href(editionPath({ watch: name, date: 'latest' }))}>{labelOf(frame, name) ?? name}</a>
          </li>
        ))}
      </ul>
    </ErrorPage>
  )
}

interface NoSuchEditionProps {
  readonly frame: Frame
  readonly watch: string
  readonly date: string
  readonly dates: readonly string[]
}

/** Shown for a date without an edition: offers the nearest ones. */
export function NoSuchEdition({ frame, watch, date, dates }: NoSuchEditionProps) {
  const { texts, day, href } = frame.locale
  const isInCalendar = calendarProblem(date) === undefined
  const distance = (other: string) => (isDate(date) ? Math.abs(Date.parse(other) - Date.parse(date)) : 0)
  const nearest = [...dates].sort((a, b) => distance(a) - distance(b)).slice(0, 4)
  return (
    <ErrorPage
      frame={frame}
      title={isInCalendar ? texts.noSuchEdition(isDate(date) ? day(date) : sanitize(date, 50)) : texts.noSuchDate(date)}
      hint={texts.noSuchEditionHint}
    >
      <ul>
        {nearest.sort().map((other) => (
          <li key={other}>
            <a href={href(editionPath({ watch, date: other }))}>{day(other)}</a>
          </li>
        ))}
      </ul>
      <p>
        <a href={href('/editions')}>{texts.allEditions}</a>
      </p>
    </ErrorPage>
  )
}
