import type { Context } from '../context.ts'
import { MissingColumns } from '../csv/columns.ts'
import { EXPORT_NAMES, type ExportName, type ExportOrigin, type Snapshot } from '../editions/edition.ts'
import { refusedKey } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import type { FileChangedError } from '../portal/download.ts'
import { checkSources, type ExportSource, isUrl, openExport } from '../portal/open.ts'
import { openPortal, type Portal } from '../portal/portal.ts'
import { MismatchError, retryReplaced } from '../portal/replaced.ts'
import type { Run } from '../runs/run.ts'
import type { PendingObject } from '../stores/archive.ts'
import { CountingReader } from './counts.ts'
import { type GateInput, type GateVerdict, judge } from './gate.ts'
import type { Ranking } from './rank.ts'
import type { Reader } from './read.ts'
import type { RunRequest } from './request.ts'
import type { SnapshotFacts, StepResult } from './result.ts'
import { openStoredExport, readColumns } from './snapshot.ts'
import {
  baselineFor,
  commitSnapshot,
  draftSnapshot,
  gateInput,
  isSameCatalogue,
  isSameSnapshot,
  stageDescription,
} from './snapshotDraft.ts'
import { type ReadExportFacts, type SnapshotSource, snapshotFacts } from './snapshotSource.ts'
import { type StagedExport, stageExport } from './stage.ts'

/**
 * Stages the two exports of a date from the portal, or from the sources of the request. Fetches, checks and writes each to a
 * temporary object in one pass. The gate then checks both, and `commit` makes them the snapshot of the date. Disposal deletes
 * anything that has not been committed.
 */
export class StagedSnapshot implements SnapshotSource {
  private readonly staged: Partial<Record<ExportName, StagedExport>> = {}
  private readonly counts: Partial<Record<ExportName, CountingReader>> = {}
  /** The exports that have not changed at the portal → when it last published them. */
  private readonly unchanged = new Map<ExportName, string | null>()
  private readonly unverified = new Set<ExportName>()
  /** Whether a stored export could not be read. The portal then delivers both. */
  private hasReadFailed = false
  private portal: Portal | undefined
  private description: PendingObject | undefined
  private snapshot: Snapshot | undefined

  private constructor(
    private readonly request: RunRequest,
    private readonly run: Pick<Run, 'warn' | 'step' | 'checkLeases'>,
    private readonly context: Context,
    /** The stored snapshot of the date. */
    private readonly stored: Snapshot | undefined,
    /** The snapshot that the gate compares with: the stored one, or the last sound one before it, of this portal and catalogue. */
    private readonly baseline: Snapshot | undefined,
  ) {}

  /** @param stored the date's existing snapshot, if it is intact */
  static async open(
    request: RunRequest,
    run: Pick<Run, 'warn' | 'step' | 'checkLeases'>,
    context: Context,
    stored: Snapshot | undefined,
  ): Promise<StagedSnapshot> {
    await checkSources(request.sources, context)
    const baseline = isSameCatalogue(stored, context.config) ? stored : await baselineFor(request.date, context)
    return new StagedSnapshot(request, run, context, stored, baseline)
  }

  async read(name: ExportName, reader: Reader): Promise<{ readonly facts: ReadExportFacts }> {
    const counts = new CountingReader(name, reader, this.counts.organizations?.ids)
    const staged = await this.stage(name, counts)
    this.staged[name] = staged
    this.counts[name] = counts
    const from = this.originOf(name) === 'portal' ? 'portal' : 'given'
    return { facts: { ...staged.facts, from, ...(await this.newColumns(name, staged)) } }
  }

  async check(ranking: Ranking): Promise<Snapshot> {
    const snapshot = this.draft(ranking)
    const { stored } = this
    if (stored !== undefined && isSameSnapshot(stored, snapshot)) {
      // The gate judged these exports when they were stored.
      this.snapshot = stored
      return stored
    }
    const since = this.unchangedSince()
    if (since !== undefined)
      this.run.warn(`the portal has published nothing new since ${since}: both exports are unchanged`)
    await this.checkGate(snapshot, ranking)
    this.description = await stageDescription(snapshot, this.context)
    this.snapshot = snapshot
    return snapshot
  }

