import type { RunRecord } from '../../runs/record.ts'
import { type Frame, Page } from './parts/layout.tsx'
import { Status, took } from './parts/runStatus.tsx'
import { useReader } from './reader.ts'
import { runSentence } from './words/runSentence.ts'

interface RunsProps {
  readonly frame: Frame
  /** Latest first. */
  readonly runs: readonly RunRecord[]
  /** Where to read on; undefined at the end. */
  readonly before: string | undefined
}

/** What was run, and what came of it. */
export function RunsPage({ frame, runs, before }: RunsProps) {
  const { words, href } = frame.reader
  return (
    <Page frame={frame} section="runs" title={words.runs}>
      <h1>{words.runs}</h1>
      <p class="lede">{words.aboutRuns}</p>
      {runs.length === 0 ? (
        <div class="empty">
          <p>{words.noRunYet}</p>
          <p>
            {words.runMakesOne} <code>datagouv-tops run</code>
          </p>
        </div>
      ) : (
        <ol class="journal">
          {runs.map((run) => (
            <Entry key={run._id} run={run} />
          ))}
        </ol>
      )}
      {before !== undefined && (
        <p>
          <a href={href('/runs', { before })}>{words.earlierRuns}</a>
        </p>
      )}
    </Page>
  )
}

function Entry({ run }: { readonly run: RunRecord }) {
  const reader = useReader()
  const { words, moment, day, href } = reader
  return (
    <li>
      <time dateTime={run.started_at}>{moment(run.started_at)}</time>
      <div>
        <p>
          <Status run={run} /> <a href={href(`/runs/${run._id}`)}>{words.runOf(day(run.date))}</a>
        </p>
        <p>{runSentence(run, reader)}</p>
      </div>
      <small>{took(run, reader)}</small>
    </li>
  )
}
