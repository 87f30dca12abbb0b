import type { Context } from '../context.ts'

/** Runs `body`. An error becomes a warning. */
export async function warnOnError({ report }: Pick<Context, 'report'>, body: () => Promise<unknown>): Promise<void> {
  try {
    await body()
  } catch (error) {
    report.warn(`notifications: ${(error as Error).message}`)
  }
}
