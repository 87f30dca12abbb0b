import type { Context } from '../context.ts'
import type { Holder } from '../stores/documents.ts'
import { VERSION } from '../version.ts'
import type { RunObserver } from './observer.ts'
import { readSoundRun } from './read.ts'
import { type RunRecord, STATUS_WORDS, type StepRecord } from './record.ts'
import type { RunPlan } from './run.ts'

/** Writes the record of one run to the store, and notifies the observers of its beginning and end. */
export class RunJournal {
  readonly steps: StepRecord[] = []
  readonly warnings: string[] = []
  private readonly started: string
  private ended: RunRecord | undefined
  private observed = Promise.resolve()

  constructor(
    private readonly plan: RunPlan,
    private readonly holder: Holder,
    private readonly observers: readonly RunObserver[],
    private readonly context: Context,
  ) {
    this.started = context.clock().toISOString()
  }

  /** Stores the record with the status `running`, so a later run can recognize this one if it dies. */
  async open(): Promise<void> {
    await this.context.documents.replace('runs', this.record({}))
    this.notify('onBegin', this.record({}))
  }

  async close(end: Partial<RunRecord>): Promise<void> {
    const { documents, clock } = this.context
    this.ended = this.record({ ended_at: clock().toISOString(), ...end })
    // Keep the notifications that the command "notify" may have recorded meanwhile.
    const stored = await readSoundRun(documents, this.holder.run, () => {})
    if (stored?.notifications !== undefined) this.ended = { ...this.ended, notifications: stored.notifications }
    await documents.replace('runs', this.ended)
  }

  /** Notifies the observers of an event, after all earlier events. The run does not wait for them. */
  notify(event: 'onBegin' | 'onEnd', run: RunRecord): void {
    this.observed = this.observed.then(async () => {
      const all = await Promise.allSettled(this.observers.map((observer) => observer[event](run)))
      for (const one of all) if (one.status === 'rejected') this.context.report.warn(one.reason.message)
    })
  }

  /** Notifies the observers of the end, if the run has ended, and waits for them. */
  async finish(): Promise<void> {
    if (this.ended !== undefined) this.notify('onEnd', this.ended)
    await this.observed
  }

  private record(end: Partial<RunRecord>): RunRecord {
    const { run: id, host, pid } = this.holder
    const { command, date, watches } = this.plan
    return {
      _id: id,
      command,
      date,
      watches,
      version: VERSION,
      status: 'running',
      summary: STATUS_WORDS.running,
      started_at: this.started,
      ended_at: null,
      host,
      pid,
      steps: [...this.steps],
      warnings: this.warnings,
      error: null,
      ...end,
    }
  }
}
