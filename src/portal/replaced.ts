import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { Failure } from '../errors.ts'
import { FileChangedError } from './download.ts'
import { pauseBefore } from './policy.ts'

/** The file is not the one that the portal's catalogue describes; it may have been replaced a moment ago. */
export class MismatchError extends FileChangedError {}

/**
 * Reads a file again after it was replaced while it was read, with a pause that grows. A file that differs from the catalogue is
 * read once more; other files as often as the setting `retries` says, and at least once more if `isListed`.
 *
 * @param isListed whether a catalogue can name another file
 * @param onRetry called before each further attempt
 * @throws Failure `portal` if the last attempt fails as well
 */
export async function retryReplaced<T>(
  read: () => Promise<T>,
  isListed: boolean,
  onRetry: (error: FileChangedError) => void,
  { config, signal }: Pick<Context, 'config' | 'signal'>,
): Promise<T> {
  const minRetries = isListed ? 1 : 0
  for (let attempt = 1; ; attempt++) {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof FileChangedError)) throw error
      const maxRetries = error instanceof MismatchError ? minRetries : Math.max(minRetries, config.retries)
      if (attempt > maxRetries) throw replacedFailure(error, attempt)
      onRetry(error)
      const pause = pauseBefore(attempt, config, Math.random())
      await sleep(pause, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }
}

function replacedFailure(error: FileChangedError, attempts: number): Failure {
  const tries =
    attempts === 1 ? '' : attempts === 2 ? ', even after a second download' : `, even after ${attempts} downloads`
  const what = `${error.message}${tries}; nothing was published`
  return new Failure('portal', `${what}. Run the command again later`, { cause: error })
}
