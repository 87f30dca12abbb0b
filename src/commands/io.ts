import type { SettingKey } from '../config/settings.ts'
import type { Context } from '../context.ts'
import { closeContext, openContext } from '../openContext.ts'
import { missingStores, type Store } from '../stores/missing.ts'
import { isJsonLog } from '../terminal/logLine.ts'
import { type Report, silentReport } from '../terminal/report.ts'

/** The options, arguments and stop signal of a command. */
export interface CommandInput {
  readonly options: Options
  readonly arguments: readonly string[]
  readonly signal: AbortSignal
}

export interface Options {
  readonly config?: string
  readonly portal?: string
  readonly archive?: string
  readonly documents?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly logFormat?: string
  readonly date?: string
  readonly watch?: string | readonly string[]
  readonly datasets?: string
  readonly organizations?: string
  readonly refetch?: boolean
  readonly acceptIncomplete?: boolean
  readonly term?: readonly string[]
  readonly column?: readonly string[]
  readonly word?: boolean
  readonly fix?: boolean
  readonly csv?: boolean
  readonly markdown?: boolean
  readonly ids?: boolean
  readonly organization?: string
  readonly sort?: string
  readonly output?: string
  readonly wide?: boolean
  /** False with --no-pager. */
  readonly pager?: boolean
  readonly limit?: number
  readonly into?: string
  readonly serve?: boolean
  readonly clean?: boolean
  readonly port?: number
  readonly host?: string
  readonly repair?: boolean
  readonly notify?: boolean
  readonly test?: boolean
  readonly healthPort?: number
  readonly healthHost?: string
  readonly from?: string
  readonly to?: string
  readonly force?: boolean
  readonly jobs?: number
  readonly dryRun?: boolean
  readonly tolerance?: string
  readonly snapshot?: boolean
  readonly yes?: boolean
  readonly match?: string
  readonly top?: number
  readonly since?: string
  readonly yaml?: boolean
  /** True without a name. */
  readonly save?: string | boolean
  readonly mcp?: boolean
}

/** Returns the settings given as flags. */
export function settingFlags({ portal, archive, documents, logFormat }: Options): Partial<Record<SettingKey, string>> {
  return {
    ...(portal !== undefined && { portal }),
    ...(archive !== undefined && { archive }),
    ...(documents !== undefined && { documents }),
    ...(logFormat !== undefined && { log_format: logFormat }),
  }
}

/** Opens a context from the options, runs `body` with it and closes it. */
export async function withContext<T>(io: CommandInput, body: (context: Context) => Promise<T>): Promise<T> {
  const report = await openReport(io.options)
  try {
    const context = await openContext({
      flags: settingFlags(io.options),
      environment: process.env,
      ...(io.options.config !== undefined && { configFile: io.options.config }),
      report,
      signal: io.signal,
      onConfig: limitMemory,
    })
    return await body(context).finally(() => closeContext(context))
  } finally {
    report.close()
  }
}

/**
 * Keeps a run with S3 below 160 MiB. The SDK and its buffers are large, and V8 would let its young generation grow to two
 * 16 MiB semi-spaces, which a run does not need. Only the CLI does this: a library must not change the V8 flags of its host
 * process.
 */
async function limitMemory({ archive }: Pick<Context['config'], 'archive'>): Promise<void> {
  if (!archive.startsWith('s3:')) return
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** Opens the report on stderr: live in a terminal, plain lines elsewhere, JSON with --log-format json, errors only with --quiet. */
export async function openReport({ quiet = false, verbose = false, logFormat }: Options): Promise<Report> {
  if (isJsonLog(logFormat)) return (await import('../terminal/log.ts')).createLog(process.stderr, { quiet, verbose })
  if (quiet) return { ...silentReport, error: (line) => void process.stderr.write(`error: ${line}\n`) }
  const { createProgress } = await import('../terminal/progress.ts')
  const isTerminal = process.stderr.isTTY === true
  return createProgress({
    stream: process.stderr,
    live: isTerminal && !process.env.CI,
    verbose,
    color: isColored(process.stderr),
  })
}

/** Warns of stores that do not exist yet. Call it when a command finds nothing. */
export async function warnOfMissing(report: Report, ...stores: readonly Store[]): Promise<void> {
  const missing = await missingStores(...stores)
  if (missing !== undefined) report.warn(missing)
}

/** Whether to color what is written to a stream: in a terminal, unless NO_COLOR is set. */
export const isColored = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY === true && (process.env.NO_COLOR ?? '') === ''

/** Writes to stdout. Once it resolves, the buffer may be reused. */
export function print(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => process.stdout.write(data, () => resolve()))
}

/** Prints a JSON value on one line, or indented in a terminal. */
export async function printJson(value: unknown): Promise<void> {
  await print(formatJson(value))
}

/** Formats a JSON value on one line, or indented in a terminal. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined)}\n`
}
