#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { COMMANDS, type CommandSpec, SHARED_OPTIONS } from './commands/commands.ts'
import type { CommandInput } from './commands/io.ts'
import { FAILURES, Failure, type FailureKind, messageOf, quoted, runIdOf } from './errors.ts'
import { isJsonLog, logLine } from './terminal/logLine.ts'
import { VERSION } from './version.ts'

/** Time limit for a stopped command to end cleanly. */
const STOP_MS = 4_000

// The AWS SDK warns that it will drop this Node version some day, which is of no use to users of the program.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

process.exitCode = await main(process.argv)

/** Runs one command and returns its exit code. All errors are caught here: a Failure prints one line, a bug its stack. */
async function main(argv: readonly string[]): Promise<number> {
  const stop = new AbortController()
  stopOnSignals(stop)
  // A reader that has seen enough (`| head`) is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  // If the reader of stderr is gone (a worker died but its task still runs), the run must still write its record.
  process.stderr.on('error', () => {})

  try {
    await createProgram(argv[2], stop.signal).parseAsync(argv)
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    printError(error)
    // A stopped command does not wait for hanging connections.
    if (error instanceof Failure && stop.signal.aborted) process.exit(error.exitCode)
    return error instanceof Failure ? error.exitCode : 1
  }
}

/** Aborts the command at the first SIGINT or SIGTERM, and ends the process at the second or after STOP_MS. */
function stopOnSignals(stop: AbortController): void {
  const exit = (failure: Failure) => {
    printError(failure)
    process.exit(failure.exitCode)
  }
  const onSignal = (failure: Failure) => {
    if (stop.signal.aborted) exit(failure)
    stop.abort(failure)
    setTimeout(exit, STOP_MS, failure).unref()
  }
  process.on('SIGINT', () => onSignal(new Failure('interrupted', 'interrupted; no partial edition was published')))
  process.on('SIGTERM', () => onSignal(new Failure('terminated', 'terminated; no partial edition was published')))
}

function printError(error: unknown): void {
  const { kind, exitCode } = error instanceof Failure ? error : { kind: 'bug' as const, exitCode: FAILURES.bug.exit }
  printErrorLine(messageOf(error), kind, exitCode, runIdOf(error))
}

function printErrorLine(message: string, kind: FailureKind, exit_code: number, run_id?: string): void {
  const { argv } = process
  const flag = argv.findLastIndex((one) => one.startsWith('--log-format'))
  const isJson = isJsonLog(flag < 0 ? undefined : (argv[flag]!.split('=')[1] ?? argv[flag + 1]))
  process.stderr.write(isJson ? logLine('error', message, { run_id, kind, exit_code }) : `datagouv-tops: ${message}\n`)
}

/** @param name the first argument. If it is a command, only that one is created: creating all takes as long as running one. */
function createProgram(name: string | undefined, signal: AbortSignal): Command {
  const hint = name?.startsWith('-') ? '; options follow the command' : ''
  const program = new Command('datagouv-tops')
    .description(
      'Archive the datasets about mobility and transport on data.gouv.fr every Wednesday, and publish those of the most followed organizations.',
    )
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text) => printErrorLine(toOneLine(text) + hint, 'usage', 2) })
    .showSuggestionAfterError()
    .helpCommand('help [command]', 'show the help of a command')
    // refuseExcess reports them, with a suggestion.
    .allowExcessArguments()
  const named = COMMANDS.filter((spec) => spec.name === name)
  for (const spec of named.length > 0 ? named : COMMANDS)
    program.addCommand(createCommand(spec, signal).copyInheritedSettings(program))
  return program
}

/** Reformats an error message of commander. */
function toOneLine(text: string): string {
  return text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ')
}

function createCommand(spec: CommandSpec, signal: AbortSignal): Command {
  const command = new Command(spec.name).description(spec.about).usage(`[options] ${spec.arguments ?? ''}`.trim())
  const names = spec.arguments?.match(/\[[^\]]+\]/g) ?? []
  for (const name of names) command.argument(name)
  for (const [flags, about, kind] of [...(spec.options ?? []), ...SHARED_OPTIONS]) {
    const option = new Option(flags, about)
    if (kind === 'list') option.argParser((value, all: string[] = []) => [...all, value])
    if (kind === 'number') option.argParser(parseWholeNumber)
    if (kind === 'port') option.argParser(parsePort)
    command.addOption(option)
  }
  const examples = spec.examples.map((example) => `  $ datagouv-tops ${example}`).join('\n')
  command.addHelpText('after', `\nExamples:\n${examples}`)
  return command.action(async (...received) => {
    refuseEmpty(command)
    const given = received.slice(0, -2).flat() as (string | undefined)[]
    if (!names.at(-1)?.includes('...')) refuseExcess(spec, command.args.slice(names.length))
    const io: CommandInput = { options: command.opts(), arguments: given.filter((one) => one !== undefined), signal }
    await (await spec.load()).default(io)
  })
}

/** Suggests --date for `run 2026-11-18`, a likely mistake of users who know `show 2026-11-18`. */
function refuseExcess({ name, options = [] }: CommandSpec, [excess]: readonly string[]): void {
  if (excess === undefined) return
  const takesDate = options.some(([flags]) => flags.startsWith('--date '))
  const next = takesDate && /^\d|^due$/.test(excess) ? `did you mean --date ${excess}?` : `see "${name} --help"`
  throw new Failure('usage', `${name} takes no argument ${quoted(excess)}; ${next}`)
}

/** An empty value is most often a shell variable that is not set. The default in its place would hide that. */
function refuseEmpty(command: Command): void {
  const options: Readonly<Record<string, unknown>> = command.opts()
  const isEmpty = (value: unknown) => [value].flat().some((one) => typeof one === 'string' && one.trim() === '')
  const flag = command.options.find((option) => isEmpty(options[option.attributeName()]))?.long
  if (flag !== undefined || isEmpty(command.args))
    throw new Failure('usage', `${flag ?? 'an argument'} is empty; give it a value, or leave it out`)
}

function parseWholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number of at least 1.')
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 2 ** 16) return Number(text)
  throw new InvalidArgumentError('It must be a port from 1 to 65535, or 0 for any free one.')
}
