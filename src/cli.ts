#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { COMMANDS, type CommandSpec, SHARED_OPTIONS } from './commands/commands.ts'
import type { Io } from './commands/io.ts'
import { Failure, type FailureKind, quoted, runOf } from './errors.ts'
import { isJson, logLine } from './terminal/logLine.ts'
import { VERSION } from './version.ts'

/** How long a stopped run may take to leave cleanly before the process ends all the same. */
const STOP_MS = 4_000

// The AWS SDK warns that it will drop this Node version some day, which is of no use to users of the program.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

process.exitCode = await main(process.argv)

/** argv → one command. The only catch: a Failure is one line on stderr and its exit code, anything else is a bug. */
async function main(argv: readonly string[]): Promise<number> {
  const stop = new AbortController()
  const leave = (failure: Failure) => {
    lastWords(failure)
    process.exit(failure.exitCode)
  }
  const stopWith = (failure: Failure) => {
    if (stop.signal.aborted) leave(failure)
    stop.abort(failure)
    setTimeout(leave, STOP_MS, failure).unref()
  }
  process.on('SIGINT', () => stopWith(new Failure('interrupted', 'interrupted; nothing half-done was published')))
  process.on('SIGTERM', () => stopWith(new Failure('terminated', 'terminated; nothing half-done was published')))
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  // Nor is one that listens no more: a worker died whose task goes on, and the run still has its record to close.
  process.stderr.on('error', () => {})

  try {
    await programFor(argv[2], stop.signal).parseAsync(argv)
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    // What still hangs then is not waited for.
    if (error instanceof Failure && stop.signal.aborted) leave(error)
    lastWords(error)
    return error instanceof Failure ? error.exitCode : 1
  }
}

/** Why the process ends. */
function lastWords(error: unknown): void {
  if (error instanceof Failure) complain(error.message, error.kind, error.exitCode, runOf(error))
  else complain(`this is a bug, please report it\n${(error as Error)?.stack ?? error}`, 'bug', 1, runOf(error))
}

function complain(message: string, kind: FailureKind, exit_code: number, run_id?: string): void {
  const { argv } = process
  const flag = argv.findLastIndex((one) => one.startsWith('--log-format'))
  const json = isJson(flag < 0 ? undefined : (argv[flag]!.split('=')[1] ?? argv[flag + 1]))
  process.stderr.write(json ? logLine('error', message, { run_id, kind, exit_code }) : `datagouv-tops: ${message}\n`)
}

/** @param name of the command, if it stands first: the others are then not made, which takes as long as to run one */
function programFor(name: string | undefined, signal: AbortSignal): Command {
  const program = new Command('datagouv-tops')
    .description(
      "Every Wednesday, the datasets about mobility and transport of data.gouv.fr's most followed organisations.",
    )
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      outputError: (text) =>
        complain(
          text
            .replace(/^error: /, '')
            .trim()
            .replaceAll('\n', ' ') + (name?.startsWith('-') ? '; options stand behind the command' : ''),
          'usage',
          2,
        ),
    })
    .showSuggestionAfterError()
    .helpCommand('help [command]', 'what a command does, and its flags')
    // Told by refuseExcess, with what may have been meant.
    .allowExcessArguments()
  const named = COMMANDS.filter((spec) => spec.name === name)
  for (const spec of named.length > 0 ? named : COMMANDS)
    program.addCommand(commandFor(spec, signal).copyInheritedSettings(program))
  return program
}

function commandFor(spec: CommandSpec, signal: AbortSignal): Command {
  const command = new Command(spec.name).description(spec.about).usage(`[options] ${spec.arguments ?? ''}`.trim())
  const names = spec.arguments?.match(/\[[^\]]+\]/g) ?? []
  for (const name of names) command.argument(name)
  for (const [flags, about, kind] of [...(spec.options ?? []), ...SHARED_OPTIONS]) {
    const option = new Option(flags, about)
    if (kind === 'list') option.argParser((value, all: string[] = []) => [...all, value])
    if (kind === 'number') option.argParser(wholeNumber)
    if (kind === 'port') option.argParser(portNumber)
    command.addOption(option)
  }
  command.addHelpText(
    'after',
    `\nExamples:\n${spec.examples.map((example) => `  $ datagouv-tops ${example}`).join('\n')}`,
  )
  return command.action(async (...received) => {
    refuseEmpty(command)
    const given = received.slice(0, -2).flat() as (string | undefined)[]
    if (!names.at(-1)?.includes('...')) refuseExcess(spec, command.args.slice(names.length))
    const io: Io = { options: command.opts(), arguments: given.filter((one) => one !== undefined), signal }
    await (await spec.load()).default(io)
  })
}

/** `run 2026-11-18` is what who knows `show 2026-11-18` would write. */
function refuseExcess({ name, options = [] }: CommandSpec, [excess]: readonly string[]): void {
  if (excess === undefined) return
  const takesDate = options.some(([flags]) => flags.startsWith('--date '))
  const meant = takesDate && /^\d|^due$/.test(excess) ? `did you mean --date ${excess}?` : `see "${name} --help"`
  throw new Failure('usage', `${name} takes no argument ${quoted(excess)}; ${meant}`)
}

/** An empty value is most often a shell variable that is not set. The default in its place would hide that. */
function refuseEmpty(command: Command): void {
  const options: Readonly<Record<string, unknown>> = command.opts()
  const isEmpty = (value: unknown) => [value].flat().some((one) => typeof one === 'string' && one.trim() === '')
  const flag = command.options.find((option) => isEmpty(options[option.attributeName()]))?.long
  if (flag !== undefined || isEmpty(command.args))
    throw new Failure('usage', `${flag ?? 'an argument'} is empty; give it a value, or leave it out`)
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number of 1 or more.')
}

function portNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 2 ** 16) return Number(text)
  throw new InvalidArgumentError('It must be a port: 1 to 65535, or 0 for any free one.')
}
