import type { CsvFacts, EditionFacts, SnapshotFacts } from '../../../pipeline/result.ts'
import type { RunRecord } from '../../../runs/record.ts'
import { type Frame, labelOf } from '../parts/layout.tsx'
import { runTextsIn } from './runTexts.ts'

/** Describes the outcome of a run: in a sentence, or in one for each watch. */
export function runSummary(run: RunRecord, frame: Frame): readonly string[] {
  const runTexts = runTextsIn(frame.locale.language)
  switch (run.status) {
    case 'running':
      return [runTexts.runInProgress]
    case 'unchanged':
      return [runTexts.runUnchanged]
    case 'removed':
      return [runTexts.runRemoved]
    case 'stopped':
      return [runTexts.runStopped]
    case 'failed':
      return [runTexts.failures[run.error?.kind ?? 'bug']]
    case 'published':
      return publishedItems(run, frame)
  }
}

/** Returns a sentence for each watch. Without any, the run only fetched the exports. */
function publishedItems({ steps }: RunRecord, frame: Frame): string[] {
  const { texts, count, language } = frame.locale
  const runTexts = runTextsIn(language)
  const facts: Partial<SnapshotFacts & CsvFacts & EditionFacts> = Object.assign({}, ...steps.map(({ facts }) => facts))
  const { published = [], archived = [], snapshot } = facts
  const datasetCount = (number: number) => texts.datasetsOf(number, count(number))
  const watches = [...new Set([...published, ...archived].map(({ watch }) => watch))]
  if (watches.length > 0 || snapshot === undefined)
    return watches.map((watch) => {
      const tops = published.find((one) => one.watch === watch)
      const list = archived.find((one) => one.watch === watch)
      const parts = [
        ...(tops
          ? [runTexts.runPublished(datasetCount(tops.datasets), count(tops.organizations), count(tops.top))]
          : []),
        ...(list ? [runTexts.runArchived(datasetCount(list.records))] : []),
      ]
      return runTexts.forWatch(labelOf(frame, watch) ?? watch, parts.join(runTexts.also))
    })
  return [runTexts.runFetched(datasetCount(snapshot.datasets.records), count(snapshot.organizations.records))]
}
