import type { RunRecord } from '../../runs/record.ts'
import { Crumbs } from './parts/crumbs.tsx'
import { Headings } from './parts/headings.tsx'
import { type Frame, Page } from './parts/layout.tsx'
import { visible } from './parts/name.tsx'
import { Status, took } from './parts/runStatus.tsx'
import { useReader } from './reader.ts'
import { runSentence } from './words/runSentence.ts'

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
          <table>
            <Headings
              columns={[words.step, { number: words.records }, { number: words.size }, { number: words.duration }]}
            />
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
