import type { ComponentChildren } from 'preact'
import { Failure, NotFound } from '../../errors.ts'
import type { Report } from '../../terminal/report.ts'
import { Problem } from '../problem.ts'
import { type Frame, Page } from './parts/layout.tsx'
import { editionPath } from './paths.ts'

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

/** Chooses status and texts of an error's page. Internal reasons go to the log. */
export function errorPageFor(error: Error, path: string, report: Report) {
  if (error instanceof PageNotFound) return withHint(error.text, 404)
  if (error instanceof NotFound) return withHint('noSuchPage', 404)
  if (error instanceof Problem && error.status === 503) return withHint('unavailable', 503)
  report.warn(`${path}: ${error instanceof Failure ? error.message : error.stack}`)
  return error instanceof Failure && error.kind === 'store' ? withHint('unavailable', 503) : withHint('bug', 500)
}

function withHint<T extends NotFoundText | 'unavailable' | 'bug'>(title: T, status: number) {
  return { title, hint: `${title}Hint` as const, status }
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

/** Shown before the first run. */
export function NoEditionYet({ frame }: { readonly frame: Frame }) {
  const { texts } = frame.locale
  return (
    <ErrorPage frame={frame} title={texts.noEditionYet} hint={texts.noEditionYetHint}>
      <pre>
        <code>datagouv-tops run</code>
      </pre>
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
  const distance = (other: string) => Math.abs(Date.parse(other) - Date.parse(date))
  const nearest = [...dates].sort((a, b) => distance(a) - distance(b)).slice(0, 4)
  return (
    <ErrorPage frame={frame} title={texts.noSuchEdition(day(date))} hint={texts.noSuchEditionHint}>
      <ul>
        {nearest.sort().map((other) => (
          <li key={other}>
            <a href={href(editionPath({ watch, date: other }))}>{day(other)}</a>
          </li>
        ))}
      </ul>
    </ErrorPage>
  )
}
