import { Command, CommanderError, Option } from 'commander'
import { COMMANDS, type CommandSpec, GROUPS } from './commands/commands.ts'
import type { CommandInput } from './commands/io.ts'
import {
  DATE_NAMES,
  type OptionSpec,
  optionsOf,
  parseFlags,
  SETTING_OPTIONS,
  SHARED_OPTIONS,
  unusedOptions,
} from './commands/options.ts'
import { describeUsageError } from './commands/usageError.ts'
import { Failure, quoted } from './errors.ts'
import { printError, printErrorLine } from './terminal/printError.ts'
import { writeFailure } from './terminal/writeFailure.ts'
import { VERSION } from './version.ts'

/** Time limit for a stopped command to end cleanly. */
const STOP_MS = 4_000

const EXAMPLES = `
Examples:
  $ datagouv-tops demo                           try it offline, on bundled data
  $ datagouv-tops run                            publish today's edition
  $ datagouv-tops show                           read the latest edition
  $ datagouv-tops explain "horaires théoriques"  see why a dataset is listed or not

"datagouv-tops COMMAND --help" shows the options and examples of a command. "man datagouv-tops" describes all commands.
The documentation is in the folder docs of the source. Start with docs/tutorial.md.`

/** Runs one command and returns its exit code. All errors are caught here. */
export async function main(processArguments: readonly string[]): Promise<number> {
  const argv = normalizeArguments(processArguments)
  const name = argv[2]
  const stop = new AbortController()
  stopOnSignals(stop, findCommand(name))
  process.stdout.on('error', (error) => process.exit(exitCodeFor(error, stop.signal)))
  // If the reader of stderr is gone (a worker died but its task still runs), the run must still write its record.
  process.stderr.on('error', () => {})

  try {
    refuseOptionsAlone(processArguments.slice(2))
    await createProgram(name, stop.signal).parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    printError(error)
    // A stopped command does not wait for hanging connections.
    if (error instanceof Failure && stop.signal.aborted) process.exit(error.exitCode)
    return error instanceof Failure ? error.exitCode : 1
  }
  if (stop.signal.aborted) process.exit(0)
  return 0
}

/** Reports an error of stdout and returns the exit code. */
function exitCodeFor(error: NodeJS.ErrnoException, { reason }: AbortSignal): number {
  // A reader may stop early (`| head`). That is not an error.
  if (error.code === 'EPIPE') return 0
  // The terminal of a stopped command may be gone.
  const failure = reason instanceof Failure ? reason : writeFailure('to stdout', error)
  printError(failure)
  return failure.exitCode
}

/** Accepts options before the command, and makes `help X` an error if there is no command X. */
function normalizeArguments(argv: readonly string[]): readonly string[] {
  const [node, self, ...words] = argv
  const at = commandIndex(words)
  if (at > 0 && findCommand(words[at])) return [node!, self!, words[at]!, ...words.toSpliced(at, 1)]
  const [name, topic] = words
  // Commander would print the help of the program.
  if (name !== 'help' || topic === undefined || findCommand(topic)) return argv
  return [node!, self!, topic]
}

/** Refuses options without a command, such as `-v` for the version. */
function refuseOptionsAlone(words: readonly string[]): void {
  if (words.length === 0 || commandIndex(words) < words.length) return
  const options = words.join(' ')
  const next = options === '-v' ? ' -V prints the version.' : ''
  throw new Failure(
    'usage',
    `cannot run ${options}: no command is given. Add one, as in "datagouv-tops show ${options}".${next}`,
  )
}

/** Returns the index of the first word after the options that every command has. */
function commandIndex(words: readonly string[]): number {
  const shared = [...SHARED_OPTIONS, ...Object.values(SETTING_OPTIONS)].map(([flags]) => parseFlags(flags))
  for (let at = 0; ; at++) {
    const [flag, value] = words[at]?.split('=', 2) ?? []
    const option = shared.find(({ name, short }) => flag === name || (flag === short && flag !== undefined))
    if (option === undefined) return at
    if (option.value !== undefined && value === undefined) at++
  }
}

function findCommand(name: string | undefined): CommandSpec | undefined {
  return COMMANDS.find((spec) => spec.name === name)
}

/** Aborts the command at the first signal, and ends the process at the second or after STOP_MS. */
function stopOnSignals(stop: AbortController, { staysUp = false, makesEditions = false }: Partial<CommandSpec> = {}) {
  const exit = (failure: Failure) => {
    if (!staysUp) printError(failure)
    process.exit(staysUp ? 0 : failure.exitCode)
  }
  const outcome = makesEditions ? '; no partial edition was published' : ''
  const listen = (signal: NodeJS.Signals, kind: 'interrupted' | 'terminated', message: string) =>
    process.on(signal, () => {
      const failure = new Failure(kind, `${message}${outcome}`)
      if (stop.signal.aborted) exit(failure)
      stop.abort(failure)
      setTimeout(exit, STOP_MS, failure).unref()
    })
  listen('SIGINT', 'interrupted', 'interrupted')
  listen('SIGTERM', 'terminated', 'terminated')
  listen('SIGHUP', 'terminated', 'terminated, because the terminal was closed')
}

