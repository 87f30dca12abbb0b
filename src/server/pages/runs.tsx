import type { RunRecord } from '../../runs/record.ts'
import { Crumbs } from './crumbs.tsx'
import { type Frame, Page } from './layout.tsx'
import { visible } from './name.tsx'
import { useReader } from './reader.ts'
import { runSentence } from './runSentence.ts'

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

function Status({ run: { status } }: { readonly run: RunRecord }) {
  const { words } = useReader()
  return <span class={`status ${status}`}>{words.statuses[status]}</span>
}

function took(
  { started_at, ended_at }: Pick<RunRecord, 'started_at' | 'ended_at'>,
  { seconds }: ReturnType<typeof useReader>,
) {
  return ended_at === null ? '' : seconds((Date.parse(ended_at) - Date.parse(started_at)) / 1000)
}

/** One run, whole: its steps, its warnings, what it failed of. */
export function RunPage({ frame, run }: { readonly frame: Frame; readonly run: RunRecord }) {
  const { reader } = frame
  const { words, day, moment, href } = reader
  return (
    <Page frame={frame} section="runs" title={words.runOf(day(run.date))}>
      <Crumbs frame={frame} links={[[words.runs, href('/runs')]]} />
      <h1>{words.runOf(day(run.date))}</h1>
      <p class="lede">
        <Status run={run} /> {runSentence(run, reader)}
      </p>
      {/* What the program itself said is English, as in its logs. */}
      {run.error !== null && (
        <blockquote lang="en">
          <p>{visible(run.error.message, 2000)}</p>
        </blockquote>
      )}
      {run.warnings.length > 0 && (
        <section>
          <h2>{words.warnings}</h2>
          <ul lang="en">
            {run.warnings.map((warning) => (
              <li key={warning}>{visible(warning, 2000)}</li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>{words.steps}</h2>
        {run.steps.length === 0 ? (
          <p>{words.noStep}</p>
        ) : (
          <table class="steps">
            <thead>
              <tr>
                <th scope="col">{words.step}</th>
                <th scope="col" class="number">
                  {words.records}
                </th>
                <th scope="col" class="number">
                  {words.size}
                </th>
                <th scope="col" class="number">
                  {words.duration}
                </th>
              </tr>
            </thead>
            <tbody>
              {run.steps.map((step) => (
                <Step key={step.name} step={step} />
              ))}
            </tbody>
          </table>
        )}
      </section>
      <dl class="facts-list">
        <dt>{words.command}</dt>
        <dd>
          <code>{run.command}</code>
        </dd>
        <dt>{words.watches}</dt>
        <dd>{run.watches.join(', ')}</dd>
        <dt>{words.began}</dt>
        <dd>
          <time dateTime={run.started_at}>{moment(run.started_at)}</time>
        </dd>
        {run.ended_at !== null && (
          <>
            <dt>{words.ended}</dt>
            <dd>
              <time dateTime={run.ended_at}>{moment(run.ended_at)}</time>
            </dd>
          </>
        )}
        <dt>{words.version}</dt>
        <dd>{run.version}</dd>
        <dt>{words.identifier}</dt>
        <dd>
          <code>{run._id}</code>
        </dd>
      </dl>
    </Page>
  )
}

function Step({ step }: { readonly step: RunRecord['steps'][number] }) {
  const reader = useReader()
  const { words, count, bytes } = reader
  const { records, bytes: size } = step.facts as { records?: number; bytes?: number }
  return (
    <tr>
      <th scope="row">{words.stepNames[step.name as keyof typeof words.stepNames] ?? step.name}</th>
      <td class="number">{records !== undefined && count(records)}</td>
      <td class="number">{size !== undefined && bytes(size)}</td>
      <td class="number">{took(step, reader)}</td>
    </tr>
  )
}
