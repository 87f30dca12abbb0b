import type { CsvFacts, EditionFacts, SnapshotFacts } from '../../../pipeline/result.ts'
import type { RunRecord } from '../../../runs/record.ts'
import type { Locale } from '../locale.ts'

/** Describes the outcome of a run in a sentence. */
export function runSummary(run: RunRecord, { texts, count }: Locale): string {
  switch (run.status) {
    case 'running':
      return texts.runInProgress
    case 'unchanged':
      return texts.runUnchanged
    case 'removed':
      return texts.runRemoved
    case 'stopped':
      return texts.runStopped
    case 'failed':
      return texts.failures[run.error?.kind ?? 'bug']
    case 'published':
      return publishedItems(run, count, texts).join('. ')
  }
}

function publishedItems({ steps }: RunRecord, count: Locale['count'], texts: Locale['texts']): string[] {
  const facts: Partial<SnapshotFacts & CsvFacts & EditionFacts> = Object.assign({}, ...steps.map(({ facts }) => facts))
  const sentences = [
    ...(facts.published ?? []).map(({ datasets, organizations, top }) =>
      texts.runPublished(texts.datasetsOf(datasets, count(datasets)), count(organizations), count(top)),
    ),
    ...(facts.archived ?? []).map(({ records }) => texts.runArchived(texts.datasetsOf(records, count(records)))),
  ]
  if (sentences.length > 0 || facts.snapshot === undefined) return sentences
  const { datasets, organizations } = facts.snapshot
  return [texts.runFetched(texts.datasetsOf(datasets.records, count(datasets.records)), count(organizations.records))]
}