  unchangedSince(): string | undefined {
    const previous = this.reusableSnapshot('datasets')
    if (this.unchanged.size < 2 || previous === undefined || previous.date === this.request.date) return undefined
    // The same bytes with a new date are a new publication.
    const isRenewed = [...this.unchanged].some(([name, modified]) => modified !== previous[name].last_modified)
    return isRenewed ? undefined : previous.date
  }

  async commit(): Promise<StepResult<SnapshotFacts>> {
    const { description, snapshot, run, context } = this
    if (description !== undefined) {
      const staged = Object.values(this.staged)
      await commitSnapshot(snapshot!, staged, description, run, context, () => this.warnOfOutdatedEditions())
    }
    return { changed: description !== undefined, facts: snapshotFacts(snapshot!) }
  }

  /** Warns about each edition of another watch that was made from the snapshot that this run replaces. */
  private async warnOfOutdatedEditions(): Promise<void> {
    const { request, context, run } = this
    const names = request.watches.map(({ name }) => name)
    for await (const { key } of context.archive.list(`${request.date}/`)) {
      const [, watch] = /^[^/]+\/([a-z0-9-]+)\.csv$/.exec(key) ?? []
      if (watch === undefined || names.includes(watch)) continue
      const next = `"backfill --from ${request.date} --to ${request.date} --watch ${watch} --force"`
      run.warn(`the edition of ${watch} was made from the snapshot that this run replaces; renew it with ${next}`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const staged of Object.values(this.staged)) await staged.discard()
    await this.description?.abort()
    await this.portal?.[Symbol.asyncDispose]()
  }

  private draft(ranking: Ranking): Snapshot {
    const part = (name: ExportName) => ({
      facts: this.staged[name]!.facts,
      counts: this.counts[name]!,
      origin: this.originOf(name),
    })
    return draftSnapshot(
      this.request.date,
      { datasets: part('datasets'), organizations: part('organizations') },
      ranking,
      this.context,
    )
  }

  private originOf(name: ExportName): ExportOrigin {
    const location = this.request.sources?.[name]
    if (location === undefined) return 'portal'
    return isUrl(location) ? 'address' : 'file'
  }

  /** Stages an export. Fetches it again if it was replaced or damaged in transit. */
  private async stage(name: ExportName, reader: Reader): Promise<StagedExport> {
    const { run, context } = this
    const isListed = this.originOf(name) === 'portal'
    const refresh = (error: FileChangedError) => {
      // Only the portal is known to replace its files. For a URL given by the user, only the error is known.
      run.warn(`${error.message}; ${isListed ? 'it may just have been replaced, so ' : ''}this run fetches it again`)
      this.portal?.refresh()
    }
    try {
      return await retryReplaced(() => this.stageOnce(name, reader), isListed, refresh, context)
    } catch (error) {
      const previous = error instanceof MissingColumns ? await this.previousColumns(name) : undefined
      throw previous === undefined ? error : (error as MissingColumns).comparedWith(previous)
    }
  }

  private async stageOnce(name: ExportName, reader: Reader): Promise<StagedExport> {
    const { run, context, request } = this
    for (;;) {
      const source = await this.openSource(name)
      try {
        const staged = await stageExport(name, request.date, source, reader, context)
        const { expected = {}, length } = source
        if (length === undefined && expected.bytes === undefined && expected.sha1 === undefined)
          this.unverified.add(name)
        return staged
      } catch (error) {
        context.signal.throwIfAborted()
        if (!this.isStoredExportAtFault(error) || !this.unchanged.delete(name)) throw error
        const { date } = this.reusableSnapshot(name)!
        const what = `cannot use the stored ${name} export of ${date} (${error.message})`
        run.warn(`${what}; fetching it from the portal instead`)
        this.portal!.refresh(true)
      }
    }
  }

  /** Whether another source may help. Not so if the archive is full, which is a store error too. */
  private isStoredExportAtFault(error: unknown): error is Error {
    if (error instanceof Failure && error.kind === 'store') return this.hasReadFailed
    return error instanceof Failure || error instanceof MismatchError
  }

  private async openSource(name: ExportName): Promise<ExportSource> {
    const { context } = this
    const location = this.request.sources?.[name]
    if (location !== undefined) return openExport(location, context)
    const reusableExports = {
      datasets: this.reusableSnapshot('datasets')?.datasets,
      organizations: this.reusableSnapshot('organizations')?.organizations,
    }
    this.portal ??= await openPortal(context, reusableExports)
    const opened = await this.portal.open(name)
    if (opened.chunks !== undefined) return opened
    const stored = await openStoredExport(name, this.reusableSnapshot(name)!, context)
    const lastModified = opened.lastModified ?? stored.lastModified
    this.unchanged.set(name, lastModified)
    return { ...stored, lastModified, chunks: this.watchReads(stored.chunks) }
  }

  private async *watchReads(chunks: ExportSource['chunks']): ExportSource['chunks'] {
    try {
      yield* chunks
    } catch (error) {
      this.hasReadFailed = true
      throw error
    }
  }

  /** Returns the last snapshot if this export of it came from the same portal and catalogue, so it need not be fetched again. */
  private reusableSnapshot(name: ExportName): Snapshot | undefined {
    const last = this.stored ?? this.baseline
    return isSameCatalogue(last, this.context.config) && last[name].origin === 'portal' ? last : undefined
  }

  /**
   * Logs the gate's warnings. Fails if an export from the portal or a URL breaks a rule, unless the request accepts incomplete
   * exports. Never refuses a local file.
   */
  private async checkGate(snapshot: Snapshot, ranking: Ranking): Promise<void> {
    const { run, baseline, context, request } = this
    const { facts } = await run.step('check completeness', async () => {
      const verdict = judge(await this.gateInput(snapshot, ranking), baseline, context.config)
      return { facts: { compared_with: baseline?.date ?? null, ...verdict } }
    })
    for (const warning of facts.warnings) run.warn(warning)
    const refused = facts.violations.filter((one) => this.originOf(one.export) !== 'file')
    const tolerated = facts.violations.filter((one) => !refused.includes(one))
    if (tolerated.length > 0)
      run.warn(`publishing from a local file that looks incomplete or too old: ${joinReasons(tolerated)}`)
    if (refused.length === 0) return
    if (request.acceptIncomplete)
      return run.warn(`publishing an incomplete export because of --accept-incomplete: ${joinReasons(refused)}`)
    const keys: string[] = []
    for (const [name, staged] of Object.entries(this.staged)) {
      const key = refusedKey(name as ExportName, request.date)
      await staged.commit(key)
      keys.push(key)
    }
    const advice = `nothing was published. Inspect ${keys.join(' and ')}. Wait for the next export, or ${this.describeAcceptance()}`
    throw new Failure('gate', `the export seems incomplete: ${joinReasons(refused)}; ${advice}`)
  }

  /** Names the command that publishes the date in spite of the gate. It fetches again, so it may get a later export. */
  private describeAcceptance(): string {
    const { date } = this.request
    // For a past date with a snapshot, a run would use the snapshot.
    const refetch = this.stored === undefined ? '' : ' --refetch'
    const command = `"run ${date} --accept-incomplete${refetch}"`
    const isGiven = EXPORT_NAMES.some((name) => this.originOf(name) !== 'portal')
    if (isGiven) return `publish the date all the same: ${command} with the same --datasets and --organizations`
    return `publish the portal's current export for this date all the same: ${command}`
  }

  private async gateInput(snapshot: Snapshot, ranking: Ranking): Promise<GateInput> {
    const counts = this.counts as Record<ExportName, CountingReader>
    return gateInput(snapshot, counts, ranking, [...this.unverified], await this.portal?.liveTotals())
  }

  /** Returns the columns that the previous snapshot lacks, for the run record. They are harmless. */
  private async newColumns(name: ExportName, { facts, columns }: StagedExport): Promise<{ new_columns?: string[] }> {
    if ((this.stored ?? this.baseline)?.[name].sha256 === facts.sha256) return {}
    const previous = await this.previousColumns(name)
    return previous === undefined ? {} : { new_columns: columns.filter((one) => !previous.columns.includes(one)) }
  }

  /** Returns the columns of an export of the previous snapshot; undefined if there is none or it cannot be read. */
  private async previousColumns(name: ExportName): Promise<{ date: string; columns: readonly string[] } | undefined> {
    const previous = this.stored ?? this.baseline
    if (previous === undefined) return undefined
    try {
      return { date: previous.date, columns: await readColumns(name, previous, this.context) }
    } catch (error) {
      // An unreadable earlier snapshot must not fail this run.
      if (!(error instanceof Failure)) throw error
      return undefined
    }
  }
}

const joinReasons = (violations: GateVerdict['violations']) => violations.map(({ reason }) => reason).join('; ')
