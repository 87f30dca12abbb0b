import type { ComponentChildren } from 'preact'
import { Failure, Missing } from '../../errors.ts'
import type { Report } from '../../terminal/report.ts'
import { Problem } from '../problem.ts'
import { editionPath } from './addresses.ts'
import { type Frame, Page } from './parts/layout.tsx'

/** What is not there, by the word for it; the hint says what to do. */
export type Absence = 'noSuchPage' | 'noSuchOrganization' | 'noSuchRun' | 'notADataset'

/** Thrown when an address leads to nothing. */
export class Absent extends Error {
  readonly absence: Absence

  constructor(absence: Absence) {
    super(absence)
    this.absence = absence
  }
}

/** An error as its reader sees it; what is not the reader's business is told to the report. */
export function problemOf(error: Error, path: string, report: Report) {
  if (error instanceof Absent) return problem(error.absence, 404)
  if (error instanceof Missing) return problem('noSuchPage', 404)
  if (error instanceof Problem && error.status === 503) return problem('trouble', 503)
  report.warn(`${path}: ${error instanceof Failure ? error.message : error.stack}`)
  return error instanceof Failure && error.kind === 'store' ? problem('trouble', 503) : problem('bug', 500)
}

function problem<T extends Absence | 'trouble' | 'bug'>(title: T, status: number) {
  return { title, hint: `${title}Hint` as const, status }
}

interface ProblemProps {
  readonly frame: Frame
  readonly title: string
  readonly hint: string
  readonly children?: ComponentChildren
}

/** What is not as expected, and what to do next. */
export function ProblemPage({ frame, title, hint, children }: ProblemProps) {
  const { words, href } = frame.reader
  return (
    <Page frame={frame} title={title}>
      <div>
        <h1>{title}</h1>
        <p class="lede">{hint}</p>
        {children ?? (
          <p>
            <a href={href('/')}>{words.toLatest}</a>
          </p>
        )}
      </div>
    </Page>
  )
}

/** Before the first run. */
export function NoEditionYet({ frame }: { readonly frame: Frame }) {
  const { words } = frame.reader
  return (
    <ProblemPage frame={frame} title={words.noEditionYet} hint={words.noEditionYetHint}>
      <pre>
        <code>datagouv-tops run</code>
      </pre>
    </ProblemPage>
  )
}

interface NoSuchEditionProps {
  readonly frame: Frame
  readonly watch: string
  readonly date: string
  readonly dates: readonly string[]
}

/** A date without an edition: the editions around it. */
export function NoSuchEdition({ frame, watch, date, dates }: NoSuchEditionProps) {
  const { words, day, href } = frame.reader
  const distance = (other: string) => Math.abs(Date.parse(other) - Date.parse(date))
  const nearest = [...dates].sort((a, b) => distance(a) - distance(b)).slice(0, 4)
  return (
    <ProblemPage frame={frame} title={words.noSuchEdition(day(date))} hint={words.noSuchEditionHint}>
      <ul>
        {nearest.sort().map((other) => (
          <li key={other}>
            <a href={href(editionPath({ watch, date: other }))}>{day(other)}</a>
          </li>
        ))}
      </ul>
    </ProblemPage>
  )
}
