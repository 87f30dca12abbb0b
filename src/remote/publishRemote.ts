import { setTimeout as sleep } from 'node:timers/promises'
import type { PublishTarget } from '../config/publish.ts'
import { findWatches, type Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { missingEdition } from '../editions/find.ts'
import { editionId } from '../editions/layout.ts'
import { readSoundEdition } from '../editions/read.ts'
import { Failure, runIdOf, worstOf } from '../errors.ts'
import { findHolder } from '../runs/lease.ts'
import type { RunStatus } from '../runs/record.ts'
import { executeRun, type Run } from '../runs/run.ts'
import { pluralize } from '../text/format.ts'
import { openDataset, wantedResources } from './prepare.ts'
import { DatasetUpdate, type UpdatedFile } from './update.ts'

const COMMAND = 'publish-remote'

/** How long to wait for a run that publishes in the same dataset, and how often to look. */
const WAIT_MS = 120_000
const POLL_MS = 500

/** The editions to publish on portals. */
export interface RemoteRequest {
  readonly date: string
  readonly watches: readonly Watch[]
}

interface UpdatedDataset {
  readonly portal: string
  readonly dataset: string
  readonly page: string | null
  readonly files: readonly UpdatedFile[]
  /** Other changes in the dataset. */
  readonly changes: readonly string[]
}

export interface RemoteResult {
  readonly run_id: string | null
  readonly date: string
  readonly status: RunStatus
  readonly summary: string
  readonly datasets: readonly UpdatedDataset[]
}

/** Lists the targets that want editions of these watches. @throws NotFound if one names a watch that does not exist */
function targetsFor(watches: readonly Watch[], { config }: Pick<Context, 'config'>): readonly PublishTarget[] {
  return config.publish.filter((target) => watchesOf(target, watches, config).length > 0)
}

function watchesOf({ watches: names }: PublishTarget, watches: readonly Watch[], config: Context['config']) {
  const wanted = names.length === 0 ? config.watches : findWatches(names, config)
  return watches.filter(({ name }) => wanted.some((one) => one.name === name))
}

/**
 * Publishes the editions of a date in the datasets that the setting `publish` names, as a run of its own. If a target fails, the
 * others are still updated.
 *
 * @throws NotFound if the date has no edition; the worst Failure of the targets
 */
export async function publishRemote({ date, watches }: RemoteRequest, context: Context): Promise<RemoteResult> {
  const targets = targetsFor(watches, context)
  if (targets.length === 0) {
    const summary = 'nothing to do: the setting publish names no dataset for these watches'
    return { run_id: null, date, status: 'unchanged', summary, datasets: [] }
  }
  const wanted = watches.filter((watch) =>
    targets.some((target) => watchesOf(target, [watch], context.config).length > 0),
  )
  const editions = wanted.map(({ name }) => editionId(name, date))
  const places = targets.map(leaseOf)
  const plan = { command: COMMAND, date, watches: wanted.map(({ name }) => name), leases: [...editions, ...places] }
  const body = async (run: Run) => {
    const found = await readEditions(date, wanted, run, context)
    const datasets: UpdatedDataset[] = []
    const failures: Failure[] = []
    for (const target of targets) {
      try {
        const { facts } = await run.step(`publish in ${nameOf(target)}`, () =>
          updateTarget(target, found, run, context),
        )
        datasets.push(facts)
      } catch (error) {
        // A lost lease ends the run, and so does a stop.
        if (!(error instanceof Failure) || error.kind === 'held' || context.signal.aborted) throw error
        failures.push(error)
      }
    }
    if (failures.length > 0) throw worstFailure(failures)
    return { date, ...summarize(datasets), datasets }
  }
  return waitForDatasets(editions, context, () => executeRun(plan, context, body))
}

/** Returns the address of a target without its scheme, so that a dataset never has two leases. */
const nameOf = ({ portal, dataset }: PublishTarget) => `${portal.replace(/^https?:\/\//, '')}/${dataset}`
const leaseOf = (target: PublishTarget) => `${COMMAND}/${nameOf(target)}`

/**
 * Retries `body` while another run publishes in the same datasets: the runs of several watches end at the same time. Does not wait for
 * a run that holds an edition.
 */
async function waitForDatasets<T>(editions: readonly string[], context: Context, body: () => Promise<T>): Promise<T> {
  const { documents, signal } = context
  for (let waited = 0; ; waited += POLL_MS) {
    try {
      return await body()
    } catch (error) {
      const isHeld = error instanceof Failure && error.kind === 'held' && runIdOf(error) === undefined
      if (!isHeld || waited >= WAIT_MS || signal.aborted) throw error
      if ((await findHolder(documents, editions)) !== undefined) throw error
      await sleep(POLL_MS, undefined, { signal }).catch(() => {})
    }
  }
}

async function readEditions(
  date: string,
  watches: readonly Watch[],
  run: Pick<Run, 'warn'>,
  { documents }: Context,
): Promise<readonly Edition[]> {
  const editions: Edition[] = []
  for (const { name } of watches) {
    const edition = await readSoundEdition(documents, name, date, run.warn)
    if (edition !== undefined) editions.push(edition)
    else if (watches.length > 1) run.warn(`there is no edition of ${name} of ${date} to publish on a portal`)
  }
  if (editions.length > 0) return editions
  throw await missingEdition(documents, watches[0]!.name, date, ` in ${documents.address}`)
}

async function updateTarget(
  target: PublishTarget,
  editions: readonly Edition[],
  run: Run,
  context: Context,
): Promise<{ readonly facts: UpdatedDataset }> {
  const reporting = { ...context, report: { ...context.report, warn: run.warn } }
  const { config } = context
  const own = editions.filter(({ watch }) =>
    watchesOf(target, config.watches, config).some(({ name }) => name === watch),
  )
  const open = await openDataset(target, reporting)
  const wanted = await wantedResources(target, own, reporting)
  const leases = [leaseOf(target), ...own.map(({ _id }) => _id)]
  const update = new DatasetUpdate(open, run, () => run.checkLeases(...leases))
  const files = await update.update(
    wanted,
    config.watches.map(({ name }) => name),
  )
  const { dataset } = open
  const facts = {
    portal: target.portal,
    dataset: dataset.id,
    page: dataset.page ?? null,
    files,
    changes: update.changes,
  }
  return { facts }
}

/** Returns the failure that decides the exit code, with the messages of the others. */
function worstFailure(failures: readonly Failure[]): Failure {
  const worst = worstOf(failures.map(({ kind }) => kind))!
  const first = failures.find(({ kind }) => kind === worst)!
  const others = failures.filter((one) => one !== first).map(({ message }) => message)
  if (others.length === 0) return first
  return new Failure(worst, `${first.message} Also: ${others.join(' ')}`, { cause: first })
}

function summarize(datasets: readonly UpdatedDataset[]): { readonly status: RunStatus; readonly summary: string } {
  const isChanged = ({ files, changes }: UpdatedDataset) =>
    changes.length > 0 || files.some(({ action }) => action !== 'unchanged')
  const sentences = datasets.map((one) => {
    const counts = (['created', 'replaced', 'described'] as const).flatMap((action) => {
      const number = one.files.filter((file) => file.action === action).length
      return number === 0 ? [] : [`${number} ${action}`]
    })
    const what = [...counts, ...one.changes].join(', ') || 'nothing to do'
    return `${pluralize(one.files.length, 'file')} in ${one.page ?? one.dataset} (${what})`
  })
  return { status: datasets.some(isChanged) ? 'published' : 'unchanged', summary: sentences.join(', ') }
}
