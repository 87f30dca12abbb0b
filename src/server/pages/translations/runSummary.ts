import type { CsvFacts, EditionFacts, SnapshotFacts } from '../../../pipeline/result.ts'
import type { RunRecord } from '../../../runs/record.ts'
import { type Frame, labelOf } from '../parts/layout.tsx'

/** Describes the outcome of a run: in a sentence, or in one for each watch. */
export function runSummary(run: RunRecord, frame: Frame): readonly string[] {
  const { texts } = frame.locale
  switch (run.status) {
    case 'running':
      return [texts.runInProgress]
    case 'unchanged':
      return [texts.runUnchanged]
    case 'removed':
      return [texts.runRemoved]
    case 'stopped':
      return [texts.runStopped]
    case 'failed':
      return [texts.failures[run.error?.kind ?? 'bug']]
    case 'published':
      return publishedItems(run, frame)
  }
}

/** Returns a sentence for each watch. Without any, the run only fetched the exports. */
function publishedItems({ steps }: RunRecord, frame: Frame): string[] {
  const { texts, count } = frame.locale
  const facts: Partial<SnapshotFacts & CsvFacts & EditionFacts> = Object.assign({}, ...steps.map(({ facts }) => facts))
  const { published = [], archived = [], snapshot } = facts
  const datasetCount = (number: number) => texts.datasetsOf(number, count(number))
  const watches = [...new Set([...published, ...archived].map(({ watch }) => watch))]
  if (watches.length > 0 || snapshot === undefined)
    return watches.map((watch) => {
      const tops = published.find((one) => one.watch === watch)
      const list = archived.find((one) => one.watch === watch)
      const parts = [
        ...(tops ? [texts.runPublished(datasetCount(tops.datasets), count(tops.organizations), count(tops.top))] : []),
        ...(list ? [texts.runArchived(datasetCount(list.records))] : []),
      ]
      return texts.forWatch(labelOf(frame, watch) ?? watch, parts.join(texts.also))
    })
  return [texts.runFetched(datasetCount(snapshot.datasets.records), count(snapshot.organizations.records))]
}
