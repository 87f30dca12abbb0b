import { basename } from 'node:path'
import type { Context } from '../context.ts'
import type { ExportName, ExportOrigin } from '../editions/edition.ts'
import { Failure } from '../errors.ts'
import { CountingReader } from '../pipeline/counts.ts'
import type { Reader } from '../pipeline/read.ts'
import type { DraftedExport } from '../pipeline/snapshotDraft.ts'
import { readFacts } from '../pipeline/snapshotSource.ts'
import { type StagedExport, stageExport } from '../pipeline/stage.ts'
import type { FileChangedError } from '../portal/download.ts'
import type { ExportSource } from '../portal/open.ts'
import { retryReplaced } from '../portal/replaced.ts'
import type { Run } from '../runs/run.ts'
import { stripControls } from '../text/stripControls.ts'

/** An export that may become part of the snapshot. */
export interface Candidate {
  readonly url: string
  readonly origin: ExportOrigin
  readonly time: string | null
  open(): Promise<ExportSource>
}

/** An export that could not be read, and why. */
export interface FailedExport {
  readonly date: string
  readonly url: string
  readonly error: Failure
}

/** Stages the exports of a date. Tries the candidates of each kind in order. Disposal deletes uncommitted exports. */
export class CandidateStager implements AsyncDisposable {
  readonly staged: StagedExport[] = []

  /** @param failed receives the candidates that cannot be read */
  constructor(
    private readonly date: string,
    private readonly candidates: (kind: ExportName) => readonly Candidate[],
    private readonly failed: FailedExport[],
    private readonly run: Run,
    private readonly context: Context,
  ) {}

  /**
   * Stages the first candidate that can be read, in a step that records its facts for lineage.
   *
   * @param organizations the counts of the organizations export, to count the orphans in the datasets export
   * @throws Failure, the one of the first candidate, if none can be read
   */
  async read(kind: ExportName, reader: Reader, organizations?: CountingReader): Promise<DraftedExport> {
    const { drafted } = await this.run.step(`read ${kind}`, async () => {
      const drafted = await this.stageFirst(kind, reader, organizations)
      return { drafted, facts: readFacts(drafted.facts, 'given') }
    })
    return drafted
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.staged) await one.discard()
  }

  private async stageFirst(kind: ExportName, reader: Reader, organizations?: CountingReader): Promise<DraftedExport> {
    const firstFailure = this.failed.length
    for (const candidate of this.candidates(kind)) {
      const counts = new CountingReader(kind, reader, organizations?.ids)
      try {
        const { facts } = await this.stage(kind, candidate, counts)
        return { facts, counts, origin: candidate.origin }
      } catch (error) {
        this.context.signal.throwIfAborted()
        const failure = unreadable(error, candidate.url)
        this.failed.push({ date: this.date, url: candidate.url, error: failure })
        this.run.warn(failure.message)
      }
    }
    throw this.failed[firstFailure]!.error
  }

  private async stage(kind: ExportName, candidate: Candidate, reader: Reader): Promise<StagedExport> {
    const stageOnce = async () => {
      const source = { ...(await candidate.open()), url: candidate.url, lastModified: candidate.time }
      return stageExport(kind, this.date, source, reader, this.context)
    }
    const warn = (error: FileChangedError) => this.run.warn(`${error.message}; fetching it again`)
    const staged = await retryReplaced(stageOnce, false, warn, this.context)
    this.staged.push(staged)
    return staged
  }
}

/** Returns the Failure of one export, with its location. Throws any error that should end the import. */
function unreadable(error: unknown, url: string): Failure {
  if (!(error instanceof Failure) || error.kind === 'store') throw error
  if (error.message.includes(stripControls(basename(url))) || error.message.includes(url)) return error
  return new Failure(error.kind, `cannot import ${url}: ${error.message}`, { cause: error })
}
