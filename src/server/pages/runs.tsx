import type { RunRecord } from '../../runs/record.ts'
import { type Frame, Page } from './parts/layout.tsx'
import { durationOf, RunStatus } from './parts/runStatus.tsx'
import { runSummary } from './translations/runSummary.ts'
import { runTextsIn } from './translations/runTexts.ts'

interface RunsProps {
  readonly frame: Frame
  /** Latest first. */
  readonly runs: readonly RunRecord[]
  /** ID of the last run shown, if there are earlier ones. */
  readonly before: string | undefined
}

/** Lists runs with their outcome. */
export function RunsPage({ frame, runs, before }: RunsProps) {
  const { texts, href, language } = frame.locale
  const runTexts = runTextsIn(language)
  return (
    <Page frame={frame} section="runs" title={texts.runs} hasJson>
      <h1>{texts.runs}</h1>
      <p class="lede">{runTexts.aboutRuns}</p>
      {runs.length === 0 ? (
        <div class="empty">
          <p>{runTexts.noRunYet}</p>
          <p>
            {runTexts.startFirstRun} <code>datagouv-tops run</code>
          </p>
        </div>
      ) : (
        <ol class="journal">
          {runs.map((run) => (
            <RunItem key={run._id} frame={frame} run={run} />
          ))}
        </ol>
      )}
      {before !== undefined && (
        <p>
          <a href={href('/runs', { before })}>{runTexts.earlierRuns}</a>
        </p>
      )}
    </Page>
  )
}

function RunItem({ frame, run }: { readonly frame: Frame; readonly run: RunRecord }) {
  const { locale } = frame
  const { dateTime, day, href, language } = locale
  return (
    <li>
      <time dateTime={run.started_at}>{dateTime(run.started_at)}</time>
      <div>
        <p>
          <RunStatus run={run} /> <a href={href(`/runs/${run._id}`)}>{runTextsIn(language).runOf(day(run.date))}</a>
        </p>
        {runSummary(run, frame).map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      <small>{durationOf(run, locale)}</small>
    </li>
  )
}