/** @param name the first argument. If it is a command, only that one is created: creating all takes as long as running one. */
function createProgram(name: string | undefined, signal: AbortSignal): Command {
  const program = new Command('datagouv-tops')
    .usage('<command> [options]')
    .description(
      'Archive the datasets about mobility and transport on data.gouv.fr every Wednesday, and publish those of the most followed organizations.',
    )
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text) => printErrorLine(describeUsageError(text, name), 'usage', 2) })
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${findCommand(command.name())?.arguments ?? ''}` })
    .showSuggestionAfterError()
    .commandsGroup(`${GROUPS.operate}:`)
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', EXAMPLES)
    // refuseExcess reports them, with a suggestion.
    .allowExcessArguments()
  const requested = findCommand(name)
  const specs = requested
    ? [requested]
    : Object.keys(GROUPS).flatMap((group) => COMMANDS.filter((spec) => spec.group === group))
  for (const spec of specs) program.addCommand(createCommand(spec, signal).copyInheritedSettings(program))
  return program
}

function createCommand(spec: CommandSpec, signal: AbortSignal): Command {
  const command = new Command(spec.name)
    .description(spec.about)
    .usage(`${spec.arguments ?? ''} [options]`.trim())
    .helpGroup(`${GROUPS[spec.group]}:`)
  const names = spec.arguments?.split(' ') ?? []
  // The command itself reports a missing argument, with an example.
  for (const name of names) command.argument(`[${name.replace(/[[\]<>]/g, '')}]`)
  for (const option of optionsOf(spec)) command.addOption(createOption(option))
  for (const option of unusedOptions(spec)) command.addOption(createOption(option).hideHelp())
  const examples = spec.examples.map((example) => `  $ datagouv-tops ${example}`).join('\n')
  command.addHelpText('after', `\nExamples:\n${examples}`)
  return command.action(async (...parameters) => {
    refuseEmpty(command)
    refuseTwoFormats(spec, command.opts())
    // Commander passes the arguments, then the options and the command.
    const values = parameters.slice(0, -2).flat() as (string | undefined)[]
    if (!names.at(-1)?.includes('...')) refuseExcess(spec, command.args.slice(names.length), command.args)
    const io: CommandInput = { options: command.opts(), arguments: values.filter((one) => one !== undefined), signal }
    await (await spec.load()).default(io)
  })
}

function createOption([flags, about, kind]: OptionSpec): Option {
  const option = new Option(flags, about)
  if (kind === 'list') option.argParser((value, all: string[] = []) => [...all, value])
  if (kind === 'number') option.argParser((value) => parseWholeNumber(option.long!, value))
  if (kind === 'port') option.argParser((value) => parsePort(option.long!, value))
  if (kind === 'once') option.argParser((value, before?: string) => parseOnce(option.long!, value, before))
  return option
}

/** Suggests --date for `explain X 2026-11-18`, --from for `backfill 2026-11-18`, and quotes for a title of several words. */
function refuseExcess(
  { name, options = [], ...spec }: CommandSpec,
  [excess]: readonly string[],
  all: readonly string[],
): void {
  if (excess === undefined) return
  const flag = ['--date', '--from'].find((name) => options.some(([flags]) => flags.startsWith(`${name} `)))
  const looksLikeDate = /^\d/.test(excess) || DATE_NAMES.includes(excess.toLowerCase())
  const isDate = looksLikeDate && !spec.arguments?.includes('[date]')
  const isTitle = spec.arguments === '<dataset>'
  const suggestion = isDate && flag ? `${flag} ${excess}` : isTitle ? `${name} ${quoted(all.join(' '))}` : undefined
  const next = suggestion === undefined ? `see "datagouv-tops ${name} --help"` : `did you mean ${suggestion}?`
  throw new Failure('usage', `${name}: unexpected argument ${quoted(excess)}; ${next}`)
}

function refuseTwoFormats({ formats = [] }: CommandSpec, options: Readonly<Record<string, unknown>>): void {
  const flags = formats.filter((name) => options[name] === true).map((name) => `--${name}`)
  if (flags.length < 2) return
  throw new Failure('usage', `cannot print two formats at once: ${flags.join(' and ')} are given. Keep one of them.`)
}

/** Refuses empty values. They usually come from an unset shell variable, and using the default would hide that. */
function refuseEmpty(command: Command): void {
  const options: Readonly<Record<string, unknown>> = command.opts()
  const isEmpty = (value: unknown) => [value].flat().some((one) => typeof one === 'string' && one.trim() === '')
  const flag = command.options.find((option) => isEmpty(options[option.attributeName()]))?.long
  if (flag !== undefined || isEmpty(command.args))
    throw new Failure('usage', `${flag ?? 'an argument'} is empty; give it a value, or leave it out`)
}

function parseWholeNumber(flag: string, text: string): number {
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
  throw new Failure('usage', `${flag} must be a whole number of at least 1, not ${quoted(text)}`)
}

function parsePort(flag: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 2 ** 16) return Number(text)
  throw new Failure('usage', `${flag} must be a port from 1 to 65535, or 0 for any free one, not ${quoted(text)}`)
}

function parseOnce(flag: string, value: string, before: string | undefined): string {
  if (before === undefined) return value
  throw new Failure(
    'usage',
    `cannot use both ${flag} ${quoted(before)} and ${flag} ${quoted(value)}. Keep one of them.`,
  )
}
