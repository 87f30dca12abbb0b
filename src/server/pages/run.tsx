import { type ComponentChildren, Fragment } from 'preact'
import type { RunRecord } from '../../runs/record.ts'
import { useLocale } from './locale.ts'
import { Breadcrumbs } from './parts/breadcrumbs.tsx'
import { type Frame, Page } from './parts/layout.tsx'
import { sanitize } from './parts/portalText.tsx'
import { durationOf, RunStatus } from './parts/runStatus.tsx'
import { TableHead } from './parts/tableHead.tsx'
import { runSummary } from './translations/runSummary.ts'
import { runTextsIn, useRunTexts } from './translations/runTexts.ts'

/** Shows a run: its outcome, error, warnings and steps. */
export function RunPage({ frame, run }: { readonly frame: Frame; readonly run: RunRecord }) {
  const { locale } = frame
  const { texts, day, href } = locale
  const runTexts = runTextsIn(locale.language)
  return (
    <Page frame={frame} section="runs" title={`${texts.runs}, ${runTexts.runOf(day(run.date))}`} hasJson>
      <Breadcrumbs frame={frame} links={[[texts.runs, href('/runs')]]} />
      <h1>{runTexts.runOf(day(run.date))}</h1>
      <p class="lede">
        <RunStatus run={run} /> {runSummary(run, frame).join(' ')}
      </p>
      {/* Errors and warnings are English in every language, as in the logs. */}
      {run.error !== null && (
        <blockquote lang="en">
          <p>{sanitize(run.error.message, 2000)}</p>
        </blockquote>
      )}
      {run.warnings.length > 0 && (
        <section>
          <h2>{runTexts.warnings}</h2>
          <ul lang="en">
            {run.warnings.map((warning) => (
              <li key={warning}>{sanitize(warning, 2000)}</li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>{runTexts.steps}</h2>
        <Steps steps={run.steps} />
      </section>
      <Details run={run} />
    </Page>
  )
}

function Steps({ steps }: Pick<RunRecord, 'steps'>) {
  const runTexts = useRunTexts()
  if (steps.length === 0) return <p>{runTexts.noStep}</p>
  return (
    <table>
      <TableHead
        columns={[
          runTexts.step,
          { number: runTexts.records },
          { number: runTexts.size },
          { number: runTexts.duration },
        ]}
      />
      <tbody>
        {steps.map((step) => (
          <Step key={step.name} step={step} />
        ))}
      </tbody>
    </table>
  )
}

function Step({ step }: { readonly step: RunRecord['steps'][number] }) {
  const locale = useLocale()
  const { count, bytes } = locale
  const { stepNames } = useRunTexts()
  const { records, bytes: size } = step.facts as { records?: number; bytes?: number }
  return (
    <tr>
      <th scope="row">{stepNames[step.name as keyof typeof stepNames] ?? step.name}</th>
      <td class="number">{records !== undefined && count(records)}</td>
      <td class="number">{size !== undefined && bytes(size)}</td>
      <td class="number">{durationOf(step, locale)}</td>
    </tr>
  )
}

function Details({ run }: { readonly run: RunRecord }) {
  const { texts } = useLocale()
  const runTexts = useRunTexts()
  const rows: readonly (readonly [string, ComponentChildren])[] = [
    [runTexts.command, <code key="command">{run.command}</code>],
    [texts.watches, run.watches.join(', ')],
    [runTexts.started, <Instant key="began" value={run.started_at} />],
    ...(run.ended_at === null ? [] : [[runTexts.ended, <Instant key="ended" value={run.ended_at} />] as const]),
    [runTexts.version, run.version],
    [runTexts.identifier, <code key="identifier">{run._id}</code>],
  ]
  return (
    <dl class="facts-list">
      {rows.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  )
}

function Instant({ value }: { readonly value: string }) {
  const { dateTime } = useLocale()
  return <time dateTime={value}>{dateTime(value)}</time>
}
