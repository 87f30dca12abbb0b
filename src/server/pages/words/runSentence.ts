import type { EditionFacts, ListFacts, SnapshotFacts } from '../../../pipeline/result.ts'
import type { RunRecord } from '../../../runs/record.ts'
import type { Reader } from '../reader.ts'

/** What came of a run, in a sentence of the reader's language. */
export function runSentence(run: RunRecord, { words, count }: Reader): string {
  switch (run.status) {
    case 'running':
      return words.runIsRunning
    case 'unchanged':
      return words.runFoundNothingNew
    case 'stopped':
      return words.runWasStopped
    case 'failed':
      return words.failures[run.error?.kind ?? 'bug']
    case 'published':
      return leftBehind(run, count, words).join(' ; ')
  }
}

function leftBehind({ steps }: RunRecord, count: Reader['count'], words: Reader['words']): string[] {
  const facts: Partial<SnapshotFacts & ListFacts & EditionFacts> = Object.assign({}, ...steps.map(({ facts }) => facts))
  const sentences = [
    ...(facts.published ?? []).map(({ datasets, organizations, top }) =>
      words.runPublished(words.datasetsOf(datasets, count(datasets)), count(organizations), count(top)),
    ),
    ...(facts.archived ?? []).map(({ records }) => words.runArchived(words.datasetsOf(records, count(records)))),
  ]
  if (sentences.length > 0 || facts.snapshot === undefined) return sentences
  const { datasets, organizations } = facts.snapshot
  return [words.runFetched(words.datasetsOf(datasets.records, count(datasets.records)), count(organizations.records))]
}
