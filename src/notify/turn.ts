import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { Failure } from '../errors.ts'
import { acquireLeases, currentProcessAsHolder, type HeldLeases } from '../runs/lease.ts'
import { newRunId } from '../runs/record.ts'

/**
 * How long to wait for another process that sends notifications for the same date, and how often to look. The slowest
 * target takes three tries of 10 s with two pauses; the lease of a process that died expires after 60 s.
 */
const WAIT_MS = 120_000
const POLL_MS = 250

/**
 * Acquires the right to send the notifications of a date. Runs of several watches of one date can end at the same time: each
 * waits for its turn, then sends the notifications that are still unsent.
 *
 * @throws Failure `held` when another process is still sending after `WAIT_MS`
 */
export async function takeTurn(date: string, { documents, clock, report, signal }: Context): Promise<HeldLeases> {
  const holder = currentProcessAsHolder(newRunId(clock()))
  for (let waited = 0; ; waited += POLL_MS) {
    try {
      return await acquireLeases(documents, [`notify/${date}`], holder, report.warn)
    } catch (error) {
      if (!(error instanceof Failure && error.kind === 'held')) throw error
      if (waited >= WAIT_MS || signal.aborted) {
        throw new Failure(
          'held',
          `cannot send the notifications of ${date}: ${error.message}. Then run "notify --date ${date}"`,
        )
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => {})
    }
  }
}
