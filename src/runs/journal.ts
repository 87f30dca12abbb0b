import type { Context } from '../context.ts'
import type { Holder } from '../stores/documents.ts'
import { VERSION } from '../version.ts'
import type { RunObserver } from './observer.ts'
import { readSoundRun } from './read.ts'
import { type RunRecord, STATUS_WORDS, type StepRecord } from './record.ts'
import type { RunPlan } from './run.ts'

/** Keeps the record of one run in the store, and passes its beginning and its end on to the observers. */
export class RunJournal {
  readonly steps: StepRecord[] = []
  readonly warnings: string[] = []
  private readonly plan: RunPlan
  private readonly holder: Holder
  private readonly observers: readonly RunObserver[]
  private readonly context: Context
  private readonly started: string
  private ended: RunRecord | undefined
  private observed = Promise.resolve()

  constructor(plan: RunPlan, holder: Holder, observers: readonly RunObserver[], context: Context) {
    this.plan = plan
    this.holder = holder
    this.observers = observers
    this.context = context
    this.started = context.clock().toISOString()
  }

  /** Stores the record as running, so that a run that dies can be recognized. */
  async open(): Promise<void> {
    await this.context.documents.replace('runs', this.record({}))
    this.notify('onBegin', this.record({}))
  }

  /** Stores the record as ended. */
  async close(end: Partial<RunRecord>): Promise<void> {
    const { documents, clock } = this.context
    this.ended = this.record({ ended_at: clock().toISOString(), ...end })
    // "notify" may have announced the edition already, and keeps that in the record.
    const stored = await readSoundRun(documents, this.holder.run, () => {})
    if (stored?.notifications !== undefined) this.ended = { ...this.ended, notifications: stored.notifications }
    await documents.replace('runs', this.ended)
  }

  /** Passes the run's events to the observers, one at a time, while the run continues. */
  notify(event: 'onBegin' | 'onEnd', run: RunRecord): void {
    this.observed = this.observed.then(async () => {
      const all = await Promise.allSettled(this.observers.map((observer) => observer[event](run)))
      for (const one of all) if (one.status === 'rejected') this.context.report.warn(one.reason.message)
    })
  }

  /** Passes the end on, if there is one, and waits until the observers have seen everything. */
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
